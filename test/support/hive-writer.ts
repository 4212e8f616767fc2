// Registry hives for tests: a tree of keys and values becomes a regf file; and its transaction logs, from two states of it.

import { checksumOf } from '../../src/evidence/registry/base-block.ts'
import { marvin32 } from '../../src/evidence/registry/marvin32.ts'

const pageBytes = 4096
const nil = 0xff_ff_ff_ff
/** Behind the head of the first bin. */
const firstCell = 32

interface WrittenValue {
  readonly name?: string
  readonly type: number
  readonly data: Buffer
}

export interface WrittenKey {
  readonly name: string
  /** FILETIME; the same for all by default. */
  readonly time?: bigint
  readonly className?: string
  readonly values?: readonly WrittenValue[]
  readonly subkeys?: readonly WrittenKey[]
  /** How the list of subkeys is written; `lh` by default, `ri` is a list of two `lh`. */
  readonly list?: 'lf' | 'lh' | 'li' | 'ri'
}

export interface HiveOptions {
  readonly minorVersion?: number
  readonly fileName?: string
  readonly sequences?: readonly [primary: number, secondary: number]
  /** Bytes of bins that are there beyond what is needed, free. */
  readonly spareBytes?: number
}

/** 2026-01-02T03:04:05.1234567Z. */
export const writtenTime = 134_117_966_451_234_567n
export const writtenTimeText = '2026-01-02T03:04:05.1234567Z'

export function sz(name: string, text: string, type = 1): WrittenValue {
  return { name, type, data: Buffer.from(`${text}\0`, 'utf16le') }
}

export function multiSz(name: string, ...texts: readonly string[]): WrittenValue {
  return { name, type: 7, data: Buffer.from([...texts, ''].map((text) => `${text}\0`).join(''), 'utf16le') }
}

export function dword(name: string, number: number): WrittenValue {
  const data = Buffer.alloc(4)
  data.writeUInt32LE(number)
  return { name, type: 4, data }
}

export function binary(name: string, data: Buffer): WrittenValue {
  return { name, type: 3, data }
}

/** Keys by a path from below the root: `key('A\\B', [values])`. */
export function key(
  path: string,
  values: readonly WrittenValue[] = [],
  subkeys: readonly WrittenKey[] = [],
): WrittenKey {
  const [name = '', ...rest] = path.split('\\')
  if (rest.length === 0) return { name, values, subkeys }
  return { name, subkeys: [key(rest.join('\\'), values, subkeys)] }
}

/** Keys of the same name made one, on every level. */
export function merged(keys: readonly WrittenKey[]): WrittenKey[] {
  const byName = Map.groupBy(keys, ({ name }) => name.toUpperCase())
  return [...byName.values()].map((same) => {
    const [first] = same
    return {
      ...first,
      name: first?.name ?? '',
      values: same.flatMap(({ values = [] }) => values),
      subkeys: merged(same.flatMap(({ subkeys = [] }) => subkeys)),
    }
  })
}

class Writer {
  readonly cells: Buffer[] = []
  readonly minorVersion: number
  #next = firstCell

  constructor(minorVersion: number) {
    this.minorVersion = minorVersion
  }

  /** Offset of a new cell with these data. */
  add(data: Buffer): number {
    const size = Math.ceil((data.length + 4) / 8) * 8
    const cell = Buffer.alloc(size)
    cell.writeInt32LE(-size)
    data.copy(cell, 4)
    this.cells.push(cell)
    const offset = this.#next
    this.#next += size
    return offset
  }

  get bytes(): number {
    return this.#next
  }
}

export function writeHive(root: WrittenKey, options: HiveOptions = {}): Buffer {
  const writer = new Writer(options.minorVersion ?? 5)
  const security = writer.add(securityCell(keysIn(root)))
  const rootOffset = writeKey(writer, root, { security, flags: 4 })
  const used = writer.bytes
  const size = Math.ceil((used + 8 + (options.spareBytes ?? 0)) / pageBytes) * pageBytes
  const bins = Buffer.alloc(size)
  bins.write('hbin', 0, 'latin1')
  bins.writeUInt32LE(size, 8)
  bins.writeBigUInt64LE(writtenTime, 20)
  Buffer.concat(writer.cells).copy(bins, firstCell)
  bins.writeInt32LE(size - used, used)
  return Buffer.concat([baseBlock(size, rootOffset, options), bins])
}

