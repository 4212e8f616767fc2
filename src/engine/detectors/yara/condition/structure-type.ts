// The types of structures, found along a chain of fields, elements and calls: where a function that is called lives.

import type { FunctionType, Overload, StructType, Type } from '../modules/module.ts'
import type { Compiler, NodeOf } from './compiler.ts'
import type { Node } from './node.ts'

type KnownTypes = Pick<Compiler, 'options' | 'slotTypes'>

/** @throws {Error} The modules are not those that the condition was checked against. */
export function overloadOf(node: NodeOf<'call'>, known: KnownTypes): Overload {
  const type = structureType(node.of, known)
  const fn = type === undefined ? undefined : functionOf(type, node.name)
  const overload = fn?.overloads[node.overload]
  if (overload === undefined)
    throw new Error(`no module has the function ${node.name}, overload ${node.overload}`)
  return overload
}

function functionOf(type: StructType, name: string): FunctionType | undefined {
  const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined
  return typeof field === 'object' && field.kind === 'function' ? field : undefined
}

/** The type of the structure that has a function: found along the chain of fields, elements and calls. */
function structureType(node: Node, known: KnownTypes): StructType | undefined {
  const type = typeOf(node, known)
  return typeof type === 'object' && type.kind === 'struct' ? type : undefined
}

export function typeOf(node: Node, known: KnownTypes): Type | undefined {
  if (node.op === 'module') return known.options.modules.get(node.module)?.type
  if (node.op === 'field') {
    const of = structureType(node.of, known)
    const field = of !== undefined && Object.hasOwn(of.fields, node.name) ? of.fields[node.name] : undefined
    if (typeof field !== 'object') return field
    return field.kind === 'function' || field.kind === 'constant' ? undefined : field
  }
  if (node.op === 'element') {
    const of = typeOf(node.of, known)
    if (typeof of !== 'object') return undefined
    if (of.kind === 'array') return of.item
    return of.kind === 'map' ? of.value : undefined
  }
  if (node.op === 'local') return known.slotTypes.get(node.slot)
  return node.op === 'call' ? overloadOf(node, known).returns : undefined
}
