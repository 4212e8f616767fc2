// `of` and `for` with everything that they go through, and `with`.

import { constantNumber } from './compile-arithmetic.ts'
import { compileRange, compileWhere } from './compile-patterns.ts'
import { compileIterable } from './compile-structure.ts'
import type { Compiler, Evaluate, NodeOf } from './compiler.ts'
import { type Int, intOperations } from './integer.ts'
import { compileLoop, compileRequired, type Loop } from './loop.ts'
import type { Iterated, Quantifier } from './node.ts'
import type { Scene } from './scene.ts'
import { typeOf } from './structure-type.ts'

export function compileOfPatterns(node: NodeOf<'of-patterns'>, compiler: Compiler): Evaluate<boolean> {
  const numbers = node.patterns.map((pattern) => compiler.options.patterns[pattern]!)
  if (node.where === undefined) return compileOfMatching(node.quantifier, numbers, compiler)
  const placed = compileWhere(node.where, compiler)
  const loop: Loop = {
    start: () => numbers.length,
    enter: () => undefined,
    step: (scene, index) => placed(scene, numbers[index]!),
  }
  return compileLoop(node.quantifier, loop, compiler)
}

/** Wherever they match: bounded by the rule, so nothing is charged. */
function compileOfMatching(
  quantifier: Quantifier,
  numbers: readonly number[],
  compiler: Compiler,
): Evaluate<boolean> {
  switch (quantifier.kind) {
    case 'all':
      return (scene) => matching(scene, numbers, numbers.length) === numbers.length
    case 'any':
      return (scene) => matching(scene, numbers, 1) === 1
    case 'none':
      return (scene) => matching(scene, numbers, 1) === 0
    case 'count':
    case 'percent': {
      const constant = constantNumber(quantifier.value)
      if (quantifier.kind === 'count' && constant !== undefined && constant > 0) {
        return (scene) => matching(scene, numbers, constant) === constant
      }
      const required = compileRequired(quantifier, compiler)
      return (scene) => {
        const wanted = required(scene, numbers.length)
        if (wanted === undefined) return undefined
        if (wanted === 0) return matching(scene, numbers, 1) === 0
        const enough = Math.max(1, Number(wanted))
        return matching(scene, numbers, enough) === enough
      }
    }
  }
}

/** How many of the patterns match; `enough` ends the count, and so does the certainty that it is not reached. */
function matching({ hits }: Scene, numbers: readonly number[], enough: number): number {
  let found = 0
  for (let index = 0; index < numbers.length; index++) {
    if (hits.count(numbers[index]!) > 0 && ++found === enough) return found
    if (enough > 1 && found + numbers.length - index - 1 < enough) return found
  }
  return found
}

/** Not one of the conditions may be undefined before the value is certain. */
export function compileOfConditions(node: NodeOf<'of-conditions'>, compiler: Compiler): Evaluate<boolean> {
  const items = node.items.map((item) => compiler.bool(item))
  const loop: Loop = {
    start: () => items.length,
    enter: () => undefined,
    step: (scene, index) => items[index]!(scene),
    strict: true,
  }
  return compileLoop(node.quantifier, loop, compiler)
}

export function compileForPatterns(node: NodeOf<'for-patterns'>, compiler: Compiler): Evaluate<boolean> {
  return compileLoop(node.quantifier, patternsLoop(node, compiler), compiler)
}

export function patternsLoop(node: NodeOf<'for-patterns'>, compiler: Compiler): Loop {
  const { patterns } = node
  const { frame } = compiler
  const body = compiler.bool(node.body)
  return {
    start: () => patterns.length,
    enter(_scene, index) {
      frame.current = patterns[index]!
    },
    step(scene, index) {
      // The pattern of the loop around this one is at hand again afterwards.
      const outer = frame.current
      frame.current = patterns[index]!
      const held = body(scene)
      frame.current = outer
      return held
    },
  }
}

export function compileForIn(node: NodeOf<'for-in'>, compiler: Compiler): Evaluate<boolean> {
  return compileLoop(node.quantifier, inLoop(node, compiler), compiler)
}

