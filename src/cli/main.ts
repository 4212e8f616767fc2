// The entry point: finds the command, reads its arguments, runs it, and turns what it throws into one line and
// an exit code. Only the chosen command's module is loaded.

import { isatty } from 'node:tty'

import { AppError, messageOf } from '../base/app-error.ts'
import { readArguments } from './args.ts'
import type { Command } from './command.ts'
import { allCommands, commandTable } from './commands/index.ts'
import { type ExitCode, exitCodes } from './exit-codes.ts'
import { descriptorStream } from './render/descriptor-stream.ts'
import { createTerminal, type Style, type Terminal, wantsColor } from './render/terminal.ts'

// The stream of a pipe is not even opened: that would change the pipe for all who write to it.
const isTerminal = isatty(1)
const noColor = process.argv.includes('--no-color')
const terminal = createTerminal({
  stdout: isTerminal ? process.stdout : descriptorStream(1),
  stderr: process.stderr,
  color: !noColor && wantsColor(isTerminal, process.env),
  quit: () => process.exit(exitCodes.pipe),
})

const paint = (style: Style, text: string): string => terminal.style(style, text)

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (thrown) {
  process.exitCode = complain(terminal, thrown)
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  const [first, ...rest] = argv.filter((arg, index) => index > 0 || arg !== '--no-color')
  switch (first) {
    case undefined:
    case '--help':
    case '-h':
      return printOverview()
    case '--version':
    case '-V':
      return printVersion()
    case 'help':
      return rest[0] === undefined ? printOverview() : printHelp(await findCommand(rest[0]))
    default:
      return runCommand(await findCommand(first), rest)
  }
}

async function runCommand(command: Command, argv: readonly string[]): Promise<ExitCode> {
  const { options, operands } = readArguments(command, argv)
  if (options['help'] === true) return printHelp(command)
  if (command.requires === 'root' && process.geteuid?.() !== 0) {
    throw new AppError('permission', `haechi ${command.name} must be run as root`, {
      hint: `sudo haechi ${command.name} …`,
    })
  }
  return command.run({ options: options as Parameters<Command['run']>[0]['options'], operands, terminal })
}

async function findCommand(name: string): Promise<Command> {
  const load = Object.hasOwn(commandTable, name) ? commandTable[name] : undefined
  if (load !== undefined) return load()
  const { nearest } = await import('../config/suggest.ts')
  const guess = nearest(name.replace(/^-+/, ''), Object.keys(commandTable))
  const what = name.startsWith('-') ? 'option' : 'command'
  throw new AppError('usage', `unknown ${what} ${name}`, {
    hint: guess === undefined ? 'haechi --help lists the commands' : `did you mean haechi ${guess}?`,
  })
}

async function printOverview(): Promise<ExitCode> {
  const { overview } = await import('./render/help.ts')
  terminal.out(overview(await allCommands(), paint))
  return exitCodes.clean
}

async function printHelp(command: Command): Promise<ExitCode> {
  const { commandHelp } = await import('./render/help.ts')
  terminal.out(commandHelp(command, paint))
  return exitCodes.clean
}

async function printVersion(): Promise<ExitCode> {
  const { readFile } = await import('node:fs/promises')
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const version = (manifest as { version?: string }).version ?? 'unknown'
  terminal.out(`haechi ${version} (Node ${process.version}, ${process.platform} ${process.arch})`)
  return exitCodes.clean
}

/** One line and a hint for what was meant to be read by people; a stack only for a fault of ours. */
function complain(to: Terminal, thrown: unknown): ExitCode {
  to.status('')
  // Messages about wrong use may show the place of a mistake below it; in others a line end comes from a name.
  const isUsage = thrown instanceof AppError && thrown.code === 'usage'
  const lines = isUsage ? messageOf(thrown).split('\n') : [messageOf(thrown)]
  to.err(`haechi: ${lines.map((line) => to.safe(line)).join('\n')}`)
  if (!(thrown instanceof AppError)) {
    if (thrown instanceof Error && thrown.stack !== undefined)
      to.err(thrown.stack.split('\n').slice(1).join('\n'))
    to.err('hint: this is a fault of haechi; please report it with the lines above')
    return exitCodes.error
  }
  if (thrown.hint !== '') to.err(`hint: ${to.safe(thrown.hint)}`)
  return thrown.code === 'usage' ? exitCodes.usage : exitCodes.error
}
