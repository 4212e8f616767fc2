// Pages and B+ trees of the ESE databases that tests write.

import { u16, u32 } from './artefact-fields.ts'

export interface EseEntry {
  readonly key: Buffer
  readonly data: Buffer
  readonly isDeleted?: boolean
}

interface Child {
  /** Above all keys of the page; empty for the last one. */
  readonly key: Buffer
  readonly page: number
}

const flag = { root: 1, leaf: 2, parentOfLeaf: 4, newRecord: 0x800, newChecksum: 0x2000 }
const reserved = new Set([1, 2, 3, 4, 24])

export class EsePages {
  readonly #pageBytes: number
  readonly #oldChecksums: boolean
  readonly #pages = new Map<number, Buffer>()
  #next = 5

  constructor(pageBytes: number, oldChecksums: boolean) {
    this.#pageBytes = pageBytes
    this.#oldChecksums = oldChecksums
  }

  allocate(): number {
    while (reserved.has(this.#next)) this.#next += 1
    return this.#next++
  }

  /** Entries in the order of their keys. */
  tree(tree: { objectId: number; root: number; entries: readonly EseEntry[]; flags: number }): void {
    const groups = this.#grouped(tree.entries)
    if (groups.length <= 1) {
      this.#write(tree, tree.root, { entries: groups[0] ?? [], flags: flag.root | flag.leaf })
      return
    }
    const numbers = groups.map(() => this.allocate())
    let children: Child[] = []
    for (const [index, entries] of groups.entries()) {
      const page = numbers[index] ?? 0
      this.#write(tree, page, {
        entries,
        flags: flag.leaf,
        previous: numbers[index - 1] ?? 0,
        next: numbers[index + 1] ?? 0,
      })
      children.push({ key: groups[index + 1]?.[0]?.key ?? Buffer.alloc(0), page })
    }
    for (let level = flag.parentOfLeaf; ; level = 0) {
      const upper = this.#grouped(children.map(({ key, page }) => ({ key, data: u32(page) })))
      if (upper.length === 1) {
        this.#write(tree, tree.root, { entries: upper[0] ?? [], flags: flag.root | level })
        return
      }
      const own = upper.map(() => this.allocate())
      for (const [index, entries] of upper.entries())
        this.#write(tree, own[index] ?? 0, { entries, flags: level })
      children = own.map((page, index) => ({ key: upper[index]?.at(-1)?.key ?? Buffer.alloc(0), page }))
    }
  }

  bytes(): Buffer {
    const last = Math.max(...this.#pages.keys())
    const blank = Buffer.alloc(this.#pageBytes)
    return Buffer.concat(Array.from({ length: last }, (_, index) => this.#pages.get(index + 1) ?? blank))
  }

  get #headerBytes(): number {
    return this.#pageBytes > 8192 ? 80 : 40
  }

  #grouped(entries: readonly EseEntry[]): EseEntry[][] {
    const groups: EseEntry[][] = []
    let room = 0
    for (const entry of entries) {
      const need = entry.key.length + entry.data.length + 8
      if (room < need) {
        groups.push([])
        room = this.#pageBytes - this.#headerBytes - 64
      }
      groups.at(-1)?.push(entry)
      room -= need
    }
    return groups
  }

  #write(
    { objectId, flags }: { objectId: number; flags: number },
    number: number,
    own: { entries: readonly EseEntry[]; flags: number; previous?: number; next?: number },
  ): void {
    const isRoot = (own.flags & flag.root) !== 0
    const isLarge = this.#pageBytes > 8192
    // A root keeps there how its space is managed; others what most of their keys begin with.
    const prefix = isRoot ? Buffer.alloc(0) : (own.entries[0]?.key ?? Buffer.alloc(0)).subarray(0, -1)
    const values = [
      { bytes: isRoot ? u32(1, 1, 0, 0) : prefix, flags: 0 },
      ...own.entries.map((entry) => nodeOf(entry, prefix, isLarge)),
    ]
    const page = Buffer.alloc(this.#pageBytes)
    let at = this.#headerBytes
    for (const [tag, { bytes, flags: bits }] of values.entries()) {
      bytes.copy(page, at)
      const place = at - this.#headerBytes
      u16(bytes.length, isLarge ? place : place | (bits << 13)).copy(page, this.#pageBytes - 4 * (tag + 1))
      at += bytes.length
    }
    const free = this.#pageBytes - at - 4 * values.length
    if (free < 0) throw new Error('an entry does not fit into a page')
    const checksum = this.#oldChecksums ? 0 : flag.newChecksum
    u32(own.previous ?? 0, own.next ?? 0, objectId).copy(page, 16)
    u16(free, 0, at - this.#headerBytes, values.length).copy(page, 28)
    page.writeUInt32LE(own.flags | flags | flag.newRecord | checksum, 36)
    if (isLarge) page.writeUInt32LE(number, 64)
    sealPage(page, number)
    this.#pages.set(number, page)
  }
}

function nodeOf(
  { key, data, isDeleted = false }: EseEntry,
  prefix: Buffer,
  isLarge: boolean,
): { bytes: Buffer; flags: number } {
  let common = 0
  while (common < prefix.length && common < key.length && prefix[common] === key[common]) common += 1
  const isCompressed = common > 2
  const rest = isCompressed ? key.subarray(common) : key
  const flags = (isCompressed ? 4 : 0) | (isDeleted ? 2 : 0)
  const sizes = isCompressed ? u16(common, rest.length) : u16(rest.length)
  // Large pages have the flags in the first word instead of in the tag.
  if (isLarge) sizes.writeUInt16LE(sizes.readUInt16LE() | (flags << 13))
  return { bytes: Buffer.concat([sizes, rest, data]), flags }
}

/** Writes the checksum of a page; also over one that a test changed. */
export function sealPage(page: Buffer, number: number): void {
  const xor = (from: number, to: number): number => {
    let sum = 0
    for (let at = from; at < to; at += 4) sum ^= page.readUInt32LE(at)
    return sum
  }
  if ((page.readUInt32LE(36) & flag.newChecksum) === 0) {
    page.writeUInt32LE(number, 4)
    page.writeUInt32LE((xor(4, page.length) ^ 0x89abcdef) >>> 0, 0)
    return
  }
  const block = page.length > 8192 ? page.length / 4 : page.length
  for (let index = page.length / block - 1; index > 0; index--)
    page.writeUInt32LE((xor(index * block, (index + 1) * block) ^ number) >>> 0, 32 + 8 * index)
  page.writeUInt32LE((xor(8, block) ^ number) >>> 0, 0)
}
