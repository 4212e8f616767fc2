// Statements: both ways of a branch are followed and joined; loops with known values really run.

import type { Expression, Statement } from './ast.ts'
import { assign } from './assign.ts'
import { isTruthy } from './fold.ts'
import type { Machine, Scope, Signal } from './machine.ts'
import { anyKey } from './sources.ts'
import { deepTaint, join, origin, tainted, textValue, unknown, type Value } from './value.ts'

export function run(machine: Machine, body: readonly Statement[]): Signal {
  const labels = labelsOf(body)
  for (let at = 0; at < body.length; at++) {
    const signal = statement(machine, body[at]!)
    if (signal === 'none') continue
    if (signal !== 'goto') return signal
    const target = labels?.get(machine.wanted)
    if (target === undefined || !machine.iterate()) return signal
    at = target
  }
  return 'none'
}

function labelsOf(body: readonly Statement[]): Map<string, number> | undefined {
  let labels: Map<string, number> | undefined
  for (const [at, { kind, ...rest }] of body.entries()) {
    if (kind !== 'label') continue
    labels ??= new Map()
    labels.set((rest as { label: string }).label, at)
  }
  return labels
}

function statement(machine: Machine, node: Statement): Signal {
  machine.step()
  switch (node.kind) {
    case 'expression':
      machine.evaluate(node.expression)
      return node.expression.kind === 'exit' ? 'end' : 'none'
    case 'echo':
      for (const value of node.values) machine.evaluate(value)
      return 'none'
    case 'if':
      return ifStatement(machine, node)
    case 'loop':
      return loop(machine, node)
    case 'foreach':
      return foreach(machine, node)
    case 'switch':
      return switchStatement(machine, node)
    case 'return':
      return returned(machine, node.value)
    case 'block':
      return machine.run(node.body)
    case 'jump':
      return node.word === 'throw' ? 'end' : 'jump'
    case 'goto':
      machine.wanted = node.label
      return 'goto'
    case 'try':
      for (const part of node.parts) optional(machine, () => machine.run(part))
      return 'none'
    case 'global':
      for (const name of node.names) machine.frame.globals.add(name)
      return 'none'
    case 'class':
      for (const { name, value } of node.declared.properties) {
        if (value !== undefined && !machine.properties.has(name))
          machine.properties.set(name, machine.evaluate(value))
      }
      return 'none'
    default:
      return 'none'
  }
}

function returned(machine: Machine, node: Expression | undefined): Signal {
  const value = node === undefined ? unknown : machine.evaluate(node)
  const { frame } = machine
  frame.returned = frame.returned === undefined ? value : join(frame.returned, value)
  return 'end'
}

/** Runs what may or may not run. */
function optional(machine: Machine, branch: () => Signal): Signal {
  const { scope, signal } = machine.branch(branch)
  // What ends the function leaves nothing behind for those who go on.
  if (signal !== 'end') machine.merge([scope], true)
  return signal
}

function ifStatement(machine: Machine, node: Extract<Statement, { kind: 'if' }>): Signal {
  const condition = machine.evaluate(node.condition)
  const is = machine.concrete > 0 || hasGoto(node) ? isTruthy(condition) : undefined
  if (is === true) return machine.run(node.yes)
  if (is === false) return machine.run(node.no)
  if (node.no.length === 0) {
    optional(machine, () => machine.run(node.yes))
    return 'none'
  }
  const yes = machine.branch(() => machine.run(node.yes))
  const no = machine.branch(() => machine.run(node.no))
  const alive: Scope[] = []
  if (yes.signal !== 'end') alive.push(yes.scope)
  if (no.signal !== 'end') alive.push(no.scope)
  machine.merge(alive, false)
  return alive.length === 0 ? 'end' : 'none'
}

/** Code that jumps is not written by people: its conditions are known. */
function hasGoto({ yes }: Extract<Statement, { kind: 'if' }>): boolean {
  return yes.some(({ kind }) => kind === 'goto')
}

function evaluateAll(machine: Machine, expressions: readonly Expression[]): Value {
  let last = unknown
  for (const expression of expressions) last = machine.evaluate(expression)
  return last
}

