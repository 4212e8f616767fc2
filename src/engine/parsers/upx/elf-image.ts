// An ELF program packed by UPX: behind its headers `l_info` and `p_info`, then packed blocks, each with a `b_info` of twelve
// bytes. The first block is the original headers; those that follow fill the original's segments one after the other.
// Programs of malware have the magic and the sizes of `l_info` and `p_info` wiped, so none of them is needed here.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { indexOfBytes } from '../../source/search.ts'
import type { ElfLayout } from '../elf/index.ts'
import { largestImage, type UnpackedImage } from './pe-image.ts'
import { unfilter } from './unfilter.ts'
import { isKnownMethod, unpackBlock } from './unpack-block.ts'

/** Bytes of the file that nothing was written to, all together. */
const largestHole = 4 * 1024 * 1024
const blockInfoBytes = 12
const infoBytes = 12
const mark = Buffer.from('UPX!')
/** Of packed blocks: UPX makes blocks of up to 512 KiB, some versions one of a whole segment. */
const maxBlocks = 65_536
const longestHeaders = 4096
const elfMagic = 0x464c457f
const segmentLoad = 1
const maxMarks = 64
/** The unpacker's code stands between the segments' blocks and those of what is between the segments. */
const longestStub = 256 * 1024
/** A block that is not all of its segment has at least so much. */
const smallestBlockSize = 0x8000

interface Block {
  readonly unpackedBytes: number
  readonly packedBytes: number
  readonly method: number
  readonly filter: number
  readonly filterMark: number
}

/** Where the first `b_info` is; undefined: not packed by UPX, as far as can be seen. */
export function recognizeElf(source: ByteSource, layout: ElfLayout): number | undefined {
  // UPX leaves no section table.
  if (layout.sections.length > 0 || layout.segments.length === 0) return undefined
  const head = source.read(0, longestHeaders).slice()
  const behindHeaders = segmentTableEnd(head, layout)
  if (behindHeaders > 0 && beginsBlocks(head, behindHeaders + 2 * infoBytes, layout)) {
    return behindHeaders + 2 * infoBytes
  }
  let from = 0
  for (let tries = 0; tries < maxMarks; tries++) {
    const at = indexOfBytes(source, mark, { from, to: Math.min(source.size, largestImage) })
    if (at < 0) return undefined
    const start = at - 4 + 2 * infoBytes
    if (beginsBlocks(source.read(start, blockInfoBytes), 0, layout)) return start
    from = at + mark.length
  }
  return undefined
}

function segmentTableEnd(head: Uint8Array, { is64, isLittle }: ElfLayout): number {
  const word = (at: number): number => (isLittle ? u16(head, at) : head[at]! * 256 + head[at + 1]!)
  return is64 ? 64 + word(56) * word(54) : 52 + word(44) * word(42)
}

/** The first block is a few program headers. */
function beginsBlocks(bytes: Uint8Array, at: number, layout: ElfLayout): boolean {
  const block = blockAt(bytes, at, layout)
  return (
    block !== undefined &&
    block.unpackedBytes >= 52 &&
    block.unpackedBytes <= longestHeaders * 256 &&
    isSane(block)
  )
}

function isSane({ method, packedBytes, unpackedBytes }: Block): boolean {
  return (
    packedBytes > 0 &&
    (packedBytes === unpackedBytes || (packedBytes < unpackedBytes && isKnownMethod(method)))
  )
}

function blockAt(bytes: Uint8Array, at: number, { isLittle }: ElfLayout): Block | undefined {
  if (at + blockInfoBytes > bytes.length) return undefined
  const word = (place: number): number =>
    isLittle ? u32(bytes, place) : Buffer.from(bytes.subarray(place, place + 4)).readUInt32BE()
  return {
    unpackedBytes: word(at),
    packedBytes: word(at + 4),
    method: bytes[at + 8]!,
    filter: bytes[at + 9]!,
    filterMark: bytes[at + 10]!,
  }
}

