// Which column each node of the graph stands in: effects to the right of their causes. Cycles are opened at their latest link;
// columns are kept short, so that a process with a hundred children fills several (the idea of Coffman and Graham).

export interface Edge {
  /** Indexes of nodes. */
  readonly from: number
  readonly to: number
}

export interface Layered {
  /** Of each node, from 0 on. */
  readonly layer: readonly number[]
  /** Of each edge: it closes a cycle, so it points to the left. */
  readonly isBack: readonly boolean[]
}

/** Nodes and edges in the order of time. */
export function assignLayers(count: number, edges: readonly Edge[], maxPerLayer: number): Layered {
  const isBack = openCycles(count, edges)
  const next: number[][] = Array.from({ length: count }, () => [])
  const previous: number[][] = Array.from({ length: count }, () => [])
  for (const [index, { from, to }] of edges.entries()) {
    if (from === to) continue
    const [left, right] = isBack[index] === true ? [to, from] : [from, to]
    next[left]?.push(right)
    previous[right]?.push(left)
  }
  const order = topological(next, previous)
  const layer = longestPaths(order, previous)
  pullSources(layer, next, previous)
  return { layer: shortenColumns(order, { layer, previous, maxPerLayer }), isBack }
}

/** True for each edge that would close a cycle with those before it. */
function openCycles(count: number, edges: readonly Edge[]): boolean[] {
  const next: number[][] = Array.from({ length: count }, () => [])
  return edges.map(({ from, to }) => {
    if (from === to) return false
    if (reaches(next, to, from)) {
      next[to]?.push(from)
      return true
    }
    next[from]?.push(to)
    return false
  })
}

function reaches(next: readonly (readonly number[])[], start: number, goal: number): boolean {
  const seen = new Set([start])
  const waiting = [start]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at === goal) return true
    for (const node of next[at] ?? []) {
      if (seen.has(node)) continue
      seen.add(node)
      waiting.push(node)
    }
  }
  return false
}

/** Causes before effects, and what a node caused soon behind it; of those that are free the earliest first. */
function topological(
  next: readonly (readonly number[])[],
  previous: readonly (readonly number[])[],
): number[] {
  const open = previous.map((nodes) => nodes.length)
  const free = open.flatMap((left, node) => (left === 0 ? [node] : [])).toReversed()
  const order: number[] = []
  for (let at = free.pop(); at !== undefined; at = free.pop()) {
    order.push(at)
    for (const node of (next[at] ?? []).toReversed()) {
      const left = (open[node] ?? 0) - 1
      open[node] = left
      if (left === 0) free.push(node)
    }
  }
  return order
}

function longestPaths(order: readonly number[], previous: readonly (readonly number[])[]): number[] {
  const layer = Array.from({ length: order.length }, () => 0)
  for (const node of order) {
    layer[node] = Math.max(0, ...(previous[node] ?? []).map((cause) => (layer[cause] ?? 0) + 1))
  }
  return layer
}

/** What nothing in the graph caused stands just before its first effect, not at the far left. */
function pullSources(
  layer: number[],
  next: readonly (readonly number[])[],
  previous: readonly (readonly number[])[],
): void {
  for (const [node, effects] of next.entries()) {
    if ((previous[node] ?? []).length > 0 || effects.length === 0) continue
    layer[node] = Math.min(...effects.map((effect) => layer[effect] ?? 0)) - 1
  }
}

interface Columns {
  readonly layer: readonly number[]
  readonly previous: readonly (readonly number[])[]
  readonly maxPerLayer: number
}

function shortenColumns(order: readonly number[], { layer, previous, maxPerLayer }: Columns): number[] {
  const placed = [...layer]
  const filled: number[] = []
  for (const node of order) {
    let at = Math.max(layer[node] ?? 0, ...(previous[node] ?? []).map((cause) => (placed[cause] ?? 0) + 1))
    while ((filled[at] ?? 0) >= maxPerLayer) at += 1
    placed[node] = at
    filled[at] = (filled[at] ?? 0) + 1
  }
  return placed
}
