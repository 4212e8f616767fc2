// Headers of tar members: ustar (POSIX.1-1988) with extended ones (pax, POSIX.1-2001) where a name, a number or a time needs it.
// Sparse files are GNU's format 1.0: the map of extents stands before the data. The same facts always give the same bytes.

import { isUtf8 } from 'node:buffer'

import type { MemberFacts } from './manifest-entry.ts'
import { memberName, rawBytes } from './member-name.ts'

export const blockBytes = 512

const billion = 1_000_000_000n
const most = { id: 0o7777777, size: 0o77777777777 } as const
const typeOf = {
  file: '0',
  folder: '5',
  link: '2',
  fifo: '6',
  other: '0',
  rows: '0',
  bytes: '0',
  head: '0',
} as const

/** All that stands before the data of a member. */
export function memberHeader(facts: MemberFacts): Buffer {
  const records: Buffer[] = []
  const name = memberName(facts)
  const target = facts.kind === 'link' ? rawBytes(facts.target ?? '') : Buffer.alloc(0)
  if (!isUtf8(name) || !isUtf8(target)) records.push(record('hdrcharset', 'BINARY'))
  if (facts.isSparse) {
    records.push(record('GNU.sparse.major', '1'), record('GNU.sparse.minor', '0'))
    records.push(record('GNU.sparse.name', name), record('GNU.sparse.realsize', String(facts.size)))
  } else if (!isPlain(name)) records.push(record('path', name))
  if (!isPlain(target)) records.push(record('linkpath', target))
  if (facts.stored > most.size) records.push(record('size', String(facts.stored)))
  const uid = facts.uid ?? 0
  const gid = facts.gid ?? 0
  if (uid > most.id) records.push(record('uid', String(uid)))
  if (gid > most.id) records.push(record('gid', String(gid)))
  const ns = nanosecondsOf(facts.times.modified) ?? 0n
  const seconds = ns / billion
  const isSimple = ns >= 0n && ns % billion === 0n && seconds <= BigInt(most.size)
  if (!isSimple) records.push(record('mtime', secondsText(ns)))
  const block = headerBlock({
    name: facts.isSparse ? sparseName(name) : name,
    mode: (facts.mode ?? (facts.kind === 'folder' ? 0o700 : 0o600)) & 0o7777,
    uid: Math.min(uid, most.id),
    gid: Math.min(gid, most.id),
    size: Math.min(facts.stored, most.size),
    seconds: isSimple ? Number(seconds) : 0,
    type: typeOf[facts.kind],
    target,
  })
  if (records.length === 0) return block
  const extended = Buffer.concat(records)
  const pax = headerBlock({
    name: Buffer.from('PaxHeaders/member'),
    mode: 0o600,
    uid: 0,
    gid: 0,
    size: extended.length,
    seconds: 0,
    type: 'x',
    target: Buffer.alloc(0),
  })
  return Buffer.concat([pax, extended, Buffer.alloc(paddingOf(extended.length)), block])
}

/** Bytes from the end of the data to the next block. */
export function paddingOf(length: number): number {
  return (blockBytes - (length % blockBytes)) % blockBytes
}

/** Since 1970, of an ISO 8601 time in UTC with any number of digits; undefined where it is none. */
function nanosecondsOf(time: string | undefined): bigint | undefined {
  const found = /^(?<whole>[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?<digits>\d{1,9})\d*)?Z$/.exec(
    time ?? '',
  )
  const milliseconds = Date.parse(`${found?.groups?.['whole'] ?? ''}Z`)
  if (Number.isNaN(milliseconds)) return undefined
  return BigInt(milliseconds) * 1_000_000n + BigInt((found?.groups?.['digits'] ?? '').padEnd(9, '0'))
}

function secondsText(ns: bigint): string {
  const size = ns < 0n ? -ns : ns
  const fraction = (size % billion).toString().padStart(9, '0').replace(/0+$/, '')
  return `${ns < 0n ? '-' : ''}${size / billion}${fraction === '' ? '' : `.${fraction}`}`
}

function isPlain(name: Uint8Array): boolean {
  return name.length <= 100 && name.every((byte) => byte < 0x80)
}

/** Where a tar that knows no sparse files puts the map and the extents. */
function sparseName(name: Buffer): Buffer {
  const slash = name.lastIndexOf(0x2f)
  return Buffer.concat([
    name.subarray(0, slash + 1),
    Buffer.from('GNUSparseFile.0/'),
    name.subarray(slash + 1),
  ])
}

/** The length that begins a record counts its own digits. */
function record(keyword: string, value: Buffer | string): Buffer {
  const body = Buffer.concat([Buffer.from(` ${keyword}=`), Buffer.from(value), Buffer.from('\n')])
  let length = body.length + 1
  while (String(length).length + body.length > length) length += 1
  return Buffer.concat([Buffer.from(String(length)), body])
}

interface Fields {
  readonly name: Buffer
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly seconds: number
  readonly type: string
  readonly target: Buffer
}

function headerBlock(fields: Fields): Buffer {
  const block = Buffer.alloc(blockBytes)
  fields.name.subarray(0, 100).copy(block, 0)
  octal(block, 100, [fields.mode, 7])
  octal(block, 108, [fields.uid, 7])
  octal(block, 116, [fields.gid, 7])
  octal(block, 124, [fields.size, 11])
  octal(block, 136, [fields.seconds, 11])
  block.fill(0x20, 148, 156)
  block.write(fields.type, 156, 'latin1')
  fields.target.subarray(0, 100).copy(block, 157)
  block.write('ustar\x0000', 257, 'latin1')
  octal(block, 148, [checksumOf(block), 6])
  block[155] = 0x20
  return block
}

function octal(block: Buffer, at: number, [value, digits]: readonly [number, number]): void {
  block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1')
}

/** The sum of the bytes, the checksum itself as blanks. */
export function checksumOf(block: Uint8Array): number {
  let sum = 0
  for (const byte of block.subarray(0, 148)) sum += byte
  for (const byte of block.subarray(156, blockBytes)) sum += byte
  return sum + 8 * 0x20
}
