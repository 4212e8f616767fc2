// A Windows program packed by UPX: two sections, the first empty, the second with the packed image and the stub that
// unpacks it into the first. What comes out is the original file again as far as it matters: headers, section table and
// sections, without the tables of imports and relocations, which UPX stores in a form of its own.

import { u16, u32, u64 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import type { PeLayout } from '../pe/index.ts'
import { findPackHeader, isIntact, type PackHeader } from './pack-header.ts'
import { restoreAddresses } from './relocations.ts'
import { unfilter } from './unfilter.ts'
import { type Stub, stubAt } from './pe-stub.ts'
import { isKnownMethod, triedMethods, unpackBlock, type Unpacked } from './unpack-block.ts'

/** Larger images are not held. Windows itself loads none above 2 GiB. */
export const largestImage = 96 * 1024 * 1024
/** UPX puts its header into the last bytes before the second section. */
const headerSpan = 1024
const peSignature = 0x4550
const sectionBytes = 40
const maxSections = 96
const importDirectory = 1
/** One entry of the import table: an empty table has no more. */
const importBytes = 20
const relocationDirectory = 5

export interface PackedPe {
  readonly stub: Stub | undefined
  readonly header: PackHeader | undefined
}

export interface UnpackedImage {
  readonly bytes: Uint8Array
  /** What is wrong; the bytes are what there is in spite of it. */
  readonly fault: string | undefined
  readonly isUnsupported: boolean
}

/** Undefined: not packed by UPX, as far as can be seen. Cheap: reads some hundred bytes. */
export function recognizePe(source: ByteSource, layout: PeLayout): PackedPe | undefined {
  const second = layout.sections[1]
  if (second === undefined || second.rawSize === 0) return undefined
  const from = Math.max(0, second.rawOffset - headerSpan)
  const found = findPackHeader(source.read(from, second.rawOffset + headerSpan - from))
  const header = found && { ...found, end: from + found.end }
  const stub = stubAt(source, layout)
  if (header === undefined && stub === undefined) return undefined
  return { stub, header }
}

/** Undefined: it only looked like UPX. */
export function unpackPe(
  source: ByteSource,
  layout: PeLayout,
  packed: PackedPe,
  budget: Budget,
): UnpackedImage | undefined {
  const { header, stub } = packed
  const told = header && byHeader(source, header, budget)
  if (told !== undefined && told.fault === undefined) {
    return { bytes: rebuild(source, layout, packed, told.bytes), fault: undefined, isUnsupported: false }
  }
  // Another packer behind UPX, whose code is not at the entry point: its own affair.
  if (stub === undefined) return undefined
  const tried = byStub(source, layout, stub, budget)
  if (tried !== undefined) {
    const bytes = rebuild(source, layout, { ...packed, header: undefined }, tried.bytes)
    return { bytes, fault: undefined, isUnsupported: false }
  }
  if ((header?.unpackedBytes ?? 0) > largestImage) {
    return { bytes: new Uint8Array(0), fault: 'the image is too large', isUnsupported: true }
  }
  if (told === undefined) return undefined
  return { bytes: rebuild(source, layout, packed, told.bytes), fault: told.fault, isUnsupported: false }
}

function byHeader(source: ByteSource, header: PackHeader, budget: Budget): Unpacked | undefined {
  if (!isKnownMethod(header.method) || header.unpackedBytes > largestImage) return undefined
  const bytes = copyBytes(
    source,
    { from: header.end, most: Math.min(header.packedBytes, largestImage) },
    budget,
  )
  const result = unpackBlock(bytes, header.method, header.unpackedBytes, budget)
  if (isIntact(result.bytes, header)) return { ...result, fault: undefined }
  return { ...result, fault: result.fault ?? 'the unpacked image has a wrong checksum' }
}

/** The method whose result ends with a PE header is the right one. */
function byStub(source: ByteSource, layout: PeLayout, stub: Stub, budget: Budget): Unpacked | undefined {
  const most = Math.min(largestImage, stub.unpackedBytes ?? roomOf(layout))
  const bytes = copyBytes(source, { from: stub.source, most: largestImage }, budget)
  for (const method of triedMethods) {
    const result = unpackBlock(bytes, method, most, budget)
    if (result.fault === undefined && headerPlace(result.bytes) !== undefined) return result
  }
  return undefined
}

/** What the first sections have room for. */
function roomOf({ sections }: PeLayout): number {
  const [first, second] = sections
  return Math.min(largestImage, (first?.virtualSize ?? 0) + (second?.virtualSize ?? 0) + 0x1000)
}

/** The last word of the image says where the original headers were put. */
function headerPlace(image: Uint8Array): number | undefined {
  const place = u32(image, image.length - 4)
  return place + 0x108 <= image.length && u32(image, place) === peSignature ? place : undefined
}

function rebuild(source: ByteSource, layout: PeLayout, packed: PackedPe, image: Uint8Array): Uint8Array {
  const place = headerPlace(image)
  if (place === undefined) return image
  const optionalSize = u16(image, place + 20)
  const table = place + 24 + optionalSize
  const count = u16(image, place + 6)
  if (count === 0 || count > maxSections || table + count * sectionBytes > image.length) return image
  const lowest = u32(image, table + 12)
  const code = u32(image, place + 24 + 20) - lowest
  unfilterCode(image, packed, { start: code, length: u32(image, place + 24 + 4) })
  restoreRelocations(image, { place, behind: table + count * sectionBytes, lowest })
  const dosPart = source.read(0, Math.min(layout.headers.peOffset, 4096)).slice()
  const headers = image.subarray(place, table + count * sectionBytes)
  const parts: Part[] = [
    { at: 0, bytes: dosPart },
    { at: dosPart.length, bytes: headers },
  ]
  for (let index = 0; index < count; index++) {
    const row = table + index * sectionBytes
    const from = u32(image, row + 12) - lowest
    const [size, at] = [u32(image, row + 16), u32(image, row + 20)]
    if (from >= 0 && from < image.length && size > 0 && at > 0)
      parts.push({ at, bytes: image.subarray(from, from + size) })
  }
  const end = endOf(parts)
  const behindSections = endOfSections(image, table, count) - lowest
  // Names of imports, in a form of UPX's own.
  if (behindSections < place) parts.push({ at: end, bytes: image.subarray(behindSections, place) })
  const size = endOf(parts)
  // Sections that name the same bytes would make more of them than there are.
  if (size > 2 * image.length + maxRead) return image
  const file = new Uint8Array(size)
  for (const { at, bytes } of parts) file.set(bytes, at)
  return file
}

interface Part {
  readonly at: number
  readonly bytes: Uint8Array
}

function endOf(parts: readonly Part[]): number {
  return Math.max(...parts.map(({ at, bytes }) => at + bytes.length))
}

/** The address behind the last section. */
function endOfSections(image: Uint8Array, table: number, count: number): number {
  let end = 0
  for (let row = table; row < table + count * sectionBytes; row += sectionBytes) {
    end = Math.max(end, u32(image, row + 12) + Math.max(u32(image, row + 8), u32(image, row + 16)))
  }
  return end
}

function unfilterCode(
  image: Uint8Array,
  { header, stub }: PackedPe,
  code: { start: number; length: number },
): void {
  if (code.start < 0 || code.start >= image.length) return
  unfilter(image.subarray(code.start, code.start + code.length), {
    id: header?.filter ?? stub?.filter ?? 0,
    mark: header?.filterMark ?? stub?.filterMark ?? 0,
    origin: code.start,
  })
}

interface OriginalHeaders {
  /** Of the PE header in the image. */
  readonly place: number
  readonly behind: number
  /** Address of the first section. */
  readonly lowest: number
}

/** Where the list is stands behind the headers, if there is one. */
function restoreRelocations(image: Uint8Array, { place, behind, lowest }: OriginalHeaders): void {
  const is64 = u16(image, place + 24) === 0x20b
  const directory = place + 24 + (is64 ? 112 : 96) + relocationDirectory * 8
  const isStripped = (u16(image, place + 22) & 1) !== 0
  // A table of eight bytes is an empty one.
  if (isStripped || u32(image, directory) === 0 || u32(image, directory + 4) <= 8) return
  // The place of the imports, and of their names, comes first.
  const imports = directory + (importDirectory - relocationDirectory) * 8
  const hasImports = u32(image, imports) !== 0 && u32(image, imports + 4) > importBytes
  const list = u32(image, behind + (hasImports ? 8 : 0))
  const imageBase = is64 ? u64(image, place + 24 + 24) : u32(image, place + 24 + 28)
  restoreAddresses(image, { list, is64, base: BigInt(imageBase) + BigInt(lowest) })
}
