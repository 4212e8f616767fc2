// Heights within the columns of the graph: each place as near as it can be to its neighbours, in order and without overlap.

import type { OrderedGraph, Slot } from './order.ts'

export interface Sizes {
  readonly nodeHeight: number
  /** Room for an edge that passes. */
  readonly passHeight: number
  readonly gap: number
}

const rounds = 16

/** The middle of each slot; the topmost box begins at 0. */
export function placeSlots({ slots, columns }: OrderedGraph, sizes: Sizes): number[] {
  const half = (slot: number): number =>
    (slots[slot]?.node === undefined ? sizes.passHeight : sizes.nodeHeight) / 2
  const y: number[] = []
  for (const column of columns) {
    let top = 0
    for (const slot of column) {
      y[slot] = top + half(slot)
      top += 2 * half(slot) + sizes.gap
    }
    for (const slot of column) y[slot] = (y[slot] ?? 0) - top / 2
  }
  const indexes = [...columns.keys()]
  for (let round = 0; round < rounds; round += 1) {
    for (const index of round % 2 === 0 ? indexes : indexes.toReversed()) {
      const column = columns[index] ?? []
      const wanted = column.map((slot) => wantedAt(slots, y, slot))
      const apart = column.map((slot, position) => {
        const above = column[position - 1]
        return above === undefined ? 0 : half(above) + sizes.gap + half(slot)
      })
      for (const [position, value] of inOrder(wanted, apart).entries()) y[column[position] ?? 0] = value
    }
  }
  const highest = Math.min(...slots.map((_, slot) => (y[slot] ?? 0) - half(slot)))
  return y.map((value) => value - highest)
}

/** Near its neighbours; an edge through several columns wants to be straight more than anything else. */
function wantedAt(slots: readonly Slot[], y: readonly number[], slot: number): Wanted {
  const own = slots[slot]
  let sum = 0
  let weight = 0
  for (const other of [...(own?.left ?? []), ...(own?.right ?? [])]) {
    const passes = (own?.node === undefined ? 1 : 0) + (slots[other]?.node === undefined ? 1 : 0)
    const pull = [1, 2, 8][passes] ?? 1
    sum += pull * (y[other] ?? 0)
    weight += pull
  }
  return weight === 0 ? { at: y[slot] ?? 0, weight: 0.1 } : { at: sum / weight, weight }
}

interface Wanted {
  readonly at: number
  readonly weight: number
}

/**
 * The places nearest to the wanted ones (least squares) that keep the order and the distances: pool adjacent violators.
 * `apart` is the distance from the one above.
 */
function inOrder(wanted: readonly Wanted[], apart: readonly number[]): number[] {
  const offsets: number[] = []
  let offset = 0
  const blocks: { sum: number; weight: number; count: number }[] = []
  for (const [index, { at, weight }] of wanted.entries()) {
    offset += apart[index] ?? 0
    offsets.push(offset)
    let block = { sum: weight * (at - offset), weight, count: 1 }
    let above = blocks.at(-1)
    while (above !== undefined && above.sum / above.weight > block.sum / block.weight) {
      block = {
        sum: above.sum + block.sum,
        weight: above.weight + block.weight,
        count: above.count + block.count,
      }
      blocks.pop()
      above = blocks.at(-1)
    }
    blocks.push(block)
  }
  const shared = blocks.flatMap(({ sum, weight, count }) => Array.from({ length: count }, () => sum / weight))
  return shared.map((value, index) => value + (offsets[index] ?? 0))
}