function loop(machine: Machine, node: Extract<Statement, { kind: 'loop' }>): Signal {
  evaluateAll(machine, node.before)
  const limit = machine.steps + machine.stepsOfLoop
  let runs = 0
  if (node.bodyFirst) {
    if (machine.run(node.body) === 'end') return 'end'
    runs++
  }
  for (;;) {
    const condition = node.conditions.length === 0 ? unknown : evaluateAll(machine, node.conditions)
    const is = isTruthy(condition)
    if (is === false) return 'none'
    if (is === undefined || machine.steps > limit || !machine.iterate()) break
    machine.concrete++
    const signal = machine.run(node.body)
    machine.concrete--
    if (signal === 'end' || signal === 'goto') return signal
    if (signal === 'jump' && hasBreak(node.body)) return 'none'
    evaluateAll(machine, node.after)
    runs++
    // `while (true)` ends by what cannot be known.
    if (runs > 2 && node.after.length === 0 && node.conditions[0]?.kind !== 'binary') break
  }
  // Twice, so that what one round leaves behind reaches the next.
  for (let round = 0; round < 2; round++) {
    optional(machine, () => {
      const signal = machine.run(node.body)
      evaluateAll(machine, node.after)
      return signal === 'end' ? 'none' : signal
    })
  }
  return 'none'
}

function hasBreak(body: readonly Statement[]): boolean {
  return body.some(
    (node) =>
      (node.kind === 'jump' && node.word === 'break') ||
      (node.kind === 'if' && (hasBreak(node.yes) || hasBreak(node.no))) ||
      (node.kind === 'block' && hasBreak(node.body)),
  )
}

function foreach(machine: Machine, node: Extract<Statement, { kind: 'foreach' }>): Signal {
  const subject = machine.evaluate(node.subject)
  const round = (key: Value, value: Value): Signal => {
    if (node.key !== undefined) assign(machine, node.key, key, node.at)
    assign(machine, node.value, value, node.at)
    return machine.run(node.body)
  }
  const { items } = subject
  if (items !== undefined && items.size > 0 && !items.has(anyKey) && items.size <= 4096)
    return known(machine, items, round)
  const from = deepTaint(subject)
  const isOwn = from.type === 'files' || from.type === 'globals'
  let part = unknown
  if (from.type === 'server') part = tainted(origin.request, 'a header of the request')
  else if (from.taint !== 0 || isOwn)
    part = tainted(from.taint, from.from, from.type === 'files' ? 'files' : '')
  const key = subject.type === 'request' ? part : unknown
  for (let times = 0; times < 2; times++) {
    optional(machine, () => {
      const signal = round(key, part)
      return signal === 'end' ? 'none' : signal
    })
  }
  return 'none'
}

function known(
  machine: Machine,
  items: ReadonlyMap<string, Value>,
  round: (key: Value, value: Value) => Signal,
): Signal {
  let runs = 0
  for (const [key, value] of items.entries().toArray()) {
    if (!machine.iterate() || runs++ > 64) {
      // Long lists are data: the rest is like what was seen, unless something is decoded.
      if (runs > 64 && machine.concrete === 0 && value.text === undefined) break
      if (runs > 4096) break
    }
    const signal = round(textValue(key), value)
    if (signal === 'end' && machine.concrete > 0) return signal
    if (signal === 'jump' && machine.concrete > 0 && runs > 4096) break
  }
  return 'none'
}

function switchStatement(machine: Machine, node: Extract<Statement, { kind: 'switch' }>): Signal {
  const subject = machine.evaluate(node.subject)
  const scopes: Scope[] = []
  for (const { test, body } of node.cases) {
    const value = test === undefined ? undefined : machine.evaluate(test)
    if (
      machine.concrete > 0 &&
      subject.text !== undefined &&
      value?.text !== undefined &&
      value.text !== subject.text
    )
      continue
    const { scope, signal } = machine.branch(() => machine.run(body))
    if (signal === 'goto') return signal
    if (signal !== 'end') scopes.push(scope)
  }
  machine.merge(scopes, true)
  return 'none'
}
