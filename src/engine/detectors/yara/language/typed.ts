// A checked expression with its type, and what the checker asks of both.

import type { Node, RegexNode, ScalarType } from '../condition/node.ts'
import type { FunctionType, Type } from '../modules/module.ts'

export type CheckedType = Type | FunctionType | 'regex'

/** A `regex` node has the type `regex`, a function is the `field` node that leads to it. */
export interface Typed {
  readonly node: Node | RegexNode
  readonly type: CheckedType
}

export interface TypedNode extends Typed {
  readonly node: Node
}

const scalarNames = {
  int: 'an integer',
  float: 'a float',
  bool: 'a condition',
  text: 'a text',
  regex: 'a regular expression',
} as const

const structureNames = {
  struct: 'a structure',
  array: 'an array',
  map: 'a map',
  function: 'a function',
} as const

/** With its article. */
export function nameOfType(type: CheckedType): string {
  return typeof type === 'string' ? scalarNames[type] : structureNames[type.kind]
}

export function isScalar(type: CheckedType): type is ScalarType {
  return type === 'int' || type === 'float' || type === 'bool' || type === 'text'
}

export function constant(type: ScalarType, value: number | boolean | string): TypedNode {
  return { node: { op: 'const', type, value }, type }
}

export function intNode(value: number | bigint): TypedNode {
  const isExact = typeof value === 'number' || BigInt.asIntN(54, value) === value
  return constant('int', isExact ? Number(value) : String(value))
}

/** The value of a constant integer. */
export function constantInt(node: Node | RegexNode): bigint | undefined {
  if (node.op !== 'const' || node.type !== 'int') return undefined
  return BigInt(node.value)
}

/** Whether a constant of any type counts as true; undefined for everything else. */
export function constantTruth(node: Node | RegexNode): boolean | undefined {
  return node.op === 'const' ? Boolean(node.value) : undefined
}
