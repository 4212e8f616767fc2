// What a PHP file is by itself: a tool that would be harmless inside a program, code without a word in it.

import type { Evidence } from '../../evidence.ts'
import { token, type Tokens } from './lexer.ts'

export const readsRequest = /\$_?(?:GET|POST|REQUEST|FILES|HTTP_\w+_VARS)\b/
const maxAlone = 24 * 1024
const maxManager = 12 * 1024
const frames =
  /\b(?:include|require)(?:_once)?[\s(]{1,4}["'$_d]|\bnamespace\s+\w|\buse\s+\w+\\|\bclass\s+\w+|defined\s?\(/i

/** Does the file belong to a program of several? */
export function isPart(text: string): boolean {
  return frames.test(text)
}

/** A page that needs nothing of a program around it. */
function isAlone(text: string): boolean {
  return text.length < maxAlone && !isPart(text)
}

const includeOnly =
  /^\s{0,20}<\?(?:php|=)?\s{0,20}@?(?:include|require)(?:_once)?[\s(]{0,5}["'][^"'\n]{1,200}\.(?:txt|log|dat|css|tmp|bak|zip|rar|jpe?g|gif|png|ico)["'][\s)]{0,5};?\s{0,20}(?:\?>)?\s{0,20}$/i
const maxIncluding = 400

/** A file that is nothing but a cover for code in a file of data. */
export function judgeCover(text: string, evidence: Evidence): void {
  if (text.length > maxIncluding || !includeOnly.test(text)) return
  evidence.add({
    kind: 'include',
    score: 61,
    offset: 0,
    sentence: 'the file is nothing but a file of data that is run as code',
  })
}

const dumps: readonly RegExp[] = [
  /show\s+tables|list_tables|information_schema|table_schema/i,
  /select\s+\*\s+from\s{0,3}[`'"{.\s\\]{0,6}\$\w/i,
  /\b(?:mysqli?|mssql|pg|odbc)_connect\s?\(|new\s+mysqli/i,
  /insert\s+into|show\s+create\s+table|fputcsv|fwrite|fputs|file_put_contents/i,
]
const users: readonly RegExp[] = [
  /\/etc\/(?:passwd|valiases|virtual|userdomains)|\/var\/named/,
  /public_html|\/home\d?\/|httpdocs/,
  /\bsymlink\b|\bln -s\b|wp-config|configuration\.php|conf(?:ig)?[.*]{1,2}(?:inc|php)|config\.\*/,
]

/** What is a tool in the middle of a program stands here by itself. */
export function judgeAlone(text: string, called: ReadonlySet<string>, evidence: Evidence): void {
  if (!isAlone(text)) return
  if (
    text.length < maxManager &&
    ['lists', 'reads', 'changes', 'write', 'upload'].filter((kind) => evidence.has(kind)).length > 1
  )
    evidence.add({
      kind: 'alone',
      score: 30,
      offset: 0,
      sentence: 'no program is around it',
      technique: 'T1083',
    })
  if (dumps.every((pattern) => pattern.test(text)))
    evidence.add({
      kind: 'dumps',
      score: 61,
      offset: 0,
      sentence: 'all tables of a database are read out',
      technique: 'T1213',
    })
  if (users.every((pattern) => pattern.test(text)))
    evidence.add({
      kind: 'users',
      score: 62,
      offset: 0,
      sentence: 'the files of all users of the server are looked through',
      technique: 'T1083',
    })
  const isServer =
    called.has('socket_accept') || called.has('stream_socket_accept') || called.has('socket_listen')
  const isClient = called.has('socket_connect') || called.has('fsockopen') || called.has('pfsockopen')
  if (isServer && isClient && (called.has('set_time_limit') || readsRequest.test(text)))
    evidence.add({
      kind: 'relay',
      score: 62,
      offset: 0,
      sentence: 'connections are passed on to other hosts',
      technique: 'T1090',
    })
  const isRaw = called.has('socket_create') && /SOCK_RAW/.test(text) && called.has('socket_recv')
  if (isRaw)
    evidence.add({
      kind: 'sniffs',
      score: 62,
      offset: 0,
      sentence: 'what passes the network is read',
      technique: 'T1040',
    })
}

const leastOperators = 40
const maxNames = 2

/** Code without a word in it: names that are underscores, numbers that are comparisons. */
export function judgeLetters({ kinds, values, starts }: Tokens, evidence: Evidence): void {
  let spelled = 0
  let operators = 0
  let odd = 0
  for (let at = 0; at < kinds.length && spelled <= maxNames; at++) {
    const value = values[at]!
    if (kinds[at] === token.variable && /^\$?_+$/.test(value)) odd++
    else if (kinds[at] === token.variable || (kinds[at] === token.name && /[a-z]/i.test(value))) spelled++
    else if (kinds[at] === token.operator) operators++
  }
  if (spelled > maxNames || operators < leastOperators || odd < 10) return
  evidence.add({
    kind: 'no-letters',
    score: 78,
    offset: starts[0] ?? 0,
    sentence: 'the code is written without letters',
    technique: 'T1027',
  })
}

/** A page that lists any folder and says what may be written there. */
export function judgeProbes(called: ReadonlySet<string>, evidence: Evidence): void {
  if (!evidence.has('lists') || (!called.has('is_writable') && !called.has('fileperms'))) return
  evidence.add({
    kind: 'probes',
    score: 38,
    offset: 0,
    sentence: 'the file says which folders may be written',
    technique: 'T1083',
  })
}
