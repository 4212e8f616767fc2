// What a lexed value would run: a known command after a separator or a substitution, at the start of the value, behind a runner, or
// put together from variables and patterns.
import type { Part } from '../../detector.ts'

import { isSentence } from '../sentence.ts'

import { isCommandArgument, isOwnArgument, isProse } from './arguments.ts'
import { commandOf, type KnownCommand } from './commands.ts'
import { globTarget } from './glob-path.ts'
import type { ShellCommand, ShellWord } from './shell-words.ts'

interface Judgement {
  readonly what: string
  readonly confidence: number
}

interface Setting {
  readonly value: string
  /** The parameter's. */
  readonly name: string
  /** Headers are full of separators: only arguments tell there. */
  readonly header: boolean
  readonly path: boolean
}

interface CommandWord {
  readonly known: KnownCommand
  readonly index: number
  /** A runner stands before it. */
  readonly run: boolean
}

/** Names that are asked for as commands, hardly ever searched for. */
const told =
  /^(?:whoami|ifconfig|ipconfig|systeminfo|sysinfo|netstat|uname|pwd|visudo|ansible-console|chef-shell)$/
/** Names of programs that are no words and no products. */
const ownName = /^(?:ansible-\w|chef-(?:client|shell|vault)|aa-\w|cscli$|visudo$)/
/** Parameters that web shells and vulnerable scripts run. */
const runs =
  /^(?:c|cmd|command|exec|execute|run|shell|system|ping|code|do|daemon|cli|eval|func|payload|rce)$/i
