// The argument reader: node:util's parseArgs, with the types and the error messages of our option tables.

import { parseArgs } from 'node:util'

import { AppError } from '../base/app-error.ts'
import { nearest } from '../config/suggest.ts'
import { parseDuration, parseSize } from '../config/units.ts'
import { type Command, commonOptions, type OptionSpec, type OptionTable } from './command.ts'

export interface Arguments {
  readonly options: Readonly<Record<string, unknown>>
  readonly operands: readonly string[]
}

/** Throws AppError `usage`. */
export function readArguments(command: Command, argv: readonly string[]): Arguments {
  const table: OptionTable = { ...commonOptions, ...command.options }
  const options: Record<string, unknown> = {}
  const operands: string[] = []
  for (const token of tokenize(table, argv)) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const spec = Object.hasOwn(table, token.name) ? table[token.name] : undefined
    if (spec === undefined) throw unknownOption(command, table, token.rawName)
    const value = readValue(command, spec, token)
    options[token.name] = isRepeatable(spec)
      ? [...((options[token.name] as unknown[] | undefined) ?? []), value]
      : value
  }
  if (options['help'] !== true) checkOperands(command, operands)
  return { options, operands }
}

interface OptionToken {
  readonly kind: 'option'
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
  /** Written as `--name=value`. */
  readonly inlineValue?: boolean | undefined
}

type Token =
  | OptionToken
  | { readonly kind: 'positional'; readonly value: string }
  | { readonly kind: 'option-terminator' }

function tokenize(table: OptionTable, argv: readonly string[]): readonly Token[] {
  const known: Record<string, { type: 'boolean' | 'string'; short?: string }> = {}
  for (const [name, spec] of Object.entries(table)) {
    known[name] = {
      type: spec.kind === 'flag' ? 'boolean' : 'string',
      ...(spec.short === undefined ? {} : { short: spec.short }),
    }
  }
  // Not strict: its own messages know neither our hints nor the value's name.
  return parseArgs({
    args: [...argv],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens
}

function readValue(command: Command, spec: OptionSpec, token: OptionToken): boolean | string | number {
  const name = token.rawName
  if (spec.kind === 'flag') {
    if (token.value !== undefined) throw usage(command, `${name} takes no value`)
    return true
  }
  const text = token.value
  // `--exclude --json`: more likely a forgotten value than a value that looks like an option.
  const swallowed = token.inlineValue === false && text?.startsWith('-') === true && text !== '-'
  if (text === undefined || text === '' || swallowed)
    throw usage(command, `${name} needs a value: ${name} ${valueName(spec)}`)
  switch (spec.kind) {
    case 'text':
      return text
    case 'choice':
      if (spec.choices.includes(text)) return text
      throw usage(command, `${name} is one of ${spec.choices.join(', ')}, not ${text}`)
    case 'count':
      return number(
        command,
        [name, text],
        /^\d{1,15}$/.test(text) ? Number(text) : undefined,
        'a whole number',
      )
    case 'size':
      return number(command, [name, text], parseSize(text), 'a size such as 500 or "2 GiB"')
    case 'duration':
      return number(
        command,
        [name, text],
        parseDuration(text),
        'a duration with its unit, such as 500ms or 5s',
      )
  }
}

function number(
  command: Command,
  [name, given]: readonly [string, string],
  value: number | undefined,
  what: string,
): number {
  if (value === undefined) throw usage(command, `${name} is ${what}, not ${given}`)
  return value
}

/** May be given several times; its values make a list. */
export function isRepeatable(spec: OptionSpec): boolean {
  return 'multiple' in spec && (spec.multiple ?? false)
}

/** How a value is called in help. */
export function valueName(spec: Exclude<OptionSpec, { kind: 'flag' }>): string {
  return spec.kind === 'choice' ? spec.choices.join('|') : spec.value
}

function checkOperands(command: Command, operands: readonly string[]): void {
  const { least, most } = command.operands
  if (operands.length < least) throw usage(command, 'something is missing on the command line')
  if (operands.length > most) throw usage(command, `unexpected ${operands[most] ?? ''}`)
}

function unknownOption(command: Command, table: OptionTable, rawName: string): AppError {
  const guess = nearest(rawName.replace(/^-+/, ''), Object.keys(table))
  return guess === undefined || !rawName.startsWith('--')
    ? usage(command, `unknown option ${rawName}`)
    : new AppError('usage', `unknown option ${rawName}`, { hint: `did you mean --${guess}?` })
}

/** A mistake on the command line of a command: exit 64. */
export function usage(command: Pick<Command, 'name' | 'usage'>, message: string): AppError {
  const synopsis = `haechi ${command.name} ${command.usage[0] ?? ''}`.trim()
  return new AppError('usage', message, { hint: `usage: ${synopsis}; more with haechi help ${command.name}` })
}
