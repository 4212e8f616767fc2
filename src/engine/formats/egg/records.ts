// The records of an egg archive (ESTsoft's EGG specification 1.0; unegg-rs, docs/EGG_FORMAT_SPEC.md): a signature, and
// for most a flags byte and a length. All numbers are little-endian.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import { decodeKoreanName } from '../../parsers/alzip/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { type Lock, lockBytes } from './lock.ts'

export const signature = {
  archive: 0x41474745,
  split: 0x24f5a262,
  solid: 0x24e5a060,
  globalLock: 0x08d144a8,
  file: 0x0a8590e3,
  name: 0x0a8591ac,
  comment: 0x04c63672,
  windows: 0x2c86950b,
  posix: 0x1ee922e5,
  lock: 0x08d1470f,
  block: 0x02b50c13,
  dummy: 0x07463307,
  skip: 0xffff0000,
  end: 0x08e28222,
} as const

export const archiveHeaderBytes = 14
const fileHeaderBytes = 16
const blockHeaderBytes = 22
const windowsFolder = 0x80
const posixKind = 0xf000
const posixFolder = 0x4000
const flagWideLength = 0x01
const flagCodePage = 0x08
const flagRelative = 0x10
const longestName = 64 * 1024
/** ALZip makes a block for each 4 GB at most; 65,536 of them are more than any file has. */
const maxBlocks = 65_536

/** A record with flags and length. */
export interface Field {
  readonly flags: number
  readonly start: number
  readonly size: number
  readonly end: number
}

export interface Block {
  readonly method: number
  readonly size: number
  readonly packed: number
  readonly crc: number
  readonly start: number
}

export interface EggFile {
  readonly name: string
  readonly size: number
  readonly isFolder: boolean
  readonly lock: Lock | undefined
  readonly blocks: readonly Block[]
  /** Its records are not as they must be, or there are too many. */
  readonly isBroken: boolean
  /** Behind its last block. */
  readonly end: number
}

/** The field whose signature stands at `at`; undefined when it is cut off. */
export function readField(source: ByteSource, at: number): Field | undefined {
  const head = source.read(at + 4, 5)
  const flags = head[0] ?? 0
  const isWide = (flags & flagWideLength) !== 0
  const headBytes = isWide ? 5 : 3
  if (head.length < headBytes) return undefined
  const size = isWide ? u32(head, 1) : u16(head, 1)
  const start = at + 4 + headBytes
  return { flags, start, size, end: start + size }
}

/** The file whose signature stands at `at`; undefined when its header is cut off. */
export function readFile(source: ByteSource, at: number): EggFile | undefined {
  const head = source.read(at, fileHeaderBytes)
  if (head.length < fileHeaderBytes) return undefined
  const size = u64(head, 8)
  const described = new Description()
  let next = at + fileHeaderBytes
  for (;;) {
    const found = u32(source.read(next, 4), 0)
    if (found === signature.end) break
    const field = isFileField(found) ? readField(source, next) : undefined
    if (field === undefined || field.end > source.size) {
      return described.file({ size, blocks: [], isBroken: true, end: next })
    }
    next = described.take(source, found, field)
  }
  const blocks: Block[] = []
  next += 4
  for (let block = readBlock(source, next); block !== undefined; block = readBlock(source, next)) {
    if (blocks.length >= maxBlocks) return described.file({ size, blocks, isBroken: true, end: next })
    blocks.push(block)
    next = block.start + block.packed
  }
  return described.file({ size, blocks, isBroken: false, end: next })
}

/** Any other field is skipped by its length too, but a signature of another kind of record ends the file. */
function isFileField(found: number): boolean {
  return found !== signature.file && found !== signature.block && found !== signature.archive && found !== 0
}

class Description {
  name = ''
  isFolder = false
  lock: Lock | undefined

  file(rest: Pick<EggFile, 'size' | 'blocks' | 'isBroken' | 'end'>): EggFile {
    return { name: this.name, isFolder: this.isFolder, lock: this.lock, ...rest }
  }

  /** Returns where the next record begins. */
  take(source: ByteSource, found: number, field: Field): number {
    if (found === signature.name) this.name = readName(source, field)
    else if (found === signature.windows) {
      this.isFolder ||= ((source.read(field.start + 8, 1)[0] ?? 0) & windowsFolder) !== 0
    } else if (found === signature.posix) {
      this.isFolder ||= (u32(source.read(field.start, 4), 0) & posixKind) === posixFolder
    } else if (found === signature.lock) {
      const method = source.read(field.start, 1)[0] ?? 0
      const size = lockSize(source, field, method)
      this.lock = { method, data: new Uint8Array(source.read(field.start + 1, size)) }
      return field.start + 1 + size
    }
    return field.end
  }
}

/** Some writers tell a length that is too large: the record is as long as its method needs if its end is there. */
function lockSize(source: ByteSource, field: Field, method: number): number {
  const declared = Math.max(0, field.size - 1)
  for (const size of [declared, ...lockBytes(method)]) {
    if (u32(source.read(field.start + 1 + size, 4), 0) === signature.end) return size
  }
  return Math.min(declared, longestName)
}

function readName(source: ByteSource, field: Field): string {
  const bytes = source.read(field.start, Math.min(field.size, longestName))
  const hasCodePage = (field.flags & flagCodePage) !== 0
  const codePage = hasCodePage ? u16(bytes, 0) : 0
  const from = (hasCodePage ? 2 : 0) + ((field.flags & flagRelative) === 0 ? 0 : 4)
  return decodeKoreanName(bytes.subarray(from), codePage)
}

function readBlock(source: ByteSource, at: number): Block | undefined {
  const head = source.read(at, blockHeaderBytes)
  if (head.length < blockHeaderBytes || u32(head, 0) !== signature.block) return undefined
  if (u32(head, 18) !== signature.end) return undefined
  return {
    method: head[4] ?? 0,
    size: u32(head, 6),
    packed: u32(head, 10),
    crc: u32(head, 14),
    start: at + blockHeaderBytes,
  }
}