/** Words that come to nothing before a command: an unset variable, the dot of `source`, a negation. */
const skipped = /^(?:|[.!@+]|\$\w{0,20})$/
const edges = /^[\s'"]{1,3}|[\s'"]{1,3}$/g

const maxArguments = 12
const assignment = /^\^?[a-z_]\w{0,20}=/i

function argumentsTell(known: KnownCommand, words: readonly ShellWord[]): boolean {
  const last = Math.min(words.length, maxArguments)
  for (let index = 0; index < last; index++) {
    const text = words[index]?.text ?? ''
    // 'at' stands before addresses in every text.
    if ((known.name !== 'at' && isCommandArgument(text)) || isOwnArgument(known.name, text)) return true
    if (index === 0 && known.subcommand?.test(text.toLowerCase()) === true) return true
    // A file's name may stand first, a sentence may not.
    if (index > 1 && isProse(text)) return false
  }
  return false
}

function proseWords(words: readonly ShellWord[]): number {
  let count = 0
  for (const word of words.slice(0, maxArguments)) if (isProse(word.text)) count++
  return count
}

/** Skips assignments and runners: `a=b nohup whoami` runs whoami. */
function commandWord(words: readonly ShellWord[]): CommandWord | undefined {
  let run = false
  let optioned: CommandWord | undefined
  for (let index = 0; index < Math.min(words.length, 6); index++) {
    const text = words[index]?.text ?? ''
    if (skipped.test(text) || assignment.test(text)) continue
    const known = commandOf(text)
    if (known === undefined) {
      if (run && isCommandArgument(text)) continue
      return optioned
    }
    if (known.kind !== 'runner') return { known, index, run }
    if (words.length === index + 1 || words[index + 1]?.text.startsWith('--') === true) {
      return { known: { ...known, kind: 'plain' }, index, run }
    }
    run = true
    if (words[index + 1]?.text.startsWith('-') === true)
      optioned = { known: { ...known, kind: 'plain' }, index, run }
  }
  return optioned
}

function shown(command: ShellCommand, value: string): string {
  return value.slice(command.start, Math.min(command.end, command.start + 60)).trim()
}

/** Backquotes in texts quote the names of commands: a word apart from them stands before or behind. */
function isQuotation(before: string, behind: string): boolean {
  return /[a-z]{2}[:,]? $/i.test(before) || /^`[.,:]? [(a-z]/i.test(behind) || isSentence(before)
}

function afterSeparator(command: ShellCommand, setting: Setting): Judgement | undefined {
  const found = commandWord(command.words)
  if (found === undefined) return undefined
  const { known, index } = found
  const rest = command.words.slice(index + 1)
  const text = shown(command, setting.value)
  const prefix = setting.value.slice(0, command.start)
  const quoted = command.before === '`' && isQuotation(prefix, setting.value.slice(command.end))
  const sentence = quoted || isSentence(prefix)
  const what = `A command after ${command.before === 'newline' ? 'a line break' : command.before}: ${text}`
  if (argumentsTell(known, rest) || known.rooted) {
    if (quoted || (sentence && proseWords(rest) > 2)) return undefined
    return { what, confidence: proseWords(rest) > 3 ? 65 : 90 }
  }
  if (sentence || (setting.header && command.start > 2)) return undefined
  if (command.words[index]?.broken === true) {
    return { what: `A command broken up by quotes or empty expansions: ${text}`, confidence: 90 }
  }
  if (rest.length === 0) return aloneAfter(command, found, setting) ? { what, confidence: 80 } : undefined
  const sure = known.kind === 'sure' || found.run || command.before === '$(' || command.before === '`'
  return sure && proseWords(rest) <= (known.kind === 'sure' ? 3 : 1) ? { what, confidence: 75 } : undefined
}

/** Whether a command without arguments tells where it stands after a separator. */
function aloneAfter(command: ShellCommand, { known, index }: CommandWord, setting: Setting): boolean {
  if (known.kind === 'plain') return false
  if (known.name === 'true' || known.name === 'false') {
    return command.before === '`' && setting.value.length <= known.name.length + 4
  }
  const sure = known.kind === 'sure'
  if (!sure && command.words[index]?.text !== known.name && setting.value.length > 24) return false
  // AT&T, R&D, 'guess & who': an ampersand joins names, so what stands before it must not be one.
  const joins = command.before === '&' || setting.path
  return sure || !joins || !/[a-z]{3}/i.test(setting.value.slice(0, command.start))
}

function atStart(command: ShellCommand, setting: Setting, piped: boolean): Judgement | undefined {
  const found = commandWord(command.words)
  if (found === undefined || setting.path) return undefined
  const { known, index } = found
  const rest = command.words.slice(index + 1)
  const text = shown(command, setting.value)
  const prose = proseWords(rest)
  if (known.rooted && prose <= 2) return { what: `An executable by its path: ${text}`, confidence: 75 }
  const word = command.words[index]
  if (
    word?.broken === true &&
    prose <= 1 &&
    (rest.length === 0 || known.kind === 'sure' || argumentsTell(known, rest))
  ) {
    return { what: `A command broken up by quotes or empty expansions: ${text}`, confidence: 85 }
  }
  const lower = word?.text === word?.text.toLowerCase()
  if (argumentsTell(known, rest) && startsCommandLine(known, rest, lower ? prose : prose + 2)) {
    return { what: `A command with its arguments: ${text}`, confidence: piped ? 85 : 70 }
  }
  if (ownName.test(known.name) && prose <= 3)
    return { what: `A command by a name of its own: ${text}`, confidence: 65 }
  if (found.run && (known.kind === 'sure' || known.kind === 'alone') && prose <= 1) {
    return { what: `A command with its arguments: ${text}`, confidence: 65 }
  }
  return rest.length === 0 && lower ? bareName(known, setting, piped) : undefined
}

const hostOrAddress = /^(?:\d{1,3}(?:\.\d{1,3}){3}|localhost|[a-z\d-]{1,40}(?:\.[a-z\d-]{1,40}){1,4})$/i

/** `ping 192.0.2.1`, `time curl example.org`: nothing but names and a host, as people write it into a search. */
function isAskedFor({ words }: ShellCommand, name: string): boolean {
  if (words.length < 2 || words.length > 3 || runs.test(name)) return false
  return (
    words.every(({ text, broken }) => !broken && /^[a-z\d][a-z\d.-]*$/.test(text)) &&
    hostOrAddress.test(words.at(-1)?.text ?? '')
  )
}

/** Whether words that begin a value are a command line and no sentence that begins with the name of a command. */
function startsCommandLine(known: KnownCommand, rest: readonly ShellWord[], prose: number): boolean {
  if (prose <= (known.kind === 'sure' ? 2 : 1)) return true
  let telling = 0
  for (const word of rest.slice(0, maxArguments)) if (isCommandArgument(word.text)) telling++
  if (telling >= 3 && prose <= telling) return true
  return known.subcommand?.test(rest[0]?.text.toLowerCase() ?? '') === true
}

function bareName(known: KnownCommand, setting: Setting, piped: boolean): Judgement | undefined {
  const value = setting.value.replace(edges, '')
  if (value.length === known.name.length && !setting.header) {
    if (told.test(known.name))
      return { what: `The name of a command and nothing else: ${known.name}`, confidence: 62 }
    if ((known.kind === 'alone' || known.kind === 'sure') && runs.test(setting.name)) {
      return { what: `The command ${known.name} in the parameter ${setting.name}`, confidence: 75 }
    }
  }
  if (piped && known.kind !== 'plain' && setting.value.length < 24)
    return { what: `A command before a separator: ${known.name}`, confidence: 65 }
  return undefined
}

/** `a=/etc; c=cat; $c $a/passwd`: a variable set here is run here. */
function assembled(commands: readonly ShellCommand[]): boolean {
  const names = new Set<string>()
  for (const command of commands) {
    const first = command.words[0]?.text ?? ''
    const name = assignment.exec(first)?.[0]
    if (name !== undefined && command.words.length === 1)
      names.add(name.slice(name.startsWith('^') ? 1 : 0, -1))
    else if (first.startsWith('$') && names.has(/^\$(\w{1,21})/.exec(first)?.[1] ?? '')) return true
  }
  return false
}

function patterned(commands: readonly ShellCommand[]): Judgement | undefined {
  let looked = 0
  for (const command of commands) {
    for (const word of command.words) {
      if (!word.text.startsWith('/')) continue
      if (++looked > 16) return undefined
      const target = globTarget(word.text)
      if (target !== undefined)
        return { what: `A path with shell patterns that stands for ${target}`, confidence: 85 }
    }
  }
  return undefined
}

/**
 * @param commands of `shellCommands(value)`
 * @param part the value's own: its place and name say what a bare command means
 */
export function judgeCommands(
  commands: readonly ShellCommand[],
  value: string,
  part: Part,
): Judgement | undefined {
  const { place, name } = part
  const setting: Setting = {
    value,
    name,
    header: place === 'user-agent' || place === 'referer',
    path: place === 'path',
  }
  const [first] = commands
  if (first !== undefined && commands.length === 1 && isAskedFor(first, name)) return undefined
  let best: Judgement | undefined
  for (const [index, command] of commands.entries()) {
    const judgement =
      index === 0 ? atStart(command, setting, commands.length > 1) : afterSeparator(command, setting)
    if (judgement !== undefined && judgement.confidence > (best?.confidence ?? 0)) best = judgement
  }
  if (best !== undefined && best.confidence >= 80) return best
  if (commands.length > 1 && assembled(commands))
    return { what: 'A command put together from variables set in the same value', confidence: 85 }
  return patterned(commands) ?? best
}
