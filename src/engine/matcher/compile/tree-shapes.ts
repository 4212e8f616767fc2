// A tree pattern's shapes: where its atom is, and what has to be verified before and after it. Alternatives are taken
// apart where that gives better atoms; at large gaps the pattern is cut in parts that are found on their own.

import type { TreePattern } from '../pattern.ts'
import type { Tree } from '../regex/tree.ts'
import { widen } from '../regex/transform.ts'
import { type AtomPlace, bestAtom, goodScore } from './atom.ts'
import type { Element } from './element.ts'
import type { Chain, Shape } from './shape.ts'
import { branchesOf, gapOf, type Item, itemsOf, treeOf } from './tree-items.ts'

/** Gaps that may be longer than this are joined after the search, as YARA does. */
const largeGap = 200
/** A part of a chain must be this rare (quarters of a bit); a commoner one stays with its neighbour. */
const partScore = 40
const maxShapes = 64
/** Rows looked at for one pattern. */
const maxRows = 100

type Form = Pick<Shape, 'wide' | 'fullword' | 'greedy'>

export function treeShapes(pattern: TreePattern): (Shape[] | Chain)[] {
  const { fullword, greedy } = pattern
  return [
    ...(pattern.ascii || !pattern.wide ? [shapesOf(pattern.tree, { wide: false, fullword, greedy })] : []),
    ...(pattern.wide ? [shapesOf(widen(pattern.tree), { wide: true, fullword, greedy })] : []),
  ]
}

function shapesOf(tree: Tree, form: Form): Shape[] | Chain {
  const items = itemsOf(tree)
  const cut = form.fullword ? undefined : chainOf(items, form)
  return cut ?? rowShapes(items, form)
}

function chainOf(items: readonly Item[], form: Form): Chain | undefined {
  const rows: Item[][] = [[]]
  const gaps: { least: number; most: number }[] = []
  for (const item of items) {
    const gap = gapOf(item)
    if (gap === undefined || gap.most <= largeGap) rows.at(-1)!.push(item)
    else {
      gaps.push(gap)
      rows.push([])
    }
  }
  if (gaps.length === 0) return undefined
  const parts = rows.map((row) => rowShapes(row, form))
  if (!parts.every((shapes) => shapes.every((shape) => (shape.atom?.score ?? 0) >= partScore)))
    return undefined
  return { parts, gaps, greedy: form.greedy }
}

function rowShapes(items: readonly Item[], form: Form): Shape[] {
  return bestRows(items, maxShapes, { left: maxRows }).map(({ row, place }) => shapeOf(row, place, form))
}

/** Where in a row the run with the best atom lies. */
interface Place {
  readonly from: number
  readonly to: number
  readonly atom: AtomPlace
}

interface PlacedRow {
  readonly row: readonly Item[]
  readonly place: Place | undefined
}

/** The row itself, or what becomes of it when its choices are taken apart, whichever has the better worst atom. */
function bestRows(row: readonly Item[], limit: number, rows: { left: number }): PlacedRow[] {
  const place = placeOf(row)
  const whole = [{ row, place }]
  const score = place?.atom.score ?? 0
  if (score >= goodScore || limit <= 1 || --rows.left < 0) return whole
  let best: PlacedRow[] = whole
  let bestScore = score
  for (const [index, item] of row.entries()) {
    const branches = branchesOf(item)
    if (branches === undefined || branches.length > limit) continue
    const rest = Math.floor(limit / Math.max(2, branches.length))
    const placed = branches.flatMap((branch) =>
      bestRows([...row.slice(0, index), ...branch, ...row.slice(index + 1)], rest, rows),
    )
    const worst = Math.min(...placed.map(({ place: at }) => at?.atom.score ?? 0))
    if (worst > bestScore) {
      best = placed
      bestScore = worst
    }
    // The first choice that helps is enough; the others are inside what it gave.
    if (bestScore >= goodScore) break
  }
  return best
}

function placeOf(row: readonly Item[]): Place | undefined {
  let best: Place | undefined
  for (let from = 0; from < row.length; from++) {
    if (row[from]!.kind !== 'element') continue
    let to = from
    while (to < row.length && row[to]!.kind === 'element') to++
    const atom = to - from < 2 ? undefined : bestAtom(elementsOf(row, from, to))
    if (atom !== undefined && (best === undefined || atom.score > best.atom.score)) best = { from, to, atom }
    from = to
  }
  return best
}

function elementsOf(row: readonly Item[], from: number, to: number): Element[] {
  const elements: Element[] = []
  for (let i = from; i < to; i++) {
    const item = row[i]!
    if (item.kind === 'element') elements.push(item)
  }
  return elements
}

function shapeOf(row: readonly Item[], place: Place | undefined, form: Form): Shape {
  if (place === undefined) {
    const after = treeOf(row)
    return { run: [], atom: undefined, ...form, ...(after === undefined ? {} : { after }) }
  }
  const before = treeOf(row.slice(0, place.from))
  const after = treeOf(row.slice(place.to))
  return {
    run: elementsOf(row, place.from, place.to),
    atom: place.atom,
    ...form,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  }
}
