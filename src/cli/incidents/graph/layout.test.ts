import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { largeIncident, webShellIncident } from '../../../../test/support/incident.ts'
import type { Incident } from '../../../model/index.ts'
import { shownGraph } from './fold.ts'
import type { Edge } from './layers.ts'
import { boxSize, layoutGraph, type Layout } from './layout.ts'
import { crossings, orderColumns } from './order.ts'

function drawn(incident: Incident): { layout: Layout; edges: readonly Edge[] } {
  const { nodes, edges } = shownGraph(incident)
  return { layout: layoutGraph(nodes.length, edges), edges }
}

function assertNoOverlap({ boxes, width, height }: Layout): void {
  for (const [index, a] of boxes.entries()) {
    assert.ok(a.x >= 0 && a.y >= 0, `box ${index} begins outside`)
    assert.ok(a.x + boxSize.width <= width && a.y + boxSize.height <= height, `box ${index} ends outside`)
    for (const b of boxes.slice(index + 1)) {
      const isApart = Math.abs(a.x - b.x) >= boxSize.width || Math.abs(a.y - b.y) >= boxSize.height
      assert.ok(isApart, `boxes overlap: ${JSON.stringify([a, b])}`)
    }
  }
}

function assertPointsRight({ boxes, curves }: Layout, edges: readonly Edge[]): void {
  for (const [index, { from, to }] of edges.entries()) {
    if (from === to || curves[index]?.isBack === true) continue
    assert.ok((boxes[from]?.x ?? 0) + boxSize.width < (boxes[to]?.x ?? 0), `${from} -> ${to}`)
  }
}

for (const [name, incident] of [
  ['25 things', webShellIncident()],
  ['200 things', largeIncident(200)],
  ['1,000 things', largeIncident(1000)],
] as const) {
  test(`of ${name} no boxes overlap and all edges point to the right`, () => {
    const { layout, edges } = drawn(incident)
    assertNoOverlap(layout)
    assertPointsRight(layout, edges)
    assert.equal(layout.curves.filter(({ isBack }) => isBack).length, 0)
  })
}

test('the same incident has the same drawing', () => {
  assert.deepEqual(drawn(largeIncident(200)).layout, drawn(largeIncident(200)).layout)
})

test('a chain is one straight line', () => {
  const edges = [0, 1, 2, 3].map((from) => ({ from, to: from + 1 }))
  const { boxes, curves } = layoutGraph(5, edges)
  assert.deepEqual(new Set(boxes.map(({ y }) => y)), new Set([0]))
  const { path, end } = curves[0] ?? { path: '', end: { x: 0, y: 0 } }
  const middle = boxSize.height / 2
  assert.ok(path.startsWith(`M${boxSize.width} ${middle}C`), path)
  assert.ok(path.endsWith(`${boxes[1]?.x} ${middle}`), path)
  assert.deepEqual(end, { x: boxes[1]?.x, y: middle })
})

test('a cycle is opened at its latest edge, which goes back', () => {
  const { boxes, curves } = layoutGraph(3, [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 2, to: 0 },
  ])
  assert.deepEqual(
    curves.map(({ isBack }) => isBack),
    [false, false, true],
  )
  const [first, , last] = boxes
  assert.ok((first?.x ?? 0) < (last?.x ?? 0))
  // From the left of the last box to the right of the first one.
  assert.match(curves[2]?.path ?? '', new RegExp(`^M${last?.x} `))
  assert.equal(curves[2]?.end.x, (first?.x ?? 0) + boxSize.width)
})

test('a process with a hundred children fills several columns instead of one', () => {
  const edges = Array.from({ length: 100 }, (_, index) => ({ from: 0, to: index + 1 }))
  const { boxes } = layoutGraph(101, edges)
  const columns = Map.groupBy(boxes, ({ x }) => x)
  assert.ok(Math.max(...[...columns.values()].map((column) => column.length)) <= 21)
})

test('what nothing caused stands just before its first effect', () => {
  // 3 is a source too, but all it did was to the end of the chain.
  const { boxes } = layoutGraph(4, [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 3, to: 2 },
  ])
  assert.equal(boxes[3]?.x, boxes[1]?.x)
})

test('columns are in order of time where no edge wants otherwise, and crossings go', () => {
  const byTime = orderColumns([0, 0, 0], [])
  assert.deepEqual(byTime.columns, [[0, 1, 2]])
  // By time 0-4 and 1-3 would cross.
  const edges = [
    { from: 0, to: 3 },
    { from: 1, to: 2 },
  ]
  const graph = orderColumns([0, 0, 1, 1], edges)
  assert.equal(
    crossings(graph.slots, [
      [0, 1],
      [2, 3],
    ]),
    1,
  )
  assert.equal(crossings(graph.slots, graph.columns), 0)
})

test('an edge over several columns passes no box', () => {
  const edges = [
    { from: 0, to: 1 },
    { from: 1, to: 2 },
    { from: 2, to: 3 },
    { from: 0, to: 3 },
  ]
  const { boxes, curves } = layoutGraph(4, edges)
  const passing = [...(curves[3]?.path ?? '').matchAll(/ ([\d.]+) ([\d.]+)H([\d.]+)/g)]
  assert.equal(passing.length, 2)
  for (const [, from, y, to] of passing) {
    const box = boxes.find(({ x }) => x === Number(from))
    assert.equal(Number(to) - Number(from), boxSize.width)
    assert.ok(box !== undefined && (Number(y) < box.y || Number(y) > box.y + boxSize.height))
  }
})

test('any graph has a drawing without overlap', () => {
  const graph = fc.integer({ min: 1, max: 40 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      edges: fc.array(fc.record({ from: fc.nat({ max: count - 1 }), to: fc.nat({ max: count - 1 }) }), {
        maxLength: 80,
      }),
    }),
  )
  fc.assert(
    fc.property(graph, ({ count, edges }) => {
      const layout = layoutGraph(count, edges)
      assertNoOverlap(layout)
      assertPointsRight(layout, edges)
      for (const [index, { path }] of layout.curves.entries()) {
        assert.ok(!path.includes('NaN'), path)
        assert.equal(path === '', edges[index]?.from === edges[index]?.to)
      }
    }),
    { numRuns: 200 },
  )
})

test('an empty graph is empty', () => {
  assert.deepEqual(layoutGraph(0, []).boxes, [])
})