function baseBlock(binsBytes: number, rootOffset: number, options: HiveOptions): Buffer {
  const base = Buffer.alloc(pageBytes)
  const [primary, secondary] = options.sequences ?? [7, 7]
  base.write('regf', 0, 'latin1')
  for (const [offset, number] of [
    [4, primary],
    [8, secondary],
    [20, 1],
    [24, options.minorVersion ?? 5],
    [32, 1],
    [36, rootOffset],
    [40, binsBytes],
    [44, 1],
  ] as const) {
    base.writeUInt32LE(number, offset)
  }
  base.writeBigUInt64LE(writtenTime, 12)
  base.write(options.fileName ?? '', 48, 64, 'utf16le')
  base.writeUInt32LE(checksumOf(base), 508)
  return base
}

interface Parent {
  readonly security: number
  readonly flags: number
}

function writeKey(writer: Writer, written: WrittenKey, { security, flags }: Parent): number {
  const { name, values = [], subkeys = [], className = '' } = written
  const lists = values.map((value) => writeValue(writer, value))
  const valueList = lists.length === 0 ? nil : writer.add(words(lists))
  const children = subkeys.map((child) => ({
    offset: writeKey(writer, child, { security, flags: 0 }),
    name: child.name,
  }))
  const subkeyList = children.length === 0 ? nil : writeList(writer, children, written.list ?? 'lh')
  const classCell = className === '' ? nil : writer.add(Buffer.from(className, 'utf16le'))
  const { bytes, isLatin } = nameBytes(name)
  const cell = Buffer.alloc(76 + bytes.length)
  cell.write('nk', 0, 'latin1')
  cell.writeUInt16LE(flags | (isLatin ? 0x20 : 0), 2)
  cell.writeBigUInt64LE(written.time ?? writtenTime, 4)
  for (const [offset, number] of [
    [16, 0],
    [20, children.length],
    [28, subkeyList],
    [32, nil],
    [36, lists.length],
    [40, valueList],
    [44, security],
    [48, classCell],
  ] as const) {
    cell.writeUInt32LE(number, offset)
  }
  cell.writeUInt16LE(bytes.length, 72)
  cell.writeUInt16LE(className.length * 2, 74)
  bytes.copy(cell, 76)
  const offset = writer.add(cell)
  for (const child of children) setParent(writer, child.offset, offset)
  return offset
}

function setParent(writer: Writer, child: number, parent: number): void {
  let at = 32
  for (const cell of writer.cells) {
    if (at === child) cell.writeUInt32LE(parent, 4 + 16)
    at += cell.length
  }
}

function nameBytes(name: string): { bytes: Buffer; isLatin: boolean } {
  const isLatin = Buffer.from(name, 'latin1').toString('latin1') === name
  return { bytes: Buffer.from(name, isLatin ? 'latin1' : 'utf16le'), isLatin }
}

function writeValue(writer: Writer, { name = '', type, data }: WrittenValue): number {
  const { bytes, isLatin } = nameBytes(name)
  const cell = Buffer.alloc(20 + bytes.length)
  cell.write('vk', 0, 'latin1')
  cell.writeUInt16LE(bytes.length, 2)
  cell.writeUInt32LE(data.length <= 4 ? (data.length | 0x80_00_00_00) >>> 0 : data.length, 4)
  if (data.length <= 4) data.copy(cell, 8)
  else cell.writeUInt32LE(writeData(writer, data), 8)
  cell.writeUInt32LE(type, 12)
  cell.writeUInt16LE(isLatin ? 1 : 0, 16)
  bytes.copy(cell, 20)
  return writer.add(cell)
}

function writeData(writer: Writer, data: Buffer): number {
  if (data.length <= 16_344 || writer.minorVersion < 4) return writer.add(data)
  const segments: number[] = []
  for (let at = 0; at < data.length; at += 16_344) segments.push(writer.add(data.subarray(at, at + 16_344)))
  const cell = Buffer.alloc(12)
  cell.write('db', 0, 'latin1')
  cell.writeUInt16LE(segments.length, 2)
  cell.writeUInt32LE(writer.add(words(segments)), 4)
  return writer.add(cell)
}

function writeList(
  writer: Writer,
  children: readonly { offset: number; name: string }[],
  kind: string,
): number {
  if (kind === 'ri') {
    const half = Math.ceil(children.length / 2)
    const halves = [children.slice(0, half), children.slice(half)].map((part) =>
      writeList(writer, part, 'lh'),
    )
    return writer.add(Buffer.concat([head('ri', halves.length), words(halves)]))
  }
  const entries = children.flatMap(({ offset, name }) =>
    kind === 'li' ? [offset] : [offset, kind === 'lh' ? hashOf(name) : 0],
  )
  return writer.add(Buffer.concat([head(kind, children.length), words(entries)]))
}

