// Functions of the file: followed into with what they are given, and remembered by it.

import type { Argument, FunctionNode } from './ast.ts'
import { assign, setProperty } from './assign.ts'
import { listed } from './fold.ts'
import { type Machine, newFrame } from './machine.ts'
import { deepTaint, derived, unknown, type Value } from './value.ts'

const maxDepth = 8
const maxVariants = 24

/** A function of the file, followed with these arguments. */
export function runFunction(
  machine: Machine,
  node: FunctionNode,
  args: readonly Value[],
  nodes: readonly Argument[],
): Value {
  machine.called.add(node)
  const { stack } = machine
  if (stack.length >= maxDepth || stack.filter((running) => running === node).length > 1) return derived(args)
  const variants = machine.results.get(node) ?? new Map<string, Value>()
  machine.results.set(node, variants)
  const key = signature(args)
  const known = variants.get(key)
  if (known !== undefined && !node.parameters.some((parameter) => parameter.byReference)) return known
  if (variants.size >= maxVariants && machine.concrete === 0) return derived(args)
  variants.set(key, unknown)
  const result = enter(machine, node, args, nodes)
  if (variants.size < 2000) variants.set(key, result)
  return result
}

function signature(args: readonly Value[]): string {
  let key = ''
  for (const arg of args) {
    const { taint } = deepTaint(arg)
    const text =
      arg.text !== undefined && arg.text.length < 200
        ? arg.text
        : `#${arg.text?.length ?? arg.items?.size ?? '?'}`
    key += `${taint}/${arg.closure?.at ?? ''}/${text}\0`
  }
  return key
}

function enter(
  machine: Machine,
  node: FunctionNode,
  args: readonly Value[],
  nodes: readonly Argument[],
): Value {
  const outer = machine.frame
  const frame = newFrame(false, node.className, args)
  for (const name of node.captured) {
    const value = machine.get(name)
    if (value !== undefined) frame.scope.variables.set(name, value)
  }
  // An arrow function sees all variables around it.
  if (node.name === '=>')
    for (const [name, value] of outer.scope.variables) frame.scope.variables.set(name, value)
  bind(machine, node, args, frame)
  const isKnown =
    args.length > 0 &&
    args.every((arg) => (arg.text !== undefined || arg.items !== undefined) && deepTaint(arg).taint === 0)
  machine.stack.push(node)
  machine.frame = frame
  if (isKnown) machine.concrete++
  machine.run(node.body)
  if (isKnown) machine.concrete--
  machine.frame = outer
  machine.stack.pop()
  giveBack(machine, node, frame.scope.variables, nodes)
  return frame.returned ?? unknown
}

function bind(
  machine: Machine,
  node: FunctionNode,
  args: readonly Value[],
  frame: ReturnType<typeof newFrame>,
): void {
  for (const [at, parameter] of node.parameters.entries()) {
    let value = args[at]
    if (parameter.isVariadic) value = listed(args.slice(at))
    value ??= parameter.fallback === undefined ? unknown : machine.evaluate(parameter.fallback)
    frame.scope.variables.set(parameter.name, value)
    if (parameter.isProperty) setProperty(machine, parameter.name, value)
  }
}

function giveBack(
  machine: Machine,
  node: FunctionNode,
  variables: ReadonlyMap<string, Value>,
  nodes: readonly Argument[],
): void {
  for (const [at, parameter] of node.parameters.entries()) {
    const target = nodes[at]?.value
    const value = variables.get(parameter.name)
    if (parameter.byReference && target !== undefined && value !== undefined)
      assign(machine, target, value, node.at)
  }
}

export function callClosure(
  machine: Machine,
  closure: FunctionNode,
  args: readonly Value[],
  nodes: readonly Argument[] = [],
): Value {
  if (machine.stack.includes(closure)) return derived(args)
  return runFunction(machine, closure, args, nodes)
}
