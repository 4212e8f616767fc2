// The hashes of one kind, sorted by size and then digest. Entries of one size lie together, so the table needs no
// column of sizes: `sizes` holds each size once and `starts` where its entries begin. Entries of any size are the
// last group.

import { anySize, digestWords } from './kinds.ts'
import type { StagedHashes } from './staging.ts'
import { sortedOrder } from './sort.ts'

/** All are Uint32 columns. */
export interface SharedTable {
  /** Distinct sizes, rising; `anySize` last. */
  readonly sizes: SharedArrayBuffer
  /** One more than sizes: where each group starts, and the end. */
  readonly starts: SharedArrayBuffer
  /** `digestWords` an entry. */
  readonly digests: SharedArrayBuffer
  /** The id of each entry's name. */
  readonly names: SharedArrayBuffer
}

/** Names reported for one digest and size: a bound against a list that repeats a single hash without end. */
export const maxNames = 64

export interface HashTable {
  readonly count: number
  /** Whether entries ask for this size (`anySize`: whether some match every size). */
  has(size: number): boolean
  /** Ids of the names of the entries with this digest and exactly this size (or `anySize`); at most `maxNames`. */
  find(digest: Uint32Array, size: number): readonly number[]
}

export function buildTable(staged: StagedHashes, nameOf: (id: number) => string): SharedTable {
  const order = withoutRepeats(sortedOrder(staged), staged, nameOf)
  const groups = countGroups(order, staged.sizes)
  const shared = {
    sizes: new SharedArrayBuffer(groups * 4),
    starts: new SharedArrayBuffer((groups + 1) * 4),
    digests: new SharedArrayBuffer(order.length * digestWords * 4),
    names: new SharedArrayBuffer(order.length * 4),
  }
  const sizes = new Uint32Array(shared.sizes)
  const starts = new Uint32Array(shared.starts)
  const digests = new Uint32Array(shared.digests)
  const names = new Uint32Array(shared.names)
  let group = -1
  for (let place = 0; place < order.length; place++) {
    const entry = order[place] ?? 0
    const size = staged.sizes[entry] ?? 0
    if (group < 0 || sizes[group] !== size) {
      sizes[++group] = size
      starts[group] = place
    }
    for (let word = 0; word < digestWords; word++) {
      digests[place * digestWords + word] = staged.digests[entry * digestWords + word] ?? 0
    }
    names[place] = staged.names[entry] ?? 0
  }
  starts[group + 1] = order.length
  return shared
}

function countGroups(order: Uint32Array, sizes: Uint32Array): number {
  let groups = 0
  for (let place = 0; place < order.length; place++) {
    if (place === 0 || sizes[order[place] ?? 0] !== sizes[order[place - 1] ?? 0]) groups++
  }
  return groups
}

/** Drops entries that repeat size, digest and name: two lists that overlap cost no more than one. */
function withoutRepeats(
  order: Uint32Array,
  staged: StagedHashes,
  nameOf: (id: number) => string,
): Uint32Array {
  let kept = 0
  let seen: Set<string> | undefined
  for (let place = 0; place < order.length; place++) {
    const entry = order[place] ?? 0
    const before = order[kept - 1]
    if (before !== undefined && isSameKey(staged, before, entry)) {
      seen ??= new Set([nameOf(staged.names[before] ?? 0)])
      const name = nameOf(staged.names[entry] ?? 0)
      if (seen.has(name)) continue
      seen.add(name)
    } else seen = undefined
    order[kept++] = entry
  }
  return order.subarray(0, kept)
}

function isSameKey({ sizes, digests }: StagedHashes, left: number, right: number): boolean {
  if (sizes[left] !== sizes[right]) return false
  for (let word = 0; word < digestWords; word++) {
    if (digests[left * digestWords + word] !== digests[right * digestWords + word]) return false
  }
  return true
}

export function attachTable(shared: SharedTable): HashTable {
  const sizes = new Uint32Array(shared.sizes)
  const starts = new Uint32Array(shared.starts)
  const digests = new Uint32Array(shared.digests)
  const names = new Uint32Array(shared.names)

  const groupOf = (size: number): number => {
    const group = lowerBound(0, sizes.length, (index) => (sizes[index] ?? anySize) - size)
    return sizes[group] === size ? group : -1
  }
  const compare = (entry: number, digest: Uint32Array): number => {
    for (let word = 0; word < digestWords; word++) {
      const difference = (digests[entry * digestWords + word] ?? 0) - (digest[word] ?? 0)
      if (difference !== 0) return difference
    }
    return 0
  }
  return {
    count: names.length,
    has: (size) => groupOf(size) >= 0,
    find(digest, size) {
      const group = groupOf(size)
      if (group < 0) return []
      const end = starts[group + 1] ?? 0
      const first = lowerBound(starts[group] ?? 0, end, (index) => compare(index, digest))
      let last = first
      while (last < end && last - first < maxNames && compare(last, digest) === 0) last++
      return [...names.subarray(first, last)]
    },
  }
}

/** The first index of [low, high) at which `compare` is not negative. */
function lowerBound(low: number, high: number, compare: (index: number) => number): number {
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(middle) < 0) low = middle + 1
    else high = middle
  }
  return low
}
