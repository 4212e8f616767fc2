// The drawing of a graph: boxes in columns from causes to effects, and curves between them. Same graph, same drawing.

import { assignLayers, type Edge } from './layers.ts'
import { orderColumns } from './order.ts'
import { placeSlots } from './place.ts'

export interface Box {
  /** Top left corner. */
  readonly x: number
  readonly y: number
}

export interface Curve {
  /** Data of an SVG path, from the cause to the effect. */
  readonly path: string
  /** Where it meets the box of its effect. */
  readonly end: { readonly x: number; readonly y: number }
  /** It closes a cycle: it ends at the right side of an earlier box. */
  readonly isBack: boolean
}

export interface Layout {
  readonly width: number
  readonly height: number
  /** Of each node and each edge, in their order. */
  readonly boxes: readonly Box[]
  readonly curves: readonly Curve[]
}

export const boxSize = { width: 176, height: 46 } as const
export const columnGap = 84
const passHeight = 10
const rowGap = 16
const mostPortDistance = 13

/** So that the drawing is about twice as wide as it is high. */
function columnHeight(count: number): number {
  return Math.max(8, Math.ceil(Math.sqrt(count) * 2))
}

/** Nodes and edges in the order of time. An edge from a node to itself has no curve: its path is empty. */
export function layoutGraph(count: number, edges: readonly Edge[]): Layout {
  const { layer, isBack } = assignLayers(count, edges, columnHeight(count))
  const least = Math.min(0, ...layer)
  const columns = layer.map((at) => at - least)
  const rightward = edges.map((edge, index) =>
    isBack[index] === true ? { from: edge.to, to: edge.from } : edge,
  )
  const graph = orderColumns(columns, rightward)
  const y = placeSlots(graph, { nodeHeight: boxSize.height, passHeight, gap: rowGap })
  const left = (slot: number): number => (graph.slots[slot]?.layer ?? 0) * (boxSize.width + columnGap)
  const boxes = columns.map((_, node) => ({ x: left(node), y: round((y[node] ?? 0) - boxSize.height / 2) }))
  const ports = portsOf(rightward, graph.paths, y)
  const curves = edges.map((edge, index): Curve => {
    const path = graph.paths[index] ?? []
    const { out = 0, into = 0 } = ports[index] ?? {}
    const points = path.map((slot, at): Point => {
      const right = left(slot) + boxSize.width
      if (at === 0) return { from: right, to: right, y: out }
      if (at === path.length - 1) return { from: left(slot), to: left(slot), y: into }
      return { from: left(slot), to: right, y: y[slot] ?? 0 }
    })
    const back = isBack[index] === true
    const first = points[0]
    const last = points.at(-1)
    const end = back ? { x: first?.to ?? 0, y: out } : { x: last?.from ?? 0, y: into }
    return { path: edge.from === edge.to ? '' : curveOf(points, back), end, isBack: back }
  })
  return {
    width: (Math.max(0, ...columns) + 1) * boxSize.width + Math.max(0, ...columns) * columnGap,
    height: Math.max(boxSize.height, ...boxes.map((box) => box.y + boxSize.height), ...y),
    boxes,
    curves,
  }
}

interface Point {
  /** Where it begins and ends in its column. */
  readonly from: number
  readonly to: number
  readonly y: number
}

function curveOf(points: readonly Point[], isBack: boolean): string {
  const ordered = isBack
    ? points.toReversed().map(({ from, to, y }): Point => ({ from: to, to: from, y }))
    : points
  const parts: string[] = []
  for (const [index, { from, to, y }] of ordered.entries()) {
    const before = ordered[index - 1]
    if (before === undefined) {
      parts.push(`M${round(to)} ${round(y)}`)
      continue
    }
    const middle = (before.to + from) / 2
    parts.push(`C${round(middle)} ${round(before.y)} ${round(middle)} ${round(y)} ${round(from)} ${round(y)}`)
    if (from !== to) parts.push(`H${round(to)}`)
  }
  return parts.join('')
}

interface Ports {
  readonly out: number
  readonly into: number
}

/** Where each edge leaves and meets a box. */
function portsOf(
  edges: readonly Edge[],
  paths: readonly (readonly number[])[],
  y: readonly number[],
): readonly Ports[] {
  const out = spread(
    edges.map(({ from }, index) => ({ box: from, lane: paths[index]?.at(1) ?? from })),
    y,
  )
  const into = spread(
    edges.map(({ to }, index) => ({ box: to, lane: paths[index]?.at(-2) ?? to })),
    y,
  )
  return edges.map((_, index) => ({ out: out[index] ?? 0, into: into[index] ?? 0 }))
}

/** One below the other along the side of a box, in the order of the next places; edges that pass together leave together. */
function spread(
  ends: readonly { readonly box: number; readonly lane: number }[],
  y: readonly number[],
): number[] {
  const lanes = new Map<number, Set<number>>()
  for (const { box, lane } of ends) lanes.set(box, (lanes.get(box) ?? new Set()).add(lane))
  const sorted = new Map(
    [...lanes].map(([box, group]) => [
      box,
      [...group].toSorted((a, b) => (y[a] ?? 0) - (y[b] ?? 0) || a - b),
    ]),
  )
  return ends.map(({ box, lane }) => {
    const group = sorted.get(box) ?? []
    const distance = Math.min(mostPortDistance, (boxSize.height - 10) / Math.max(1, group.length - 1))
    return (y[box] ?? 0) + (group.indexOf(lane) - (group.length - 1) / 2) * distance
  })
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
