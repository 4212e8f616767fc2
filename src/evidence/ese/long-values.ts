// Values that a table keeps apart: a tree with their size at the identifier, and their pieces at the identifier and an offset
// (lv.cxx of the engine's published sources).

import { u32 } from '../fields.ts'
import { decompress } from './compression.ts'
import type { Pages } from './pages.ts'
import { Tree } from './tree.ts'

/** A value that is larger is cut off there. */
const maxBytes = 64 * 1024 * 1024
const nodeCost = 64

export class LongValues {
  readonly #pages: Pages
  readonly #tree: Tree
  readonly #table: string

  constructor(pages: Pages, root: number, table: string) {
    this.#pages = pages
    this.#tree = new Tree(pages, root)
    this.#table = table
  }

  /** By the identifier as the record has it: four bytes, or eight. Undefined: it is not there. */
  read(identifier: Uint8Array): Uint8Array | undefined {
    const key = identifier.toReversed()
    const pieces: Piece[] = []
    let size = -1
    for (const node of this.#tree.from(key)) {
      if (Buffer.compare(node.key.subarray(0, key.length), key) !== 0) break
      if (node.key.length === key.length) {
        size = u32(node.data, 4)
        continue
      }
      if (node.key.length !== key.length + 4) break
      const offset = Buffer.from(node.key).readUInt32BE(key.length)
      if (offset >= Math.min(size, maxBytes)) break
      if (!this.#pages.spend(nodeCost + node.data.length)) return undefined
      pieces.push({ offset, data: node.data })
    }
    if (size === 0) return new Uint8Array(0)
    if (size < 0) {
      this.#pages.notes.add(`${this.#table}: a long value is not there`)
      return undefined
    }
    const bytes = joined(pieces, size)
    if (!this.#pages.spend(bytes.length)) return undefined
    if (bytes.length < size)
      this.#pages.notes.add(`${this.#table}: a long value is damaged; ${bytes.length} bytes are read`)
    return bytes.length === 0 ? undefined : bytes
  }
}

interface Piece {
  readonly offset: number
  readonly data: Uint8Array
}

/** As far as the pieces go without a gap. One that is shorter than the place that it has is compressed. */
function joined(pieces: readonly Piece[], size: number): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  for (const [index, { offset, data }] of pieces.entries()) {
    const room = (pieces[index + 1]?.offset ?? size) - offset
    if (offset !== length || room <= 0) break
    const part = data.length === room ? data : decompress(data)
    if (part === undefined) break
    parts.push(part.subarray(0, room))
    length += Math.min(part.length, room)
    if (part.length < room) break
  }
  return Buffer.concat(parts)
}
