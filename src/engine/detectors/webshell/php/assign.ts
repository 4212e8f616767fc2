// Setting variables, elements and properties.

import type { Expression } from './ast.ts'
import type { Machine } from './machine.ts'
import { anyKey, superglobal } from './sources.ts'
import { deepTaint, join, made, origin, tainted, unknown, type Value } from './value.ts'

export function assign(machine: Machine, target: Expression, value: Value, at: number): void {
  switch (target.kind) {
    case 'variable':
      // Rewriting a superglobal (`$_POST = array_map('stripslashes', $_POST)`) leaves it the request.
      if (superglobal(target.name) === undefined) machine.set(target.name, value)
      break
    case 'dynamic-variable': {
      const name = machine.evaluate(target.name)
      if (name.text === undefined) setAnything(machine, name, value)
      else if (superglobal(name.text) === undefined) machine.set(name.text, value)
      break
    }
    case 'index':
      assignElement(machine, target, value, at)
      break
    case 'property':
    case 'static-property': {
      const name = typeof target.name === 'string' ? target.name : machine.evaluate(target.name).text
      if (name !== undefined) setProperty(machine, name, value)
      break
    }
    case 'array':
      assignParts(machine, target, value, at)
      break
    default:
  }
}

/** `list($a, $b) = …` */
function assignParts(
  machine: Machine,
  target: Extract<Expression, { kind: 'array' }>,
  value: Value,
  at: number,
): void {
  let next = 0
  for (const item of target.items) {
    const key = item.key === undefined ? String(next++) : machine.evaluate(item.key).text
    assign(machine, item.value, value.items?.get(key ?? '') ?? partOf(value), at)
  }
}

function partOf(value: Value): Value {
  const { taint, from, type } = deepTaint(value)
  return taint === 0 ? unknown : tainted(taint, from, type === 'files' ? type : '')
}

/** `$$name = …` with a name from the request: any variable may be the request's now. */
function setAnything(machine: Machine, name: Value, value: Value): void {
  const { taint, from } = deepTaint(value)
  if ((name.taint & origin.request) === 0 || (taint & (origin.request | origin.stored)) === 0) return
  dropVariables(machine, tainted(taint, from))
}

/** Every variable of this function may have been set to `value`. */
export function dropVariables(machine: Machine, value: Value): void {
  const { frame } = machine
  frame.anything = value
  for (let scope: typeof frame.scope | undefined = frame.scope; scope !== undefined; scope = scope.parent) {
    for (const [name, known] of scope.variables) {
      if (known.taint === 0 && known.type === '' && known.closure === undefined)
        scope.variables.set(name, join(value, known))
    }
  }
}

export function setProperty(machine: Machine, name: string, value: Value): void {
  const known = machine.properties.get(name)
  if (known === undefined || known.taint === 0) machine.properties.set(name, value)
  else machine.properties.set(name, join(known, value))
}

function assignElement(
  machine: Machine,
  target: Extract<Expression, { kind: 'index' }>,
  value: Value,
  at: number,
): void {
  const key = target.index === undefined ? undefined : machine.evaluate(target.index)
  const base = machine.evaluate(target.base)
  if (base.type === 'globals') {
    if (key?.text !== undefined && superglobal(key.text) === undefined)
      machine.file.scope.variables.set(key.text, value)
    else if (key !== undefined) setAnything(machine, key, value)
    return
  }
  if (base.type === 'request' || base.type === 'files' || base.type === 'server') return
  if (base.items !== undefined) {
    put(base.items, key, value, target.index === undefined)
    return
  }
  if (base.text !== undefined && base.text !== '') {
    replaceCharacter(machine, target, { base, key, value, at })
    return
  }
  const items = new Map<string, Value>()
  put(items, key, value, target.index === undefined)
  const rest = base.taint & ~origin.unset
  assign(machine, target.base, { ...unknown, items, taint: rest, from: base.from }, at)
}

const maxItems = 100_000

function put(items: Map<string, Value>, key: Value | undefined, value: Value, isPush: boolean): void {
  if (items.size > maxItems) return
  if (isPush) {
    let next = items.size
    // Doubling: a list that is used as a queue has a hole at its beginning.
    for (let by = 1; items.has(String(next)); by *= 2) next += by
    items.set(String(next), value)
  } else if (key?.text === undefined) items.set(anyKey, join(items.get(anyKey) ?? unknown, value))
  else items.set(key.text, value)
}

function replaceCharacter(
  machine: Machine,
  target: Extract<Expression, { kind: 'index' }>,
  { base, key, value, at }: { base: Value; key: Value | undefined; value: Value; at: number },
): void {
  const index = Number(key?.text)
  const text = base.text!
  if (key?.text === undefined || !Number.isInteger(index) || index < 0 || index > text.length + 1000) return
  if (value.text === undefined) {
    // Decoded in place with a key that is not in the file.
    const hidden = (base.made & made.decoded) === 0 ? 0 : origin.hidden
    assign(
      machine,
      target.base,
      { ...unknown, taint: value.taint | hidden, from: value.from || 'a constant' },
      at,
    )
    return
  }
  const changed = text.slice(0, index).padEnd(index) + value.text.charAt(0) + text.slice(index + 1)
  assign(machine, target.base, { ...base, text: changed }, at)
}