/** Undefined: it only looked like UPX. */
export function unpackElf(
  source: ByteSource,
  layout: ElfLayout,
  start: number,
  budget: Budget,
): UnpackedImage | undefined {
  const reader = new BlockReader(source, layout, start, budget)
  const headers = reader.next()
  if (headers === undefined || u32(headers, 0) !== elfMagic) return undefined
  const file = new ImageWriter()
  file.write(0, headers)
  const segments = loadedSegments(headers, layout)
  if (segments.length === 0 || headers.length > tableEnd(headers, layout)) {
    readInto(file, reader, { from: headers.length, to: Number.POSITIVE_INFINITY })
  } else {
    for (const segment of segments) readSegment(file, reader, { segment, from: headers.length })
    readGaps(file, reader, segments)
  }
  return { bytes: file.bytes(), fault: reader.fault, isUnsupported: reader.isUnsupported }
}

/** Segments that a loader has to see are left as they were: those of libraries. */
function readSegment(
  file: ImageWriter,
  reader: BlockReader,
  { segment, from: least }: { segment: Segment; from: number },
): void {
  const { offset, size } = segment
  const to = offset + size
  const from = offset === 0 ? Math.min(least, to) : offset
  if (from === to) return
  if (reader.isNextFor(to - from)) readInto(file, reader, { from, to })
  else for (const { at, bytes } of reader.unpacked(segment, from)) file.write(at, bytes)
}

function tableEnd(headers: Uint8Array, layout: ElfLayout): number {
  return segmentTableEnd(headers, layout)
}

interface Segment {
  readonly offset: number
  readonly size: number
  readonly address: number
}

/** PT_LOAD, in the order of the table. */
function loadedSegments(headers: Uint8Array, layout: ElfLayout): Segment[] {
  const { is64, isLittle } = layout
  const bytes = Buffer.from(headers)
  const word32 = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at))
  const word64 = (at: number): number => (isLittle ? u64(bytes, at) : Number(bytes.readBigUInt64BE(at)))
  const step = is64 ? 56 : 32
  const segments: Segment[] = []
  for (
    let at = is64 ? 64 : 52;
    at + step <= Math.min(headers.length, tableEnd(headers, layout));
    at += step
  ) {
    if (word32(at) !== segmentLoad) continue
    const offset = is64 ? word64(at + 8) : word32(at + 4)
    const size = is64 ? word64(at + 32) : word32(at + 16)
    const address = is64 ? word64(at + 16) : word32(at + 8)
    if (size > 0) segments.push({ offset, size, address })
  }
  return segments
}

function readInto(file: ImageWriter, reader: BlockReader, range: { from: number; to: number }): void {
  let at = range.from
  while (at < range.to) {
    const bytes = reader.next()
    if (bytes === undefined) return
    file.write(at, bytes)
    at += bytes.length
  }
}

/** What no segment has: sections for linkers and debuggers, appended data. */
function readGaps(file: ImageWriter, reader: BlockReader, segments: readonly Segment[]): void {
  const ordered = segments.toSorted((a, b) => a.offset - b.offset)
  for (const [index, { offset, size }] of ordered.entries()) {
    const from = offset + size
    const to = ordered[index + 1]?.offset ?? reader.fileSize
    if (from >= to) continue
    if (!reader.skipStub(to - from)) return
    readInto(file, reader, { from, to })
  }
}

class BlockReader {
  fault: string | undefined
  isUnsupported = false
  readonly #source: ByteSource
  readonly #layout: ElfLayout
  readonly #budget: Budget
  readonly #start: number
  #at: number
  #left = largestImage
  #count = 0
  #isPastStub = false

  constructor(source: ByteSource, layout: ElfLayout, start: number, budget: Budget) {
    this.#source = source
    this.#layout = layout
    this.#start = start
    this.#at = start
    this.#budget = budget
  }

