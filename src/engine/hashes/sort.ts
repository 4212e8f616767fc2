// The order of staged hashes by size, then digest, then place in the list. Radix sort over the size and the first word
// of the digest; what is still equal (next to nothing in an honest list) is compared, so that a list
// made of equal prefixes costs n·log n and not n².

import { digestWords } from './kinds.ts'

export interface SortColumns {
  readonly count: number
  readonly digests: Uint32Array
  readonly sizes: Uint32Array
}

/** Indexes of the entries in their order. */
export function sortedOrder({ count, digests, sizes }: SortColumns): Uint32Array {
  let order = new Uint32Array(count)
  for (let index = 0; index < count; index++) order[index] = index
  let other = new Uint32Array(count)
  // Least significant digit first: every pass keeps the order of the ones before.
  for (const [column, stride] of [
    [digests, digestWords],
    [sizes, 1],
  ] as const) {
    for (const shift of [0, 16]) {
      radixPass(order, other, (index) => ((column[index * stride] ?? 0) >>> shift) & 0xffff)
      ;[order, other] = [other, order]
    }
  }
  sortTies(order, { count, digests, sizes })
  return order
}

function radixPass(from: Uint32Array, to: Uint32Array, digitOf: (index: number) => number): void {
  const places = new Uint32Array(0x1_0000)
  for (const index of from) {
    const digit = digitOf(index)
    places[digit] = (places[digit] ?? 0) + 1
  }
  let sum = 0
  for (let digit = 0; digit < places.length; digit++) {
    const count = places[digit] ?? 0
    places[digit] = sum
    sum += count
  }
  for (const index of from) {
    const digit = digitOf(index)
    const place = places[digit] ?? 0
    places[digit] = place + 1
    to[place] = index
  }
}

function sortTies(order: Uint32Array, { count, digests, sizes }: SortColumns): void {
  const compare = (left: number, right: number): number => {
    for (let word = 1; word < digestWords; word++) {
      const difference =
        (digests[left * digestWords + word] ?? 0) - (digests[right * digestWords + word] ?? 0)
      if (difference !== 0) return difference
    }
    return left - right
  }
  const tied = (left: number, right: number): boolean =>
    sizes[left] === sizes[right] && digests[left * digestWords] === digests[right * digestWords]

  for (let start = 0, end = 0; start < count; start = end) {
    const first = order[start] ?? 0
    for (end = start + 1; end < count && tied(first, order[end] ?? 0);) end++
    if (end - start > 1) order.subarray(start, end).sort(compare)
  }
}
