// Modules: their fields, elements of arrays and maps, calls of their functions, and variables.

import { constantOf } from './compile-arithmetic.ts'
import { lazyRegex } from './compile-logic.ts'
import type { Compiler, Evaluate, NodeOf } from './compiler.ts'
import type { Node, RegexNode } from './node.ts'
import { overloadOf } from './structure-type.ts'

export function compileModule(node: NodeOf<'module'>): Evaluate<unknown> {
  const { module } = node
  return (scene) => scene.module(module)
}

export function compileField(node: NodeOf<'field'>, compiler: Compiler): Evaluate<unknown> {
  const { name } = node
  if (node.of.op === 'module') {
    const { module } = node.of
    return (scene) => fieldOf(scene.module(module), name)
  }
  const of = compiler.value(node.of)
  return (scene) => fieldOf(of(scene), name)
}

function fieldOf(structure: unknown, name: string): unknown {
  if (typeof structure !== 'object' || structure === null) return undefined
  return (structure as Readonly<Record<string, unknown>>)[name]
}

export function compileElement(node: NodeOf<'element'>, compiler: Compiler): Evaluate<unknown> {
  const of = compiler.value(node.of)
  const key = compiler.value(node.key)
  return (scene) => {
    const structure = of(scene)
    if (structure === undefined) return undefined
    const wanted = key(scene)
    if (wanted === undefined) return undefined
    if (structure instanceof Map) return structure.get(wanted) as unknown
    // Neither a negative number nor one beyond the end is an element; a bigint is always beyond.
    if (!Array.isArray(structure) || typeof wanted !== 'number') return undefined
    return structure[wanted] as unknown
  }
}

/**
 * What a loop goes through. A module always has its arrays, which are empty where the object is none of its kind;
 * so a field that is not there is empty, and only an absent element, variable or result is undefined.
 */
export function compileIterable(
  node: Node,
  compiler: Compiler,
): Evaluate<readonly unknown[] | Map<unknown, unknown>> {
  const whole = compiler.value(node)
  const start = rootOf(node)
  const root = start.op === 'module' ? undefined : compiler.value(start)
  return (scene) => {
    const structure = whole(scene)
    if (structure instanceof Map || Array.isArray(structure)) return structure
    return root !== undefined && root(scene) === undefined ? undefined : []
  }
}

/** The module, element, call or variable that a chain of fields starts from. */
function rootOf(node: Node): Node {
  let root = node
  while (root.op === 'field') root = root.of
  return root
}

export function compileLocal(node: NodeOf<'local'>, { frame }: Compiler): Evaluate<unknown> {
  const { slot } = node
  const { slots } = frame
  return () => slots[slot]
}

/** A call with an undefined argument, or of a function of something undefined, is undefined. */
export function compileCall(node: NodeOf<'call'>, compiler: Compiler): Evaluate<unknown> {
  const { call } = overloadOf(node, compiler)
  const of = compiler.value(node.of)
  if (node.args.every(isConstant)) {
    const constants = node.args.map((arg) => (arg.op === 'regex' ? lazyRegex(arg) : constantOf(arg)))
    return (scene) => {
      const self = of(scene)
      return self === undefined ? undefined : call(self, constants, scene.context)
    }
  }
  const args = node.args.map((arg) => compileArgument(arg, compiler))
  return (scene) => {
    const self = of(scene)
    if (self === undefined) return undefined
    const values: unknown[] = []
    for (let index = 0; index < args.length; index++) {
      const value = args[index]!(scene)
      if (value === undefined) return undefined
      values.push(value)
    }
    return call(self, values, scene.context)
  }
}

function isConstant(arg: Node | RegexNode): arg is NodeOf<'const'> | RegexNode {
  return arg.op === 'const' || arg.op === 'regex'
}

function compileArgument(arg: Node | RegexNode, compiler: Compiler): Evaluate<unknown> {
  if (arg.op !== 'regex') return compiler.value(arg)
  const regex = lazyRegex(arg)
  return () => regex
}
