// Where a function lies in an ELF file (64 bits, little-endian), from its symbol tables: what a probe of a user program
// needs. Everything in the file is doubted: it may be anything that calls itself a shell.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const maxBytes = 32 << 20
const Section = { symbols: 2, dynamicSymbols: 11, bytes: 64 } as const
const Segment = { load: 1, bytes: 56 } as const
const symbolBytes = 24
const functionType = 2
const maxSections = 4096
const maxSegments = 256
const maxSymbols = 1_000_000

/** Bytes from the start of the file to the function's first instruction; undefined when it is not defined there. */
export function functionOffset(path: string, name: string): number | undefined {
  const bytes = readBounded(path)
  return bytes === undefined ? undefined : findFunction(bytes, name)
}

/** As `functionOffset`, of the bytes of a file. */
export function findFunction(bytes: Buffer, name: string): number | undefined {
  // ELF, 64 bits, little-endian.
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f45_4c46 || bytes.readUInt16BE(4) !== 0x0201)
    return undefined
  const sections = table(bytes, { at: 40, count: 60, each: Section.bytes, max: maxSections })
  for (const section of sections) {
    const type = section.readUInt32LE(4)
    if (type !== Section.symbols && type !== Section.dynamicSymbols) continue
    const strings = sections[section.readUInt32LE(40)]
    if (strings === undefined) continue
    const address = symbolAddress(content(bytes, section), content(bytes, strings), name)
    if (address !== undefined) return fileOffset(bytes, address)
  }
  return undefined
}

interface TableShape {
  /** Where the header says where the table is, and how many entries it has. */
  readonly at: number
  readonly count: number
  readonly each: number
  readonly max: number
}

function table(bytes: Buffer, shape: TableShape): Buffer[] {
  const first = Number(bytes.readBigUInt64LE(shape.at))
  const count = Math.min(shape.max, bytes.readUInt16LE(shape.count))
  const entries: Buffer[] = []
  for (let index = 0; index < count; index++) {
    const at = first + index * shape.each
    if (at + shape.each > bytes.length) break
    entries.push(bytes.subarray(at, at + shape.each))
  }
  return entries
}

/** What a section points to; empty when it lies outside the file. */
function content(bytes: Buffer, section: Buffer): Buffer {
  const at = Number(section.readBigUInt64LE(24))
  const length = Number(section.readBigUInt64LE(32))
  return at + length > bytes.length ? Buffer.alloc(0) : bytes.subarray(at, at + length)
}

function symbolAddress(symbols: Buffer, strings: Buffer, name: string): number | undefined {
  const wanted = Buffer.from(`${name}\0`, 'latin1')
  const count = Math.min(maxSymbols, Math.floor(symbols.length / symbolBytes))
  for (let index = 0; index < count; index++) {
    const at = index * symbolBytes
    const isDefined = symbols.readUInt16LE(at + 6) !== 0
    if (!isDefined || (symbols.readUInt8(at + 4) & 0xf) !== functionType) continue
    const nameAt = symbols.readUInt32LE(at)
    if (nameAt + wanted.length > strings.length) continue
    if (strings.compare(wanted, 0, wanted.length, nameAt, nameAt + wanted.length) !== 0) continue
    return Number(symbols.readBigUInt64LE(at + 8))
  }
  return undefined
}

/** Symbols have addresses in memory: the segment that is loaded there says where that is in the file. */
function fileOffset(bytes: Buffer, address: number): number | undefined {
  for (const segment of table(bytes, { at: 32, count: 56, each: Segment.bytes, max: maxSegments })) {
    if (segment.readUInt32LE(0) !== Segment.load) continue
    const offset = Number(segment.readBigUInt64LE(8))
    const start = Number(segment.readBigUInt64LE(16))
    const length = Number(segment.readBigUInt64LE(32))
    if (address >= start && address < start + length) return offset + (address - start)
  }
  return undefined
}

/** Undefined when there is no such file, or it is larger than any shell. */
function readBounded(path: string): Buffer | undefined {
  let fd = -1
  try {
    fd = openSync(path, 'r')
    const stat = fstatSync(fd)
    if (!stat.isFile() || stat.size > maxBytes) return undefined
    const bytes = Buffer.alloc(stat.size)
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0))
  } catch {
    return undefined
  } finally {
    if (fd >= 0) closeSync(fd)
  }
}
