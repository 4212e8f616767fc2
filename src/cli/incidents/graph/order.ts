// The order within each column of the graph: time first, then fewer crossings (barycentres, after Sugiyama, Tagawa and Toda). Edges
// over several columns have a place in each of them, so that they pass between the boxes.

import type { Edge } from './layers.ts'

/** A place in a column: a node, or where an edge passes. */
export interface Slot {
  readonly layer: number
  /** The node; undefined where an edge passes. */
  readonly node?: number
  /** Indexes of the slots in the columns before and behind. */
  readonly left: number[]
  readonly right: number[]
}

export interface OrderedGraph {
  /** Those of nodes first, by their index. */
  readonly slots: readonly Slot[]
  /** Indexes of slots from the top down. */
  readonly columns: readonly (readonly number[])[]
  /** Of each edge: its slots from the left to the right. */
  readonly paths: readonly (readonly number[])[]
}

const sweeps = 12
/** Beyond so many places an order by time has to do. */
const maxSlots = 6000

/** Edges point to the right; one from a node to itself has no path. Nodes come in the order of time. */
export function orderColumns(layer: readonly number[], edges: readonly Edge[]): OrderedGraph {
  const { slots, paths } = makeSlots(layer, edges)
  const first = columnsByTime(slots)
  return { slots, paths, columns: slots.length > maxSlots ? first : fewestCrossings(slots, first) }
}

function makeSlots(
  layer: readonly number[],
  edges: readonly Edge[],
): { slots: readonly Slot[]; paths: readonly (readonly number[])[] } {
  const slots: Slot[] = layer.map((at, node) => ({ layer: at, node, left: [], right: [] }))
  // Edges of one origin pass together, so that a process with a hundred children does not fill the columns behind it.
  const passes = new Map<string, number>()
  const join = (before: number, slot: number): void => {
    if (slots[slot]?.left.includes(before) === true) return
    slots[slot]?.left.push(before)
    slots[before]?.right.push(slot)
  }
  const paths = edges.map(({ from, to }) => {
    if (from === to) return []
    const path = [from]
    let before = from
    for (let at = (layer[from] ?? 0) + 1; at < (layer[to] ?? 0); at += 1) {
      const key = `${from} ${at}`
      const slot = passes.get(key) ?? slots.push({ layer: at, left: [], right: [] }) - 1
      passes.set(key, slot)
      path.push(slot)
      join(before, slot)
      before = slot
    }
    path.push(to)
    join(before, to)
    return path
  })
  return { slots, paths }
}

/** Nodes by time; an edge that passes stands where its origin would. */
function columnsByTime(slots: readonly Slot[]): number[][] {
  const columns: number[][] = Array.from(
    { length: Math.max(0, ...slots.map(({ layer }) => layer)) + 1 },
    () => [],
  )
  const rank: number[] = []
  for (const [index, { node, layer, left }] of slots.entries()) {
    rank[index] = node ?? rank[left[0] ?? 0] ?? 0
    columns[layer]?.push(index)
  }
  return columns.map((column) => column.toSorted((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b))
}

function fewestCrossings(slots: readonly Slot[], first: number[][]): number[][] {
  let columns = first
  let best = first
  let fewest = crossings(slots, first)
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep += 1) {
    columns = swept(slots, columns, sweep % 2 === 0 ? 'left' : 'right')
    const count = crossings(slots, columns)
    if (count < fewest) {
      fewest = count
      best = columns
    }
  }
  return best
}

/** Each column by the middle of its neighbours on that side; what has none stays where it is. */
function swept(
  slots: readonly Slot[],
  columns: readonly (readonly number[])[],
  side: 'left' | 'right',
): number[][] {
  const place = placesOf(columns)
  const result = columns.map((column) => [...column])
  const indexes = [...result.keys()]
  for (const index of side === 'left' ? indexes : indexes.toReversed()) {
    const column = result[index] ?? []
    const weight = new Map(
      column.map((slot, position) => {
        const near = slots[slot]?.[side] ?? []
        const sum = near.reduce((total, other) => total + (place[other] ?? 0), 0)
        return [slot, near.length === 0 ? position : sum / near.length]
      }),
    )
    column.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0) || (place[a] ?? 0) - (place[b] ?? 0))
    for (const [position, slot] of column.entries()) place[slot] = position
  }
  return result
}

function placesOf(columns: readonly (readonly number[])[]): number[] {
  const place: number[] = []
  for (const column of columns) for (const [position, slot] of column.entries()) place[slot] = position
  return place
}

/** How often edges cross, counted by a Fenwick tree (after Barth, Jünger and Mutzel). */
export function crossings(slots: readonly Slot[], columns: readonly (readonly number[])[]): number {
  const place = placesOf(columns)
  let count = 0
  for (const [index, column] of columns.entries()) {
    const height = columns[index + 1]?.length ?? 0
    const tree = new Uint32Array(height + 1)
    let total = 0
    for (const slot of column) {
      const ends = (slots[slot]?.right ?? []).map((other) => place[other] ?? 0)
      for (const end of ends) count += total - prefix(tree, end)
      for (const end of ends) add(tree, end)
      total += ends.length
    }
  }
  return count
}

/** How many stand at `end` or above it. */
function prefix(tree: Uint32Array, end: number): number {
  let sum = 0
  for (let at = end + 1; at > 0; at -= at & -at) sum += tree[at] ?? 0
  return sum
}

function add(tree: Uint32Array, end: number): void {
  for (let at = end + 1; at < tree.length; at += at & -at) tree[at] = (tree[at] ?? 0) + 1
}
