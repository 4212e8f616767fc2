// What a command is: data that the argument reader, the help pages, the completions and the reference share, and
// one function. A command's file is loaded when it is chosen; what is slow it imports inside `run`.

import type { ExitCode } from './exit-codes.ts'
import type { Terminal } from './render/terminal.ts'

interface OptionBase {
  readonly help: string
  readonly short?: string
}

export type OptionSpec =
  | (OptionBase & { readonly kind: 'flag' })
  | (OptionBase & {
      readonly kind: 'text' | 'count' | 'size' | 'duration'
      /** Name of the value in help, e.g. `FILE`. */
      readonly value: string
      readonly multiple?: boolean
      /** Documentation only: what holds when the option is not given. */
      readonly default?: string
    })
  | (OptionBase & {
      readonly kind: 'choice'
      readonly choices: readonly string[]
      readonly default?: string
    })

export type OptionTable = Readonly<Record<string, OptionSpec>>

type ValueOf<O> = O extends { kind: 'flag' }
  ? boolean
  : O extends { kind: 'count' | 'size' | 'duration' }
    ? number
    : O extends { kind: 'choice'; choices: readonly (infer Choice)[] }
      ? Choice
      : string

/** Given options by long name: numbers for counts, bytes for sizes, milliseconds for durations. */
export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]?: T[K] extends { multiple: true } ? readonly ValueOf<T[K]>[] : ValueOf<T[K]>
}

export interface Invocation<T extends OptionTable = OptionTable> {
  readonly options: OptionValues<T>
  readonly operands: readonly string[]
  readonly terminal: Terminal
}

export interface Example {
  readonly command: string
  readonly about: string
}

export interface Command<T extends OptionTable = OptionTable> {
  readonly name: string
  /** One line, begins with a verb, no full stop. */
  readonly summary: string
  /** The synopsis after `haechi NAME`, one entry a line; an empty one for none. */
  readonly usage: readonly string[]
  /** Paragraphs for the help page. */
  readonly description: readonly string[]
  /** How many operands may be given. */
  readonly operands: { readonly least: number; readonly most: number }
  readonly options: T
  readonly examples: readonly Example[]
  /** Exit codes beyond 0 (done), 2 (error) and 64 (usage), or what those mean here. */
  readonly exits?: Readonly<Record<number, string>>
  /** Checked before `run`. */
  readonly requires?: 'root'
  // A method, so that a command with its own option table fits into the table of all commands.
  run(invocation: Invocation<T>): Promise<ExitCode> | ExitCode
}

/** Keeps the literal types of the option table, from which `run` gets the types of its values. */
export function defineCommand<const T extends OptionTable>(command: Command<T>): Command<T> {
  return command
}

/** Options that every command has. */
export const commonOptions = {
  help: { kind: 'flag', short: 'h', help: 'Show this page and exit.' },
  'no-color': { kind: 'flag', help: 'Write without colour (also: the environment variable NO_COLOR).' },
} as const satisfies OptionTable

/** For commands that read haechi.toml. */
export const configOption = {
  config: {
    kind: 'text',
    short: 'c',
    value: 'FILE',
    help: 'Read this configuration on top of /etc/haechi/haechi.toml.',
  },
} as const satisfies OptionTable
