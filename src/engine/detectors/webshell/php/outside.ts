// Objects that reach outside the program: databases, the settings of the server, the users of a site.

import type { Machine } from './machine.ts'
import { beginning, deepTaint, origin, unknown, type Value } from './value.ts'

const databases = new Set(['mysqli', 'pdo', 'sqlite3'])
const queryMethods = new Set(['query', 'exec', 'multi_query', 'real_query', 'prepare'])

/** `new type(…)`. */
export function judgeMade(machine: Machine, type: string, args: readonly Value[], at: number): void {
  if (databases.has(type)) return judgeDatabase(machine, type, args, at)
  const name = type === 'com' ? beginning(args[0] ?? unknown) : ''
  // A directory of users is asked by programs that log in; a web server's own settings are not.
  if (/^(?:iis|winnt):/i.test(name)) {
    const score = name.startsWith('W') || name.startsWith('w') ? 36 : 62
    machine.report('object', score, at, `${name.slice(0, 12)} reaches the server's own settings`)
  }
}

function judgeDatabase(machine: Machine, type: string, args: readonly Value[], at: number): void {
  const given = args.slice(0, 2).map((arg) => deepTaint(arg).taint & (origin.request | origin.embedded))
  if (given.length === 2 && given.every((taint) => taint !== 0))
    machine.report('connects', 42, at, `${type} goes where the request says`)
}

/** `$database->called(…)`. */
export function judgeQuery(
  machine: Machine,
  { type }: Value,
  called: string,
  { args, at }: { readonly args: readonly Value[]; readonly at: number },
): void {
  if (!databases.has(type)) return
  const query = queryMethods.has(called) ? deepTaint(args[0] ?? unknown) : unknown
  if ((query.taint & origin.request) !== 0 && query.head === '')
    machine.report('sql', 34, at, `${called} runs ${query.from}`)
}

/** `$user->set_role('administrator')`. */
export function judgeRole(machine: Machine, called: string, args: readonly Value[], at: number): void {
  if (called === 'set_role' && args[0]?.text === 'administrator')
    machine.report('role', 24, at, 'a user becomes administrator', 'T1136')
}
