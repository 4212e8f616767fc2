// Quantified loops: how many iterations have to hold. Every `for`, and every `of` that is not simpler, runs here.

import { type Compiler, type Evaluate, type Frame, tick } from './compiler.ts'
import type { Int } from './integer.ts'
import type { Quantifier } from './node.ts'
import type { Scene } from './scene.ts'

export interface Loop {
  /** Number of iterations; undefined makes the whole loop undefined, and a loop of none is false. */
  start(scene: Scene): Int | undefined
  /** Binds the variables of iteration `index`, from 0. */
  enter(scene: Scene, index: number): void
  /** The condition in iteration `index`. */
  step(scene: Scene, index: number): boolean | undefined
  /** Lets go of the object's data. */
  leave?(): void
  /** Whether an undefined iteration makes the loop undefined; else it counts as false. */
  readonly strict?: boolean
}

/** How a loop ended: its value and the iteration that decided it, if one did. */
export interface Outcome {
  readonly value: boolean | undefined
  readonly decidedBy: number | undefined
}

/** The value of a loop once an iteration is true or false, undefined to go on; and its value when none has decided. */
interface Decision {
  readonly onTrue: boolean | undefined
  readonly onFalse: boolean | undefined
  readonly atEnd: boolean
}

const decisions = {
  all: { onTrue: undefined, onFalse: false, atEnd: true },
  any: { onTrue: true, onFalse: undefined, atEnd: false },
  none: { onTrue: false, onFalse: undefined, atEnd: true },
} as const satisfies Readonly<Record<string, Decision>>

type CountedQuantifier = Extract<Quantifier, { kind: 'count' | 'percent' }>

/** How many of `count` items have to hold: 0 stands for none of them, a negative number for any. */
export type Required = (scene: Scene, count: number) => Int | undefined

export function compileRequired(quantifier: CountedQuantifier, compiler: Compiler): Required {
  const value = compiler.int(quantifier.value)
  if (quantifier.kind === 'count') return value
  return (scene, count) => {
    const percent = value(scene)
    return percent === undefined ? undefined : Math.ceil((count * Number(percent)) / 100)
  }
}

export function compileLoop(quantifier: Quantifier, loop: Loop, compiler: Compiler): Evaluate<boolean> {
  const trace = traceLoop(quantifier, loop, compiler)
  return (scene) => {
    const { value } = trace(scene)
    loop.leave?.()
    return value
  }
}

type Trace = (scene: Scene) => Outcome

/** Runs a loop and tells which iteration decided. */
export function traceLoop(quantifier: Quantifier, loop: Loop, compiler: Compiler): Trace {
  const { frame } = compiler
  if (quantifier.kind === 'count' || quantifier.kind === 'percent') {
    return traceCounted(loop, compileRequired(quantifier, compiler), frame)
  }
  const { onTrue, onFalse, atEnd }: Decision = decisions[quantifier.kind]
  return (scene) => {
    const count = loop.start(scene)
    if (count === undefined || count <= 0) return endedAtOnce(count)
    for (let index = 0; index < count; index++) {
      tick(frame, scene)
      const held = loop.step(scene, index)
      if (held === undefined && loop.strict === true) return { value: undefined, decidedBy: index }
      const decided = held === true ? onTrue : onFalse
      if (decided !== undefined) return { value: decided, decidedBy: index }
    }
    return { value: atEnd, decidedBy: undefined }
  }
}

function traceCounted(loop: Loop, required: Required, frame: Frame): Trace {
  return (scene) => {
    const count = loop.start(scene)
    if (count === undefined || count <= 0) return endedAtOnce(count)
    const wanted = required(scene, Number(count))
    if (wanted === undefined) return endedAtOnce(undefined)
    let holding = 0
    for (let index = 0; index < count; index++) {
      tick(frame, scene)
      const held = loop.step(scene, index)
      if (held === undefined && loop.strict === true) return { value: undefined, decidedBy: index }
      if (held === true && ++holding >= wanted) return { value: wanted !== 0, decidedBy: index }
    }
    return { value: wanted === 0, decidedBy: undefined }
  }
}

function endedAtOnce(count: Int | undefined): Outcome {
  return { value: count === undefined ? undefined : false, decidedBy: undefined }
}