export function inLoop(node: NodeOf<'for-in'>, compiler: Compiler): Loop {
  const items = compileItems(node.over, node.slots, compiler)
  const body = compiler.bool(node.body)
  const { slots } = compiler.frame
  return {
    ...items,
    step(scene, index) {
      items.enter(scene, index)
      return body(scene)
    },
    leave() {
      items.leave?.()
      for (const slot of node.slots) slots[slot] = undefined
    },
  }
}

type Items = Pick<Loop, 'start' | 'enter' | 'leave'>

function compileItems(over: Iterated, slots: readonly number[], compiler: Compiler): Items {
  const [first = 0, second = 0] = slots
  switch (over.kind) {
    case 'range':
      return rangeItems(over, first, compiler)
    case 'list': {
      const items = over.items.map((item) => compiler.value(item))
      return {
        start: () => items.length,
        enter(scene, index) {
          compiler.frame.slots[first] = items[index]!(scene)
        },
      }
    }
    case 'structure':
      bindTypes(over, slots, compiler)
      return structureItems(over, [first, second], compiler)
  }
}

/** Nothing is gone through where an end is undefined. */
function rangeItems(over: Extract<Iterated, { kind: 'range' }>, slot: number, compiler: Compiler): Items {
  const range = compileRange(over.range, compiler)
  const { slots } = compiler.frame
  let low: Int = 0
  return {
    start(scene) {
      const high = range.high(scene)
      const least = range.low(scene)
      if (high === undefined || least === undefined) return 0
      low = least
      return intOperations.add(intOperations.sub(high, least) ?? 0, 1)
    },
    enter(_scene, index) {
      const value = typeof low === 'number' ? low + index : low
      slots[slot] =
        typeof value === 'number' && Number.isSafeInteger(value) ? value : intOperations.add(low, index)
    },
  }
}

function structureItems(
  over: Extract<Iterated, { kind: 'structure' }>,
  [first, second]: readonly [number, number],
  compiler: Compiler,
): Items {
  const iterable = compileIterable(over.of, compiler)
  const { slots } = compiler.frame
  let items: readonly unknown[] = []
  let keys: readonly unknown[] | undefined
  return {
    start(scene) {
      const structure = iterable(scene)
      if (structure === undefined) return undefined
      keys = structure instanceof Map ? [...structure.keys()] : undefined
      items = structure instanceof Map ? [...structure.values()] : structure
      return items.length
    },
    enter(_scene, index) {
      if (keys === undefined) {
        slots[first] = items[index]
        return
      }
      slots[first] = keys[index]
      slots[second] = items[index]
    },
    leave() {
      items = []
      keys = undefined
    },
  }
}

/** What the variables of a loop over a structure hold. */
function bindTypes(
  over: Extract<Iterated, { kind: 'structure' }>,
  slots: readonly number[],
  compiler: Compiler,
): void {
  const type = typeOf(over.of, compiler)
  if (typeof type !== 'object') return
  const [first, second] = slots
  if (type.kind === 'array' && first !== undefined) compiler.slotTypes.set(first, type.item)
  if (type.kind === 'map' && second !== undefined) compiler.slotTypes.set(second, type.value)
}

export function compileWith(node: NodeOf<'with'>, compiler: Compiler): Evaluate<boolean> {
  const bind = compileBindings(node, compiler)
  const body = compiler.bool(node.body)
  const { slots } = compiler.frame
  return (scene) => {
    bind(scene)
    const value = body(scene)
    for (const { slot } of node.bindings) slots[slot] = undefined
    return value
  }
}

/** Gives the variables of a `with` their values, in order: a later one may use an earlier one. */
export function compileBindings(node: NodeOf<'with'>, compiler: Compiler): (scene: Scene) => void {
  const bindings = node.bindings.map(({ slot, value }) => {
    const evaluate = compiler.value(value)
    const type = typeOf(value, compiler)
    if (type !== undefined) compiler.slotTypes.set(slot, type)
    return { slot, evaluate }
  })
  const { slots } = compiler.frame
  return (scene) => {
    for (const { slot, evaluate } of bindings) slots[slot] = evaluate(scene)
  }
}