  /** The next block, unpacked; undefined: there is none. */
  next(): Uint8Array | undefined {
    const block = blockAt(this.#source.read(this.#at, blockInfoBytes), 0, this.#layout)
    if (this.fault !== undefined || block === undefined || block.unpackedBytes === 0) return undefined
    if (!isSane(block) || ++this.#count > maxBlocks) return undefined
    const { unpackedBytes, packedBytes, filter, filterMark } = block
    if (unpackedBytes > this.#left) {
      this.fault = 'the image is too large'
      this.isUnsupported = true
      return undefined
    }
    this.#left -= unpackedBytes
    const packed = copyBytes(this.#source, { from: this.#at + blockInfoBytes, most: packedBytes })
    this.#at += blockInfoBytes + packedBytes
    const bytes = this.#unpack(packed, block)
    if (bytes !== undefined && filter > 0 && packedBytes < unpackedBytes) {
      const isKnown = unfilter(bytes, { id: filter, mark: filterMark, origin: 0 })
      this.isUnsupported ||= !isKnown
      if (!isKnown) this.fault = `the filter ${filter} is not known`
    }
    return bytes
  }

  #unpack(packed: Uint8Array, { method, unpackedBytes, packedBytes }: Block): Uint8Array | undefined {
    if (packed.length < packedBytes) this.fault = 'the packed data end early'
    if (packedBytes === unpackedBytes) {
      this.#budget.charge(packed.length)
      return packed
    }
    const result = unpackBlock(packed, method, unpackedBytes, this.#budget)
    this.fault ??= result.fault
    if (result.bytes.length < unpackedBytes) this.fault ??= 'a block is shorter than it says'
    return result.bytes
  }

  /** Whether the next block is what `size` bytes begin with: all of them, or as much as a block has at most. */
  isNextFor(size: number): boolean {
    const block = blockAt(this.#source.read(this.#at, blockInfoBytes), 0, this.#layout)
    if (block === undefined || !isSane(block)) return false
    return (
      block.unpackedBytes === size || (block.unpackedBytes < size && block.unpackedBytes >= smallestBlockSize)
    )
  }

  /** The size of the original as `p_info` says; 0 where it was wiped. */
  get fileSize(): number {
    const bytes = Buffer.from(this.#source.read(this.#start - infoBytes, infoBytes))
    if (bytes.length < infoBytes) return 0
    return this.#layout.isLittle ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)
  }

  /** The part of a segment from `from` on as it stands in the packed file, if it does. */
  *unpacked({ offset, size, address }: Segment, from: number): Generator<{ at: number; bytes: Uint8Array }> {
    const end = address + size
    const holder = this.#layout.segments.find(
      ({ type, virtualAddress, fileSize }) =>
        type === segmentLoad && virtualAddress <= address && end <= virtualAddress + fileSize,
    )
    if (holder === undefined) return
    const shift = holder.offset + address - holder.virtualAddress - offset
    const bytes = copyBytes(this.#source, {
      from: from + shift,
      most: Math.min(offset + size - from, this.#left),
    })
    this.#left -= bytes.length
    this.#budget.charge(bytes.length)
    yield { at: from, bytes }
  }

  /** Goes to the first block behind the unpacker's code that has `size` bytes. */
  skipStub(size: number): boolean {
    if (this.#isPastStub) return true
    const view = this.#source.read(this.#at, Math.min(maxRead, longestStub)).slice()
    for (let at = 0; at + blockInfoBytes <= view.length; at++) {
      const block = blockAt(view, at, this.#layout)
      if (block === undefined || block.unpackedBytes !== size || !isSane(block)) continue
      if (this.#at + at + blockInfoBytes + block.packedBytes > this.#source.size) continue
      this.#isPastStub = true
      this.#at += at
      return true
    }
    return false
  }
}

/** The file as far as it is known, grown as it is written. */
class ImageWriter {
  readonly #parts: { readonly at: number; readonly bytes: Uint8Array }[] = []
  #size = 0
  #written = 0

  write(at: number, bytes: Uint8Array): void {
    this.#written += bytes.length
    if (at + bytes.length > Math.min(largestImage, this.#written + largestHole)) return
    this.#parts.push({ at, bytes })
    this.#size = Math.max(this.#size, at + bytes.length)
  }

  bytes(): Uint8Array {
    const file = new Uint8Array(this.#size)
    for (const { at, bytes } of this.#parts) file.set(bytes, at)
    return file
  }
}
