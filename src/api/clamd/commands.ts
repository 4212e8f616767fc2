// The commands of clamd 1.4.6, and how one is read from its text. Everything is bytes in a latin1 string.

/** `n` and `z` commands end, like their replies, with a line feed or a NUL; old ones are whatever came at once. */
export type Form = 'n' | 'z' | 'old'

export interface Command {
  readonly form: Form
  /** Empty when the text is no command. */
  readonly name: CommandName | ''
  readonly argument: string
}

interface Rule {
  /** A path follows after one space. */
  readonly argument?: true
  /** Known without the `n` or `z` before it. */
  readonly old?: true
  /** May stand inside of IDSESSION. */
  readonly session?: true
}

// In the order in which clamd lists them.
const rules = {
  SCAN: { argument: true, old: true, session: true },
  QUIT: { old: true },
  RELOAD: { old: true },
  PING: { old: true, session: true },
  CONTSCAN: { argument: true, old: true },
  VERSIONCOMMANDS: { session: true },
  VERSION: { old: true, session: true },
  END: { session: true },
  SHUTDOWN: { old: true },
  MULTISCAN: { argument: true, old: true },
  FILDES: { old: true, session: true },
  STATS: { session: true },
  IDSESSION: {},
  INSTREAM: { session: true },
  DETSTATSCLEAR: { old: true },
  DETSTATS: { old: true },
  ALLMATCHSCAN: { argument: true },
} as const satisfies Readonly<Record<string, Rule>>

export type CommandName = keyof typeof rules

export const commandNames = Object.keys(rules) as readonly CommandName[]

export function formOf(firstByte: number): Form {
  if (firstByte === 0x6e) return 'n'
  return firstByte === 0x7a ? 'z' : 'old'
}

/** `text` without its first letter (unless it is old) and without its end. */
export function parseCommand(form: Form, text: string): Command {
  const line = form === 'z' ? text : text.replace(/[\r\n\0]+$/, '')
  const space = line.indexOf(' ')
  const name = space < 0 ? line : line.slice(0, space)
  const unknown: Command = { form, name: '', argument: '' }
  if (!isCommandName(name)) return unknown
  const rule: Rule = rules[name]
  if ((rule.argument ?? false) !== space >= 0) return unknown
  if (form === 'old' && rule.old !== true) return unknown
  return { form, name, argument: space < 0 ? '' : line.slice(space + 1) }
}

export function isSessionCommand(name: CommandName): boolean {
  const rule: Rule = rules[name]
  return rule.session === true
}

function isCommandName(text: string): text is CommandName {
  return Object.hasOwn(rules, text)
}
