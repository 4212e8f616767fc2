// docs/reference/cli.md: every command, from the same table as the help pages.

import type { Command } from '../../src/cli/command.ts'
import { commonOptions } from '../../src/cli/command.ts'
import { allCommands } from '../../src/cli/commands/index.ts'
import { exitTexts, optionName, optionText, synopsis } from '../../src/cli/render/help.ts'
import { block, code, generated, page, table } from './markdown.ts'

export async function cliPage(): Promise<string> {
  const commands = await allCommands()
  return page([
    '# Commands',
    '',
    generated,
    '',
    '`haechi help COMMAND` shows the same text. `haechi --version` names the versions of haechi and its runtime.',
    '',
    ...table(
      ['command', 'what it does'],
      commands.map((command) => [
        `[${code(`haechi ${command.name}`)}](#haechi-${command.name})`,
        command.summary,
      ]),
    ),
    '',
    'Every command knows:',
    '',
    ...optionRows(commonOptions),
    '',
    ...commands.flatMap(section),
    '## Exit codes',
    '',
    ...table(
      ['code', 'meaning'],
      [
        ['0', 'done; nothing was found'],
        ['1', 'something malicious was found'],
        ['2', 'an error; the line on standard error says which, and what to do'],
        ['3', 'nothing was found, but something could only be read in part'],
        ['64', 'the command line is wrong'],
        ['130', 'interrupted'],
        ['141', 'the reader of the output went away'],
      ],
    ),
  ])
}

function section(command: Command): string[] {
  return [
    `## haechi ${command.name}`,
    '',
    `${command.summary}.${command.requires === 'root' ? ' Needs root.' : ''}`,
    '',
    ...block('', synopsis(command)),
    '',
    ...command.description.flatMap((text) => [text, '']),
    ...(Object.keys(command.options).length > 0 ? [...optionRows(command.options), ''] : []),
    ...(command.examples.length > 0 ? ['Examples:', ''] : []),
    ...command.examples.map((example) => `- ${code(example.command)}: ${example.about}`),
    ...(command.examples.length > 0 ? [''] : []),
    ...table(['exit code', 'meaning'], Object.entries(exitTexts(command))),
    '',
  ]
}

function optionRows(options: Command['options']): string[] {
  return table(
    ['option', 'meaning'],
    Object.entries(options).map(([name, spec]) => [code(optionName(name, spec)), optionText(spec)]),
  )
}
