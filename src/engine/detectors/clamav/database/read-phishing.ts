// .pdb (hosts that phishing imitates), .wdb (pairs of links that are harmless), .gdb (hashes of URLs). Manual, "Phishing
// signatures". A line may end in `:level-` or `:level-level`.

import { bytesOfHex } from './hex-run.ts'
import { includesLevel } from './level.ts'
import { blankLines, readLines } from './lines.ts'
import type { Reading, Verdict } from './reading.ts'
import type { PhishingRecord } from './records.ts'

export function readPdb(reading: Reading): void {
  readLines(reading, blankLines, (text, line) => readLine(text, line, reading, false))
}

export function readWdb(reading: Reading): void {
  readLines(reading, blankLines, (text, line) => readLine(text, line, reading, true))
}

const levels = /:([0-9]{0,9})-([0-9]{0,9})$/

function readLine(text: string, line: number, { sink, file }: Reading, allows: boolean): Verdict {
  const match = levels.exec(text)
  if (match !== null) {
    const most = match[2] === '' ? Number.POSITIVE_INFINITY : Number(match[2])
    if (!includesLevel(Number(match[1]), most)) return 'excluded'
  }
  const entry = match === null ? text : text.slice(0, match.index)
  const colon = entry.indexOf(':')
  if (colon < 0) return { malformed: 'there is no colon' }
  const record = parse(entry, colon, line, allows)
  if (typeof record === 'string') return { malformed: record }
  sink.phishing?.(record, file)
  return 'loaded'
}

function parse(entry: string, colon: number, line: number, allows: boolean): PhishingRecord | string {
  const letter = entry[0]
  const value = entry.slice(colon + 1)
  if (letter === 'S') return parseHash(entry.slice(0, colon), value, line, allows)
  const isRegex = allows ? letter === 'X' || letter === 'Y' : letter === 'R'
  const isHost = letter === (allows ? 'M' : 'H')
  if (!isRegex && !isHost) return 'the line does not start with a letter of its format'
  if (value === '') return 'there is nothing behind the colon'
  const text = Buffer.from(value, 'latin1').toString('utf8')
  if (isHost) return { kind: 'host', line, allow: allows, host: text }
  return { kind: 'regex', line, allow: allows, hostOnly: letter === 'Y', pattern: text }
}

const hostPrefixBytes = 4
const urlBytes = 32

function parseHash(flags: string, value: string, line: number, allows: boolean): PhishingRecord | string {
  const list = flags === 'S1' || flags === 'S2' ? flags : 'S'
  const letter = value[0]
  const allow = letter === 'W'
  if (value[1] !== ':' || (letter !== 'F' && letter !== 'P' && !allow) || (allows && !allow)) {
    return 'a hash is not of the form S:F:hash, S:P:hash or S:W:hash'
  }
  const hash = bytesOfHex(value.slice(2))
  const length = letter === 'P' ? hostPrefixBytes : urlBytes
  if (hash?.length !== length) return `the hash does not have ${length * 2} hexadecimal digits`
  return { kind: 'hash', line, of: letter === 'P' ? 'host-prefix' : 'url', allow, list, hash }
}
