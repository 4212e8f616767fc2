// Sparse files: the extents that have data, and the map of GNU's sparse format 1.0 (decimal lines, filled to a block).

import type { FileSource } from '../../evidence/source.ts'
import { blockBytes, paddingOf } from './tar-header.ts'

/** A range with data, in bytes. */
export interface Extent {
  readonly offset: number
  readonly length: number
}

/** What a source offers that knows more of its file than its bytes. */
export interface KnowingSource extends FileSource {
  /** Ranges with data, ascending; everything else reads as zeros. Whoever can tell offers it for sparse files. */
  extents?(): Iterable<Extent>
  /** As `read`, into memory of the caller: returns how many bytes came. Spares a buffer a MiB. */
  readInto?(offset: number, into: Uint8Array): number
  /** Asked when all was read: what did not go right, one sentence. */
  problem?(): string | undefined
}

const mostExtents = 65_536

/**
 * Undefined where nothing is gained by it. Extents that are too many are taken together with the holes between them.
 */
export function sparseExtents(source: KnowingSource): Extent[] | undefined {
  if (source.extents === undefined || source.size < 65_536) return undefined
  for (let gap = blockBytes; ; gap *= 4) {
    const extents = gather(source.extents(), source.size, gap)
    if (extents === undefined) continue
    const bytes = extents.reduce((sum, extent) => sum + extent.length, 0)
    return bytes + blockBytes >= source.size ? undefined : extents
  }
}

/** Undefined when there are too many. */
function gather(extents: Iterable<Extent>, size: number, gap: number): Extent[] | undefined {
  const gathered: { offset: number; length: number }[] = []
  for (const { offset, length } of extents) {
    const end = Math.min(size, offset + length)
    const last = gathered.at(-1)
    const start = Math.max(offset, last === undefined ? 0 : last.offset + last.length)
    if (end <= start) continue
    if (last !== undefined && start - last.offset - last.length < gap) last.length = end - last.offset
    else gathered.push({ offset: start, length: end - start })
    if (gathered.length > mostExtents) return undefined
  }
  return gathered
}

/** What stands before the extents. An empty extent at the end keeps the size of a file that ends in a hole. */
export function sparseMap(extents: readonly Extent[], size: number): Buffer {
  const all = [...extents, { offset: size, length: 0 }]
  const text = `${all.length}\n${all.map(({ offset, length }) => `${offset}\n${length}\n`).join('')}`
  return Buffer.concat([Buffer.from(text), Buffer.alloc(paddingOf(text.length))])
}

/**
 * The extents and the length of the map; undefined where it is none. `read` gives the data of the member from an offset.
 */
export function readSparseMap(
  read: (offset: number, length: number) => Uint8Array,
  size: number,
): { extents: Extent[]; length: number } | undefined {
  const numbers: number[] = []
  let rest = ''
  for (let at = 0; ; at += blockBytes) {
    const block = read(at, blockBytes)
    const lines = (rest + Buffer.from(block).toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    if (block.length < blockBytes || rest.length > blockBytes) return undefined
    for (const line of lines) {
      if (!/^\d{1,15}$/.test(line)) return undefined
      numbers.push(Number(line))
    }
    const count = numbers[0] ?? 0
    if (count > mostExtents + 1) return undefined
    if (numbers.length > 2 * count) return extentsOf(numbers, at + blockBytes, size)
  }
}

function extentsOf(
  numbers: readonly number[],
  length: number,
  size: number,
): { extents: Extent[]; length: number } | undefined {
  const extents: Extent[] = []
  let end = 0
  for (let index = 1; index + 1 < numbers.length; index += 2) {
    const extent = { offset: numbers[index] ?? 0, length: numbers[index + 1] ?? 0 }
    if (extent.offset < end || extent.offset + extent.length > size) return undefined
    end = extent.offset + extent.length
    extents.push(extent)
  }
  return { extents, length }
}
