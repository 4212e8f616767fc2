// The help pages, in the order of a manual page: name, synopsis, description, options, examples, exit codes.

import { isRepeatable, valueName } from '../args.ts'
import { type Command, commonOptions, type OptionSpec } from '../command.ts'
import type { Style } from './terminal.ts'
import { wrap } from './wrap.ts'

type Paint = (style: Style, text: string) => string

const width = 96

export function commandHelp(command: Command, paint: Paint): string {
  const heading = (text: string): string => paint('bold', text)
  const lines = [
    heading('NAME'),
    `  haechi ${command.name} - ${command.summary}`,
    '',
    heading('SYNOPSIS'),
    ...synopsis(command).map((line) => `  ${line}`),
    '',
    heading('DESCRIPTION'),
    ...paragraphs(command.description),
    '',
    heading('OPTIONS'),
    ...Object.entries({ ...command.options, ...commonOptions }).flatMap(([name, spec]) => [
      `  ${paint('cyan', optionName(name, spec))}`,
      ...wrap(optionText(spec), width - 6).map((line) => `      ${line}`),
    ]),
    '',
    heading('EXAMPLES'),
    ...command.examples.flatMap((example) => [
      `  ${paint('cyan', example.command)}`,
      `      ${example.about}`,
    ]),
    '',
    heading('EXIT CODES'),
    ...Object.entries(exitTexts(command)).map(([code, text]) => `  ${code.padStart(3)}  ${text}`),
  ]
  return lines.join('\n')
}

export function synopsis(command: Command): string[] {
  return command.usage.map((usage) => `haechi ${command.name} ${usage}`.trim())
}

/** `-c, --config FILE`. */
export function optionName(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? '' : `-${spec.short}, `
  return spec.kind === 'flag' ? `${short}--${name}` : `${short}--${name} ${valueName(spec)}`
}

/** What it does, whether it may be repeated, and its default. */
export function optionText(spec: OptionSpec): string {
  const repeat = isRepeatable(spec) ? ' May be repeated.' : ''
  const initial = 'default' in spec && spec.default !== undefined ? ` Default: ${spec.default}.` : ''
  return spec.help + repeat + initial
}

export function exitTexts(command: Command): Record<number, string> {
  return {
    0: 'done',
    2: 'an error; the line on standard error says which',
    64: 'wrong use',
    ...command.exits,
  }
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, index) => [
    ...(index === 0 ? [] : ['']),
    ...wrap(text, width - 2).map((line) => `  ${line}`),
  ])
}

export function overview(commands: readonly Pick<Command, 'name' | 'summary'>[], paint: Paint): string {
  const longest = Math.max(0, ...commands.map((command) => command.name.length))
  return [
    'haechi - a guardian for a host: stops malicious files before they are opened or run',
    '',
    `usage: haechi COMMAND [OPTION]... [ARGUMENT]...`,
    '',
    paint('bold', 'COMMANDS'),
    ...commands.map((command) => `  ${paint('cyan', command.name.padEnd(longest))}  ${command.summary}`),
    '',
    paint('bold', 'OPTIONS'),
    '  -h, --help     show this page; haechi help COMMAND shows a command’s page',
    '  -V, --version  show the versions of haechi and of its runtime',
    '  --no-color     write without colour',
    '',
    'Settings: /etc/haechi/haechi.toml; see docs/reference/config.md.',
  ].join('\n')
}
