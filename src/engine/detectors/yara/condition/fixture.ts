// For this folder's tests: short names for nodes, and scenes without a matcher.

import { Budget, defaultLimits } from '../../../limits.ts'
import type { Hits } from '../../../matcher/hits.ts'
import { hashModule } from '../modules/hash/index.ts'
import { mathModule } from '../modules/math/index.ts'
import type { Module, ModuleContext } from '../modules/module.ts'
import { compileCondition, createCompiler } from './compile.ts'
import type { CompileOptions } from './compiler.ts'
import type { Node, PatternRef, Quantifier } from './node.ts'
import type { Scene } from './scene.ts'

export const int = (value: number | string): Node => ({ op: 'const', type: 'int', value })
export const float = (value: number): Node => ({ op: 'const', type: 'float', value })
export const text = (value: string): Node => ({ op: 'const', type: 'text', value })
export const yes: Node = { op: 'const', type: 'bool', value: true }
export const no: Node = { op: 'const', type: 'bool', value: false }
export const filesize: Node = { op: 'filesize' }

export function read(bits: 8 | 16 | 32, offset: Node, more: { signed?: true; bigEndian?: true } = {}): Node {
  return { op: 'read', bits, signed: false, bigEndian: false, offset, ...more }
}

/** `uint8(filesize)`, which is always undefined. */
export const undef: Node = read(8, filesize)

export type IntOp = 'add' | 'sub' | 'mul' | 'div' | 'mod'
export type BitOp = 'bitand' | 'bitor' | 'bitxor' | 'shl' | 'shr'
export type CompareOp = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'

export function calc(left: Node, op: IntOp | BitOp, right: Node): Node {
  if (op === 'add' || op === 'sub' || op === 'mul' || op === 'div' || op === 'mod') {
    return { op, type: 'int', left, right }
  }
  return { op, left, right }
}

export function is(left: Node, op: CompareOp, right: Node): Node {
  return { op, type: 'int', left, right }
}

export const not = (of: Node): Node => ({ op: 'not', of })
export const defined = (of: Node): Node => ({ op: 'defined', of })
export const and = (...items: readonly Node[]): Node => ({ op: 'and', items })
export const or = (...items: readonly Node[]): Node => ({ op: 'or', items })
export const pattern = (ref: PatternRef): Node => ({ op: 'pattern', pattern: ref })
export const patternAt = (ref: PatternRef, offset: Node): Node => ({
  op: 'pattern',
  pattern: ref,
  where: { kind: 'at', offset },
})
export const slot = (number: number): Node => ({ op: 'local', slot: number })
export const times = (value: Node): Quantifier => ({ kind: 'count', value })
export const percent = (value: number): Quantifier => ({ kind: 'percent', value: int(value) })
export const [all, any, none] = (['all', 'any', 'none'] as const).map((kind): Quantifier => ({ kind })) as [
  Quantifier,
  Quantifier,
  Quantifier,
]

export function forRange(quantifier: Quantifier, [low, high]: readonly [Node, Node], body: Node): Node {
  return { op: 'for-in', quantifier, slots: [0], over: { kind: 'range', range: { low, high } }, body }
}

/** Offsets of the matches of each pattern; every match is one byte long. */
export type Matches = readonly (readonly number[])[]

function hitsOf(matches: Matches): Hits {
  return {
    count: (number) => matches[number]?.length ?? 0,
    start: (number, index) => matches[number]?.[index] ?? -1,
    length: () => 1,
  }
}

export interface SceneParts {
  readonly matches?: Matches
  readonly modules?: Readonly<Record<string, object>>
  readonly rules?: readonly boolean[]
  readonly budget?: Budget
}

export function sceneOf(bytes: Uint8Array, parts: SceneParts = {}): Scene {
  const budget = parts.budget ?? new Budget(defaultLimits)
  const context: ModuleContext = { bytes, budget, log: () => undefined }
  return {
    bytes,
    budget,
    context,
    hits: hitsOf(parts.matches ?? []),
    external: () => undefined,
    module: (name) => parts.modules?.[name] ?? modules.get(name)?.open(context),
    rule: (index) => parts.rules?.[index] === true,
    entrypoint: () => undefined,
  }
}

const modules = new Map<string, Module>([mathModule, hashModule].map((module) => [module.name, module]))

export function optionsOf(more: readonly Module[] = []): CompileOptions {
  const added = more.map((module): [string, Module] => [module.name, module])
  return { patterns: [0, 1, 2, 3], modules: new Map([...modules, ...added]) }
}

export function holds(node: Node, scene: Scene, more: readonly Module[] = []): boolean {
  return compileCondition(node, optionsOf(more))(scene)
}

/** The value of a node, undefined as it is. */
export function valueOf(node: Node, scene: Scene, more: readonly Module[] = []): unknown {
  return createCompiler(optionsOf(more)).value(node)(scene)
}