function hashOf(name: string): number {
  const upper = name.toUpperCase()
  let hash = 0
  for (let at = 0; at < upper.length; at += 1) hash = (Math.imul(hash, 37) + upper.charCodeAt(at)) >>> 0
  return hash
}

function head(signature: string, count: number): Buffer {
  const bytes = Buffer.from(`${signature}\0\0`, 'latin1')
  bytes.writeUInt16LE(count, 2)
  return bytes
}

function words(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length)
  for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * index)
  return bytes
}

/** Owner S-1-5-18, group S-1-5-32-544, everybody may read. */
function keysIn({ subkeys = [] }: WrittenKey): number {
  return subkeys.reduce((sum, subkey) => sum + keysIn(subkey), 1)
}

/** The only one: its list is itself. */
function securityCell(keys: number): Buffer {
  const descriptor = Buffer.from(
    '0100048030000000' +
      '3c000000000000001400000002001c00' +
      '01000000000014001900020001010000' +
      '00000001000000000101000000000005' +
      '12000000010200000000000520000000' +
      '20020000',
    'hex',
  )
  const cell = Buffer.alloc(20)
  cell.write('sk', 0, 'latin1')
  cell.writeUInt32LE(firstCell, 4)
  cell.writeUInt32LE(firstCell, 8)
  cell.writeUInt32LE(keys, 12)
  cell.writeUInt32LE(descriptor.length, 16)
  return Buffer.concat([cell, descriptor])
}

/** Pages of the bins in which two hives differ. */
function changedPages(before: Buffer, after: Buffer): number[] {
  const pages: number[] = []
  for (let at = pageBytes; at < after.length; at += pageBytes) {
    if (!after.subarray(at, at + pageBytes).equals(before.subarray(at, at + pageBytes)))
      pages.push(at - pageBytes)
  }
  return pages
}

function logBase(hive: Buffer, fileType: number, sequence: number): Buffer {
  const base = Buffer.from(hive.subarray(0, 512))
  base.writeUInt32LE(sequence, 4)
  base.writeUInt32LE(sequence, 8)
  base.writeUInt32LE(fileType, 28)
  base.writeUInt32LE(checksumOf(base), 508)
  return base
}

/** A log of the new format: an entry for each step from one state of the hive to the next. */
export function writeNewLog(states: readonly Buffer[], firstSequence: number): Buffer {
  const entries = states.slice(1).map((after, index) => {
    const pages = changedPages(states[index] ?? after, after)
    const size = Math.ceil((40 + pages.length * (8 + pageBytes)) / 512) * 512
    const entry = Buffer.alloc(size)
    entry.write('HvLE', 0, 'latin1')
    for (const [offset, number] of [
      [4, size],
      [12, firstSequence + index],
      [16, after.length - pageBytes],
      [20, pages.length],
    ] as const) {
      entry.writeUInt32LE(number, offset)
    }
    for (const [place, page] of pages.entries()) {
      entry.writeUInt32LE(page, 40 + 8 * place)
      entry.writeUInt32LE(pageBytes, 44 + 8 * place)
      after.copy(entry, 40 + 8 * pages.length + pageBytes * place, pageBytes + page, 2 * pageBytes + page)
    }
    sign(entry)
    return entry
  })
  return Buffer.concat([logBase(states.at(-1) ?? Buffer.alloc(512), 6, firstSequence), ...entries])
}

function sign(entry: Buffer): void {
  const body = marvin32(entry, 40, entry.length)
  entry.writeUInt32LE(body.low, 24)
  entry.writeUInt32LE(body.high, 28)
  const whole = marvin32(entry, 0, 32)
  entry.writeUInt32LE(whole.low, 32)
  entry.writeUInt32LE(whole.high, 36)
}

/** A log of the old format: a bitmap of 512-byte pages and their bytes. */
export function writeOldLog(before: Buffer, after: Buffer, sequence: number): Buffer {
  const pages = changedPages(before, after)
  const bins = after.length - pageBytes
  const map = Buffer.alloc(Math.ceil((4 + bins / 512 / 8) / 512) * 512)
  map.write('DIRT', 0, 'latin1')
  for (const page of pages) map[4 + page / 512 / 8] = 0xff
  const data = pages.map((page) => after.subarray(pageBytes + page, 2 * pageBytes + page))
  return Buffer.concat([logBase(after, 1, sequence), map, ...data])
}
