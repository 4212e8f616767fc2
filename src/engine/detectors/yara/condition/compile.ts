// A checked condition becomes closures: one for each node, made for the types and shapes that it has. What a value is
// and where it is undefined follows YARA-X, whose own binaries are the reference.

import {
  compileArithmetic,
  compileBits,
  compileComplement,
  compileConst,
  compileFilesize,
  compileNegation,
  compileRead,
} from './compile-arithmetic.ts'
import { compileComparison } from './compile-comparison.ts'
import {
  compileAnd,
  compileDefined,
  compileMatches,
  compileNot,
  compileOr,
  compileRule,
  compileTextTest,
  compileTruth,
} from './compile-logic.ts'
import {
  compileForIn,
  compileForPatterns,
  compileOfConditions,
  compileOfPatterns,
  compileWith,
} from './compile-loops.ts'
import { compileCount, compileMatchPart, compilePattern } from './compile-patterns.ts'
import {
  compileCall,
  compileElement,
  compileField,
  compileLocal,
  compileModule,
} from './compile-structure.ts'
import type { CompileOptions, Compiler, Evaluate, EvaluateInt, NodeOf } from './compiler.ts'
import type { Node } from './node.ts'
import type { Scene } from './scene.ts'

/**
 * @returns Whether the condition holds in a scene; undefined counts as false. Not to be called while it runs.
 * @throws {Error} The modules are not those that the condition was checked against.
 */
export function compileCondition(node: Node, options: CompileOptions): (scene: Scene) => boolean {
  const holds = createCompiler(options).bool(node)
  return (scene) => holds(scene) === true
}

/** All closures of one compiler share their variables. */
export function createCompiler(options: CompileOptions): Compiler {
  const compiler: Compiler = {
    options,
    frame: { slots: [], current: 0, steps: 0 },
    slotTypes: new Map(),
    // The checker has made sure of the types.
    bool: (node) => compile(node, compiler) as Evaluate<boolean>,
    int: (node) => compile(node, compiler) as EvaluateInt,
    text: (node) => compile(node, compiler) as Evaluate<string>,
    value: (node) => compile(node, compiler),
    float: (node) => compileAsFloat(node, compiler),
  }
  return compiler
}

function compileAsFloat(node: Node, compiler: Compiler): Evaluate<number> {
  const value = compiler.int(node)
  return (scene) => {
    const number = value(scene)
    return typeof number === 'bigint' ? Number(number) : number
  }
}

type Compile<Op extends Node['op']> = (node: NodeOf<Op>, compiler: Compiler) => Evaluate<unknown>

function compile(node: Node, compiler: Compiler): Evaluate<unknown> {
  return (compilers[node.op] as Compile<Node['op']>)(node, compiler)
}

const compilers: { readonly [Op in Node['op']]: Compile<Op> } = {
  const: compileConst,
  filesize: compileFilesize,
  entrypoint: () => (scene) => scene.entrypoint(),
  external:
    ({ name }) =>
    (scene) =>
      scene.external(name),
  rule: compileRule,
  pattern: compilePattern,
  count: compileCount,
  offset: compileMatchPart,
  length: compileMatchPart,
  module: compileModule,
  field: compileField,
  element: compileElement,
  call: compileCall,
  local: compileLocal,
  not: compileNot,
  defined: compileDefined,
  neg: compileNegation,
  bitnot: compileComplement,
  and: compileAnd,
  or: compileOr,
  add: compileArithmetic,
  sub: compileArithmetic,
  mul: compileArithmetic,
  div: compileArithmetic,
  mod: compileArithmetic,
  bitand: compileBits,
  bitor: compileBits,
  bitxor: compileBits,
  shl: compileBits,
  shr: compileBits,
  eq: compileComparison,
  ne: compileComparison,
  lt: compileComparison,
  le: compileComparison,
  gt: compileComparison,
  ge: compileComparison,
  contains: compileTextTest,
  icontains: compileTextTest,
  startswith: compileTextTest,
  istartswith: compileTextTest,
  endswith: compileTextTest,
  iendswith: compileTextTest,
  iequals: compileTextTest,
  matches: compileMatches,
  truth: compileTruth,
  read: compileRead,
  'of-patterns': compileOfPatterns,
  'of-conditions': compileOfConditions,
  'for-patterns': compileForPatterns,
  'for-in': compileForIn,
  with: compileWith,
}
