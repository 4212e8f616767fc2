// The hashes of one list and kind as they lie in the image: distinct sizes, where the entries of each size begin, then
// digests and names of all entries, sorted by size and digest (hash/table.ts builds them).

import { anySize, digestWords, type HashKind } from '../../hashes/kinds.ts'
import { maxNames } from '../../hashes/table.ts'
import type { Image } from '../../image.ts'
import type { HashList } from './database/index.ts'
import { hashColumns } from './layout.ts'

export class HashTable {
  readonly kind: HashKind
  readonly #sizes: Uint32Array
  readonly #starts: Uint32Array
  readonly #digests: Uint32Array
  readonly #names: Uint32Array
  readonly #hasAnySize: boolean

  constructor(image: Image, list: HashList, kind: HashKind) {
    const columns = hashColumns(list, kind)
    this.kind = kind
    this.#sizes = unsigned(image, columns.sizes)
    this.#starts = unsigned(image, columns.starts)
    this.#digests = unsigned(image, columns.digests)
    this.#names = unsigned(image, columns.names)
    this.#hasAnySize = this.#sizes.at(-1) === anySize
  }

  get isEmpty(): boolean {
    return this.#names.length === 0
  }

  /** Whether something of this size could be listed. */
  mayHave(size: number): boolean {
    return this.#hasAnySize || (size < anySize && this.#groupOf(size) >= 0)
  }

  /** The names (see `unofficialBit`) of the entries with this digest and size, then those for any size. */
  find(digest: Uint8Array, size: number): number[] {
    const words = wordsOf(digest)
    const sized = size < anySize ? this.#inGroup(this.#groupOf(size), words) : []
    return this.#hasAnySize ? [...sized, ...this.#inGroup(this.#sizes.length - 1, words)] : sized
  }

  #inGroup(group: number, words: Uint32Array): number[] {
    if (group < 0) return []
    const end = this.#starts[group + 1] ?? 0
    const first = lowerBound(this.#starts[group] ?? 0, end, (entry) => this.#compare(entry, words))
    const names: number[] = []
    for (
      let entry = first;
      entry < end && names.length < maxNames && this.#compare(entry, words) === 0;
      entry++
    ) {
      names.push(this.#names[entry]!)
    }
    return names
  }

  #groupOf(size: number): number {
    const group = lowerBound(0, this.#sizes.length, (index) => this.#sizes[index]! - size)
    return this.#sizes[group] === size ? group : -1
  }

  #compare(entry: number, words: Uint32Array): number {
    for (let word = 0; word < digestWords; word++) {
      const difference = this.#digests[entry * digestWords + word]! - words[word]!
      if (difference !== 0) return difference
    }
    return 0
  }
}

function unsigned(image: Image, name: string): Uint32Array {
  const { buffer, byteOffset, length } = image.words(name)
  return new Uint32Array(buffer, byteOffset, length)
}

function wordsOf(digest: Uint8Array): Uint32Array {
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength)
  return Uint32Array.from({ length: digestWords }, (_, word) => view.getUint32(word * 4))
}

/** The first index of [low, high) at which `compare` is not negative. */
function lowerBound(low: number, high: number, compare: (index: number) => number): number {
  let from = low
  let to = high
  while (from < to) {
    const middle = (from + to) >>> 1
    if (compare(middle) < 0) from = middle + 1
    else to = middle
  }
  return from
}
