// The leaves of the resource tree (Microsoft PE Format, "The .rsrc Section") of a file of any size: only the directories are
// read. Rules see resources.ts, which is as lenient as YARA-X; here a name is text that can be shown.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { PeLayout } from './layout.ts'
import { resourceTypes } from './resource-types.ts'

const resourceDirectory = 2
const directoryBytes = 16
const entryBytes = 8
const leafBytes = 16
const maxLevels = 4
const maxEntries = 65_536
const highBit = 0x80000000
const longestName = 64

export interface ResourceLeaf {
  /** Pictures, menus, texts and the like. */
  readonly isPlain: boolean
  /** `RCDATA/MAIN/1033`. */
  readonly path: string
  /** In the file; the leaf's beginning lies inside. */
  readonly offset: number
  /** Clamped to the file. */
  readonly length: number
}

/** Cursors, bitmaps, icons, menus, dialogs, strings, fonts, accelerators, messages, groups, versions, names. */
const plainTypes = new Set<number | string>([1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 16, 17, 19, 20, 21, 22])

/** In the order of the tree, each place in the file once. */
export function resourceLeavesOf(source: ByteSource, layout: PeLayout): ResourceLeaf[] {
  const rva = layout.directories[resourceDirectory]?.virtualAddress ?? 0
  const root = rva === 0 ? undefined : layout.offsetOfRva(rva)
  if (root === undefined) return []
  const bytes = source.read(root, maxRead).slice()
  const walk = new Walk(bytes, layout, source.size)
  walk.directory(0, [])
  return walk.leaves
}

class Walk {
  readonly leaves: ResourceLeaf[] = []
  readonly #bytes: Uint8Array
  readonly #layout: PeLayout
  readonly #fileSize: number
  readonly #places = new Set<number>()
  /** Directories that were read: a tree that names one twice is a cycle, or saves space for what is the same. */
  readonly #directories = new Set<number>()
  #room = maxEntries

  constructor(bytes: Uint8Array, layout: PeLayout, fileSize: number) {
    this.#bytes = bytes
    this.#layout = layout
    this.#fileSize = fileSize
  }

  directory(at: number, path: readonly (number | string)[]): void {
    const bytes = this.#bytes
    if (at + directoryBytes > bytes.length || this.#directories.has(at)) return
    this.#directories.add(at)
    const count = u16(bytes, at + 12) + u16(bytes, at + 14)
    for (let index = 0; index < count && this.#room > 0; index++) {
      const entry = at + directoryBytes + index * entryBytes
      if (entry + entryBytes > bytes.length) return
      this.#room--
      const inner = [...path, this.#idAt(u32(bytes, entry))]
      const target = u32(bytes, entry + 4)
      if (target < highBit) this.#leaf(target, inner)
      else if (inner.length < maxLevels) this.directory(target - highBit, inner)
    }
  }

  #idAt(word: number): number | string {
    if (word < highBit) return word
    const at = word - highBit
    const length = Math.min(u16(this.#bytes, at), longestName) * 2
    const text = Buffer.from(this.#bytes.subarray(at + 2, at + 2 + length)).toString('utf16le')
    return text === '' ? '?' : text
  }

  #leaf(at: number, path: readonly (number | string)[]): void {
    if (at + leafBytes > this.#bytes.length) return
    const offset = this.#layout.offsetOfRva(u32(this.#bytes, at))
    if (offset === undefined || offset >= this.#fileSize) return
    const length = Math.min(u32(this.#bytes, at + 4), this.#fileSize - offset)
    const place = offset * 2 ** 20 + (length % 2 ** 20)
    if (length === 0 || this.#places.has(place)) return
    this.#places.add(place)
    const [type = 0, ...rest] = path
    const typeName = typeof type === 'number' ? (resourceTypes[type] ?? type) : type
    this.leaves.push({ isPlain: plainTypes.has(type), path: [typeName, ...rest].join('/'), offset, length })
  }
}
