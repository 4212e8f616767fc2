// tar in all its dialects (see header.ts). Members are parts of the archive, nothing is copied. Reading goes on
// after the end mark, as `tar -i` does, and after a damaged header at the next block that is one.

import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { isAllZeros } from '../../source/padding.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { type Extension, longestPax, readLongName, readPax } from './extension.ts'
import { blockBytes, parseTarHeader, type TarHeader } from './header.ts'

/** Byte 504 of a block of a GNU sparse map: another one follows. */
const mapContinuesAt = 504
/** What eleven octal digits cannot hold any more. */
const largestOctal = 8 ** 11

export const tar: Format = {
  id: 'tar',
  kind: 'archive',

  matches: ({ head }) => parseTarHeader(head.subarray(0, blockBytes)) !== undefined,

  *members({ source }, context) {
    const { size } = source
    let extension: Extension = {}
    let isQuiet = false
    for (let at = 0; at < size;) {
      context.budget.checkTime()
      const block = source.read(at, blockBytes)
      const header = parseTarHeader(block)
      if (header === undefined) {
        const isEnd = isAllZeros(block)
        if (!isEnd && !isQuiet) context.fault('(header)', 'damaged', `no tar header at offset ${at}`)
        // After the end mark, and until a header is found again, there is nothing more to say.
        isQuiet = true
        extension = {}
        at += blockBytes
        continue
      }
      isQuiet = false
      at += blockBytes
      const length = extension.size ?? header.size
      if (isExtension(header)) {
        readExtension({ source, at, header }, extension, context)
        at += padded(header.size)
        continue
      }
      if (header.type === 'S' && header.isSparseMapLonger) at = skipSparseMap(source, at, context)
      const bytes = hasNoData(header, source, at) ? 0 : length
      const member = memberAt({ source, at, header }, extension, bytes, context)
      if (member === undefined) context.budget.countMember()
      else yield member
      const disputed = isDisputed(header, extension)
      isQuiet = disputed
      extension = {}
      at += padded(disputed ? Math.min(bytes, header.size) : bytes)
    }
  },
}

interface Place {
  readonly source: ByteSource
  /** Where the data begins. */
  readonly at: number
  readonly header: TarHeader
}

function memberAt(
  { source, at, header }: Place,
  extension: Extension,
  bytes: number,
  context: UnpackContext,
): Member | undefined {
  const name = extension.name ?? header.name
  if (bytes === 0 && '123456DV'.includes(header.type)) return undefined
  const room = Math.max(0, source.size - at)
  if (bytes > room) context.fault(name, 'damaged', 'the data go on behind the end of the archive')
  if (header.type === 'S' || extension.isSparse === true) {
    context.fault(name, 'unsupported-method', 'a sparse file; its parts were read without the holes')
  }
  return { name, source: sliceSource(source, at, Math.min(bytes, room)) }
}

function isExtension({ type }: TarHeader): boolean {
  return type === 'L' || type === 'K' || type === 'x' || type === 'X' || type === 'g'
}

function readExtension({ source, at, header }: Place, into: Extension, context: UnpackContext): void {
  context.budget.countMember()
  if (at + header.size > source.size || header.size > longestPax) {
    context.fault(header.name, 'damaged', 'an extended header is cut off or too long')
  }
  if (header.type === 'L') into.name = readLongName(source, at, header.size)
  // A global header changes nothing that matters here: sizes and names are each member's own.
  else if (header.type === 'x' || header.type === 'X') readPax(source, at, header.size, into)
}

/**
 * The pax size and the header's own differ although the header could hold it: readers that ignore one of them
 * find other members (CVE-2025-62518), so both are followed. Larger sizes are honestly only in the pax header.
 */
function isDisputed(header: TarHeader, extension: Extension): boolean {
  const { size } = extension
  return size !== undefined && size !== header.size && size < largestOctal
}

/** Links, devices and folders have none, whatever their size says; pax allows it for hard links (type 1). */
function hasNoData({ type, size }: TarHeader, source: ByteSource, at: number): boolean {
  if (type === '2' || type === '3' || type === '4' || type === '6') return true
  if ((type !== '1' && type !== '5') || size === 0) return false
  const next = source.read(at, blockBytes)
  return next.length < blockBytes || parseTarHeader(next) !== undefined || isAllZeros(next)
}

function skipSparseMap(source: ByteSource, start: number, context: UnpackContext): number {
  for (let at = start; ; at += blockBytes) {
    context.budget.checkTime()
    const block = source.read(at, blockBytes)
    if (block.length < blockBytes || block[mapContinuesAt] !== 1) return at + blockBytes
  }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes
}
