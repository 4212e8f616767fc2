// Hash lists: `digest:size:name[:MinFL[:MaxFL]]`, for sections of PE files `size:digest:…`. Manual, "File hash signatures".
// Works on bytes and fills one record again and again: a list of a million lines makes neither strings nor objects.

import { anySize, kindOfLength, maxSize } from '../../../hashes/kinds.ts'
import { hexValue } from './hex-run.ts'
import { functionalityLevel } from './level.ts'
import { chomped, maxLineBytes } from './lines.ts'
import { badName, maxNameBytes, nameFrom } from './names.ts'
import { createTally, type Reading, type Verdict } from './reading.ts'
import type { HashLine, HashList } from './records.ts'

export interface HashRules {
  readonly list: HashList
  /** `size:digest` instead of `digest:size`. */
  readonly sizeFirst: boolean
  /** The first functionality level that a line for any size must ask for. */
  readonly anySizeLevel: number
}

const lineFeed = 0x0a
const colon = 0x3a
const numberSign = 0x23
const star = 0x2a
const maxFields = 5

/** Where the fields of a line end; reused. */
interface Fields {
  readonly ends: Uint32Array
  count: number
}

export function readHashes(reading: Reading, rules: HashRules): void {
  const { bytes } = reading.file
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tally = createTally(reading)
  const fields: Fields = { ends: new Uint32Array(maxFields), count: 0 }
  const hash: HashLine = {
    list: rules.list,
    kind: 'md5',
    digest: new Uint32Array(8),
    size: anySize,
    nameStart: 0,
    nameEnd: 0,
    line: 0,
  }
  const context: Context = { reading, rules, fields, hash }
  for (let start = 0, next = 0; start < buffer.length; start = next) {
    const feed = buffer.indexOf(lineFeed, start)
    const end = feed < 0 ? buffer.length : feed
    next = end + 1
    hash.line++
    if (buffer[start] === numberSign) continue
    tally.add(readLine(buffer, start, chomped(buffer, start, end), context), hash.line)
  }
  tally.close()
}

interface Context {
  readonly reading: Reading
  readonly rules: HashRules
  readonly fields: Fields
  readonly hash: HashLine
}

function readLine(bytes: Buffer, start: number, end: number, context: Context): Verdict {
  const { reading, rules, fields, hash } = context
  if (end - start > maxLineBytes) return tooLong
  findFields(bytes, start, end, fields)
  if (fields.count < 3 || fields.count > maxFields) return badFields
  const first = fields.ends[0]!
  const second = fields.ends[1]!
  const third = fields.ends[2]!
  const fourth = fields.ends[3]!
  const least = fields.count > 3 ? levelIn(bytes, third + 1, fourth) : 0
  if (least > functionalityLevel) return 'excluded'
  if (fields.count > 4 && levelIn(bytes, fourth + 1, end) < functionalityLevel) return 'excluded'
  const size = rules.sizeFirst ? readSize(bytes, start, first) : readSize(bytes, first + 1, second)
  if (size < 0) return badSize
  if (size === anySize && least < rules.anySizeLevel) return badAnySize
  const problem = badNameIn(bytes, second + 1, third)
  if (problem !== undefined) return problem
  if (isIgnored(bytes, start, end, context)) return 'ignored'
  const isDigest = rules.sizeFirst
    ? readDigest(bytes, first + 1, second, hash)
    : readDigest(bytes, start, first, hash)
  if (!isDigest) return badDigest
  hash.size = size
  hash.nameStart = second + 1
  hash.nameEnd = third
  reading.sink.hash?.(hash, reading.file)
  return 'loaded'
}

const tooLong: Verdict = { malformed: `the line is longer than ${maxLineBytes} bytes` }
const badFields: Verdict = { malformed: 'the line does not have 3 to 5 fields' }
const badSize: Verdict = { malformed: `the size is neither * nor a number from 1 to ${maxSize}` }
const badAnySize: Verdict = {
  malformed: 'a line for any size does not ask for functionality level 73 or more',
}
const badDigest: Verdict = { malformed: 'the digest does not have 32, 40 or 64 hexadecimal digits' }
const badNameVerdict: Verdict = { malformed: badName }

/** The last field ends at `end`; a sixth one is counted but not kept. */
function findFields(bytes: Buffer, start: number, end: number, fields: Fields): void {
  fields.count = 0
  // The digest makes up most of a line: native search over the rest costs more than this loop.
  for (let at = start; at < end; at++) {
    if (bytes[at] !== colon) continue
    if (fields.count < maxFields) fields.ends[fields.count] = at
    fields.count++
  }
  if (fields.count < maxFields) fields.ends[fields.count] = end
  fields.count++
}

/** Leading digits; none are zero. */
function levelIn(bytes: Buffer, start: number, end: number): number {
  let level = 0
  for (let at = start; at < end && isDigit(bytes[at]!); at++) level = level * 10 + bytes[at]! - 0x30
  return level
}

/** Negative: not a size. */
function readSize(bytes: Buffer, start: number, end: number): number {
  if (end - start === 1 && bytes[start] === star) return anySize
  let size = 0
  for (let at = start; at < end; at++) {
    if (!isDigit(bytes[at]!)) return -1
    size = size * 10 + bytes[at]! - 0x30
  }
  return size > 0 && size <= maxSize ? size : -1
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function readDigest(bytes: Buffer, start: number, end: number, hash: HashLine): boolean {
  const kind = kindOfLength(end - start)
  if (kind === undefined) return false
  let wrong = 0
  let word = 0
  let words = 0
  for (let at = start; at < end; at++) {
    const value = hexValue(bytes[at]!)
    wrong |= value
    word = (word << 4) | (value & 15)
    if (((at - start) & 7) === 7) hash.digest[words++] = word
  }
  hash.digest.fill(0, words)
  hash.kind = kind
  return wrong < 16
}

function badNameIn(bytes: Buffer, start: number, end: number): Verdict | undefined {
  if (start === end || end - start > maxNameBytes) return badNameVerdict
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!
    if (byte >= 0x20 && byte < 0x7f) continue
    return nameFrom(bytes.toString('latin1', start, end)) === undefined ? badNameVerdict : undefined
  }
  return undefined
}

function isIgnored(bytes: Buffer, start: number, end: number, { reading, fields }: Context): boolean {
  const nameStart = fields.ends[1]! + 1
  const nameEnd = fields.ends[2]!
  if (!reading.ignores.mayIgnore(bytes, nameStart, nameEnd)) return false
  return reading.ignores.ignores(
    bytes.toString('latin1', nameStart, nameEnd),
    bytes.toString('latin1', start, end),
  )
}
