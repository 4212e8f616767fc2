// What a CMS message (RFC 5652), the body of S/MIME, contains: the signed content lies in it as it is, in one piece or,
// with indefinite lengths, in many. Read by offset from a source; nothing of the content is kept.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'

export type CmsContent =
  | { readonly kind: 'signed' | 'compressed'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'encrypted' }

export interface Piece {
  readonly start: number
  readonly end: number
}

const contentTypes: ReadonlyMap<string, CmsContent['kind']> = new Map([
  ['2a864886f70d010702', 'signed'],
  ['2a864886f70d010703', 'encrypted'],
  ['2a864886f70d010706', 'encrypted'],
  ['2a864886f70d0109100109', 'compressed'],
  ['2a864886f70d0109100117', 'encrypted'],
])
const tagSequence = 0x30
const tagOid = 0x06
const tagExplicit0 = 0xa0
const tagOctets = 0x04
const tagConstructedOctets = 0x24
/** Pieces of a streamed message have 1 KiB and more. */
const maxPieces = 1 << 18
const longestOid = 32
const maxIndefiniteDepth = 8
const maxIndefiniteItems = 64

interface Item {
  readonly tag: number
  readonly start: number
  /** Infinity: indefinite. */
  readonly end: number
}

/** Undefined: not such a message. */
export function cmsContentOf(source: ByteSource): CmsContent | undefined {
  const outer = itemAt(source, 0)
  if (outer?.tag !== tagSequence) return undefined
  const type = itemAt(source, outer.start)
  if (type?.tag !== tagOid || type.end - type.start > longestOid) return undefined
  const kind = contentTypes.get(hexAt(source, type))
  if (kind === undefined) return undefined
  if (kind === 'encrypted') return { kind }
  const explicit = itemAt(source, type.end)
  if (explicit?.tag !== tagExplicit0) return undefined
  const data = itemAt(source, explicit.start)
  if (data?.tag !== tagSequence) return undefined
  const inner = contentIn(source, data.start)
  return { kind, pieces: inner === undefined ? [] : piecesOf(source, inner) }
}

/** EncapsulatedContentInfo of SignedData or CompressedData: behind the version and the algorithms. */
function contentIn(source: ByteSource, from: number): Item | undefined {
  const version = itemAt(source, from)
  if (version === undefined || version.end === Number.POSITIVE_INFINITY) return undefined
  const algorithms = itemAt(source, version.end)
  if (algorithms === undefined) return undefined
  const next = endOf(source, algorithms, 0)
  const info = next === undefined ? undefined : itemAt(source, next)
  if (info?.tag !== tagSequence) return undefined
  const type = itemAt(source, info.start)
  if (type?.tag !== tagOid) return undefined
  const explicit = itemAt(source, type.end)
  // Without it the signature stands apart from what it signs.
  return explicit?.tag === tagExplicit0 && type.end < info.end ? itemAt(source, explicit.start) : undefined
}

function piecesOf(source: ByteSource, item: Item): Piece[] {
  if (item.tag === tagOctets && item.end !== Number.POSITIVE_INFINITY)
    return [{ start: item.start, end: item.end }]
  const pieces: Piece[] = []
  if (item.tag !== tagConstructedOctets) return pieces
  for (let at = item.start; at < item.end && pieces.length < maxPieces;) {
    const piece = itemAt(source, at)
    if (piece?.tag !== tagOctets || piece.end === Number.POSITIVE_INFINITY) break
    pieces.push({ start: piece.start, end: piece.end })
    at = piece.end
  }
  return pieces
}

function itemAt(source: ByteSource, at: number): Item | undefined {
  const head = source.read(at, 10)
  const tag = head[0]
  const length = head[1]
  // Tags of several bytes do not occur in these messages.
  if (tag === undefined || length === undefined || (tag & 0x1f) === 0x1f) return undefined
  if (length === 0x80) return { tag, start: at + 2, end: Number.POSITIVE_INFINITY }
  if (length < 0x80) return { tag, start: at + 2, end: at + 2 + length }
  const count = length & 0x7f
  if (count > 6 || head.length < 2 + count) return undefined
  let value = 0
  for (let index = 0; index < count; index++) value = value * 256 + head[2 + index]!
  return { tag, start: at + 2 + count, end: at + 2 + count + value }
}

/** Behind an item, also where its length is indefinite. */
function endOf(source: ByteSource, item: Item, depth: number): number | undefined {
  if (item.end !== Number.POSITIVE_INFINITY) return item.end
  if (depth >= maxIndefiniteDepth) return undefined
  let at = item.start
  for (let count = 0; count < maxIndefiniteItems; count++) {
    const inner = itemAt(source, at)
    if (inner === undefined) return undefined
    if (inner.tag === 0) return inner.end
    const next = endOf(source, inner, depth + 1)
    if (next === undefined) return undefined
    at = next
  }
  return undefined
}

function hexAt(source: ByteSource, { start, end }: Item): string {
  return Buffer.from(source.read(start, end - start)).toString('hex')
}

/** The pieces of `parent`, one behind the other. */
export function piecesSource(parent: ByteSource, pieces: readonly Piece[]): ByteSource {
  const starts: number[] = []
  let size = 0
  for (const { start, end } of pieces) {
    starts.push(size)
    size += end - start
  }
  const out = new Uint8Array(Math.min(maxRead, size))
  return {
    size,
    read(offset, length) {
      let index = lastAtMost(starts, offset)
      let count = 0
      const wanted = Math.min(length, maxRead, size - offset)
      while (count < wanted) {
        const piece = pieces[index]
        if (piece === undefined) break
        const from = piece.start + offset + count - starts[index]!
        const view = parent.read(from, Math.min(wanted - count, piece.end - from))
        out.set(view, count)
        count += view.length
        if (view.length === 0) break
        if (from + view.length >= piece.end) index++
      }
      return out.subarray(0, count)
    },
  }
}

function lastAtMost(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  return low
}
