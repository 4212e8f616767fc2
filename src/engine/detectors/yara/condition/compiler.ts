// What the parts of the compiler share: the kinds of closures, the variables of a running condition, and the way back
// to the compiler itself for the nodes inside a node.

import type { Module, Type } from '../modules/module.ts'
import type { Int } from './integer.ts'
import type { Node } from './node.ts'
import type { Scene } from './scene.ts'

/** One node brought to life. Undefined is YARA's undefined. */
export type Evaluate<Value> = (scene: Scene) => Value | undefined

export type EvaluateInt = Evaluate<Int>

export interface CompileOptions {
  /** Database numbers of the rule's strings, in the order of the rule. */
  readonly patterns: readonly number[]
  /** By the name written after `import`. */
  readonly modules: ReadonlyMap<string, Module>
}

/** The variables of one condition. Nothing runs twice at a time, so one frame serves every run. */
export interface Frame {
  readonly slots: unknown[]
  /** The rule's own number of the pattern at hand in the innermost `for … of`. */
  current: number
  /** Iterations of all loops, for the budget. */
  steps: number
}

/** Nodes with this operator. */
export type NodeOf<Op extends Node['op'], Each = Node> = Each extends { readonly op: infer Own }
  ? Op extends Own
    ? Each
    : never
  : never

export interface Compiler {
  readonly options: CompileOptions
  readonly frame: Frame
  /** Of the variables that hold structures. */
  readonly slotTypes: Map<number, Type>
  bool(node: Node): Evaluate<boolean>
  int(node: Node): EvaluateInt
  /** An int is converted. */
  float(node: Node): Evaluate<number>
  text(node: Node): Evaluate<string>
  value(node: Node): Evaluate<unknown>
}

const stepsPerCheck = 1024

/** To be called once for each iteration of every loop. */
export function tick(frame: Frame, scene: Scene): void {
  frame.steps = (frame.steps + 1) | 0
  if (frame.steps % stepsPerCheck === 0) scene.budget.checkTime()
}
