// What conditions ask about the rule's strings: `$a`, `$a at`, `$a in`, `#a`, `@a[i]`, `!a[i]`.

import type { Hits } from '../../../matcher/hits.ts'
import type { Compiler, Evaluate, EvaluateInt, NodeOf } from './compiler.ts'
import type { Int } from './integer.ts'
import type { PatternRef, Range, Where } from './node.ts'
import type { Scene } from './scene.ts'

/** Whether a pattern, by its database number, matches at a place; undefined where the place is. */
export type Placed = (scene: Scene, pattern: number) => boolean | undefined

export function compileWhere(where: Where, compiler: Compiler): Placed {
  if (where.kind === 'at') {
    const offset = compiler.int(where.offset)
    return (scene, pattern) => {
      const at = offset(scene)
      return at === undefined ? undefined : matchesAt(scene.hits, pattern, at)
    }
  }
  const range = compileRange(where.range, compiler)
  return (scene, pattern) => {
    const low = range.low(scene)
    const high = range.high(scene)
    if (low === undefined || high === undefined) return undefined
    return matchesIn(scene.hits, pattern, { low, high })
  }
}

interface CompiledRange {
  readonly low: EvaluateInt
  readonly high: EvaluateInt
}

export function compileRange(range: Range, compiler: Compiler): CompiledRange {
  return { low: compiler.int(range.low), high: compiler.int(range.high) }
}

/** The first match that starts at `offset` or after it. */
function firstFrom(hits: Hits, pattern: number, offset: Int): number {
  let low = 0
  let high = hits.count(pattern)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (hits.start(pattern, middle) < offset) low = middle + 1
    else high = middle
  }
  return low
}

function matchesAt(hits: Hits, pattern: number, offset: Int): boolean {
  const count = hits.count(pattern)
  if (count === 0) return false
  if (count === 1) return hits.start(pattern, 0) === offset
  const first = firstFrom(hits, pattern, offset)
  return first < count && hits.start(pattern, first) === offset
}

interface Bounds {
  readonly low: Int
  readonly high: Int
}

function matchesIn(hits: Hits, pattern: number, { low, high }: Bounds): boolean {
  const count = hits.count(pattern)
  if (count === 0) return false
  const first = firstFrom(hits, pattern, low)
  return first < count && hits.start(pattern, first) <= high
}

function countIn(hits: Hits, pattern: number, { low, high }: Bounds): number {
  if (hits.count(pattern) === 0) return 0
  // One after a safe integer is exact as a number; beyond those no object reaches.
  const end = typeof high === 'number' ? high + 1 : high
  return Math.max(0, firstFrom(hits, pattern, end) - firstFrom(hits, pattern, low))
}

/** The database number that a reference stands for. */
function compilePatternRef(ref: PatternRef, { options, frame }: Compiler): () => number {
  const { patterns } = options
  return () => patterns[ref === 'current' ? frame.current : ref]!
}

export function compilePattern(node: NodeOf<'pattern'>, compiler: Compiler): Evaluate<boolean> {
  const pattern = compilePatternRef(node.pattern, compiler)
  if (node.where !== undefined) {
    const placed = compileWhere(node.where, compiler)
    return (scene) => placed(scene, pattern())
  }
  if (node.pattern === 'current') return (scene) => scene.hits.count(pattern()) > 0
  const fixed = pattern()
  return (scene) => scene.hits.count(fixed) > 0
}

export function compileCount(node: NodeOf<'count'>, compiler: Compiler): Evaluate<number> {
  const pattern = compilePatternRef(node.pattern, compiler)
  if (node.range === undefined) return (scene) => scene.hits.count(pattern())
  const range = compileRange(node.range, compiler)
  return (scene) => {
    const low = range.low(scene)
    const high = range.high(scene)
    if (low === undefined || high === undefined) return undefined
    return countIn(scene.hits, pattern(), { low, high })
  }
}

/** `@a[i]` and `!a[i]`: undefined where there is no such match. */
export function compileMatchPart(node: NodeOf<'offset' | 'length'>, compiler: Compiler): Evaluate<number> {
  const pattern = compilePatternRef(node.pattern, compiler)
  const index = compiler.int(node.index)
  const part = node.op === 'offset' ? 'start' : 'length'
  return (scene) => {
    const wanted = index(scene)
    if (typeof wanted !== 'number' || wanted < 1) return undefined
    const number = pattern()
    return wanted <= scene.hits.count(number) ? scene.hits[part](number, wanted - 1) : undefined
  }
}
