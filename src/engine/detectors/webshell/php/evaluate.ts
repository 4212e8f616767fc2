// The value of an expression, as far as it can be known.

import type { Argument, Expression, Item } from './ast.ts'
import { assign } from './assign.ts'
import { callFunction, callMethod, construct, dynamicCall } from './calls.ts'
import { callClosure } from './functions.ts'
import { foldBinary, incremented, isTruthy } from './fold.ts'
import { includeSink } from './file-sinks.ts'
import { commandSink } from './sinks.ts'
import type { Machine } from './machine.ts'
import { anyKey, element, superglobal } from './sources.ts'
import {
  arrayValue,
  concatenate,
  deepTaint,
  derived,
  emptyText,
  falseValue,
  join,
  made,
  objectValue,
  origin,
  tainted,
  textValue,
  trueValue,
  unknown,
  type Value,
} from './value.ts'

export function evaluate(machine: Machine, expression: Expression): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'variable':
      return variable(machine, expression.name)
    case 'array':
      return arrayOf(machine, expression.items)
    case 'index': {
      const base = machine.evaluate(expression.base)
      const key = expression.index === undefined ? undefined : machine.evaluate(expression.index)
      if (base.type === 'globals' && key?.text !== undefined) return globalNamed(machine, key.text)
      const value = element(base, key)
      return base.type === 'request' && machine.trusted.has(value.from) ? unknown : value
    }
    case 'binary':
      return binary(machine, expression)
    case 'template':
      return templateOf(machine, expression.parts)
    case 'assign':
      return assignment(machine, expression)
    case 'constant':
      return constant(machine, expression.name)
    case 'call':
      return call(machine, expression)
    case 'method':
      return method(machine, expression)
    case 'property':
      return property(machine, expression)
    case 'static-property':
      return machine.properties.get(expression.name) ?? unknown
    case 'choice':
      return choice(machine, expression)
    case 'unary':
      return unary(machine, expression)
    default:
      return rare(machine, expression)
  }
}

function rare(machine: Machine, expression: Expression): Value {
  switch (expression.kind) {
    case 'dynamic-variable': {
      const name = machine.evaluate(expression.name)
      if (name.text !== undefined) return dynamicVariable(machine, name, expression.at)
      return name.taint === 0 ? unknown : tainted(name.taint & ~origin.embedded, name.from)
    }
    case 'cast': {
      const value = machine.evaluate(expression.operand)
      return castTo(expression.to, value)
    }
    case 'ask':
      for (const operand of expression.operands) machine.evaluate(operand)
      return unknown
    case 'closure': {
      const { closure } = expression
      machine.called.add(closure)
      // What a closure does is seen where it is made: who calls it may not be seen at all.
      callClosure(machine, closure, [])
      return { ...unknown, closure, type: 'closure' }
    }
    case 'new':
      return newObject(machine, expression)
    case 'include':
      includeSink(machine, machine.evaluate(expression.operand), expression.at)
      return unknown
    case 'exit':
      return expression.operand === undefined ? unknown : machine.evaluate(expression.operand)
    case 'command':
      commandSink(machine, 'backticks', machine.evaluate(expression.operand), expression.at)
      return unknown
    case 'step':
      return step(machine, expression)
    case 'match': {
      machine.evaluate(expression.subject)
      let value = unknown
      for (const arm of expression.arms) value = join(value, machine.evaluate(arm))
      return value
    }
    case 'class-constant':
      return machine.constants.get(`::${expression.name}`) ?? classConstant(machine, expression)
    default:
      return unknown
  }
}

function classConstant(
  machine: Machine,
  { base, name }: Extract<Expression, { kind: 'class-constant' }>,
): Value {
  if (name.toLowerCase() === 'class' && base.kind === 'constant') return textValue(base.name)
  return machine.properties.get(name) ?? unknown
}

function variable(machine: Machine, name: string): Value {
  const known = machine.get(name)
  if (known !== undefined) return known
  const own = superglobal(name)
  if (own !== undefined) return own
  if (name === '_SESSION') return tainted(origin.stored, '$_SESSION')
  if (name === 'this' || name === 'argv' || name === 'argc') return unknown
  // In a function it is a mistake; in the file itself somebody else sets it: `register_globals`.
  return machine.frame.isFile ? tainted(origin.unset, `$${name}, which the file never sets,`) : unknown
}

function globalNamed(machine: Machine, name: string): Value {
  return superglobal(name) ?? machine.file.scope.get(name) ?? unknown
}

function dynamicVariable(machine: Machine, name: Value, at: number): Value {
  const text = name.text!
  const value = variable(machine, text)
  const isHidden = (name.made & (made.decoded | made.escapes | made.pieces)) !== 0
  if (isHidden && (value.type === 'request' || value.type === 'files') && text.length > 3) {
    machine.report('hidden-source', 72, at, `$${text} is read under a name that is put together`, 'T1027')
  }
  return value
}

function arrayOf(machine: Machine, items: readonly Item[]): Value {
  const known = new Map<string, Value>()
  let next = 0
  for (const { key, value, isSpread } of items) {
    const given = machine.evaluate(value)
    if (isSpread) {
      known.set(anyKey, given)
      continue
    }
    if (key === undefined) {
      known.set(String(next++), given)
      continue
    }
    const name = machine.evaluate(key)
    if (name.text === undefined) known.set(anyKey, join(known.get(anyKey) ?? unknown, withKey(given, name)))
    else {
      known.set(name.text, given)
      if (/^\d{1,9}$/.test(name.text)) next = Math.max(next, Number(name.text) + 1)
    }
  }
  return arrayValue(known)
}

/** `[$_POST['c'] => '']`: functions with callbacks see the keys too. */
function withKey(value: Value, key: Value): Value {
  return key.taint === 0 ? value : derived([value, key])
}

function templateOf(machine: Machine, parts: readonly Expression[]): Value {
  const [only] = parts
  if (parts.length === 1 && only !== undefined) {
    // A definition's name comes as a constant whose name is the text.
    if (only.kind === 'constant') return textValue(only.name)
    return asText(machine.evaluate(only))
  }
  if (only === undefined) return emptyText
  const concatenated = concatenate(parts.map((part) => asText(machine.evaluate(part))))
  // A template with known parts is ordinary writing.
  return concatenated.made === made.pieces ? { ...concatenated, made: 0 } : concatenated
}

/** What a value is inside a text. */
function asText(value: Value): Value {
  if (value.text !== undefined) return value
  if (value.items !== undefined) {
    const taint = deepTaint(value)
    return taint.taint === 0 ? textValue('Array', made.decoded) : tainted(taint.taint, taint.from)
  }
  return value
}

const arithmetic = new Set(['+', '-', '*', '/', '%', '**', '<<', '>>', '^', '|', '&'])
const comparing = new Set(['==', '!=', '===', '!==', '<>', '<', '>', '<=', '>=', '<=>'])

function binary(machine: Machine, expression: Extract<Expression, { kind: 'binary' }>): Value {
  const { operator } = expression
  if (operator === '.') return concatenation(machine, expression)
  // Long chains are deep to the left.
  const rights: Expression[] = [expression.right]
  const operators: string[] = [operator]
  let { left } = expression
  while (left.kind === 'binary' && left.operator !== '.') {
    rights.push(left.right)
    operators.push(left.operator)
    left = left.left
  }
  let value = machine.evaluate(left)
  for (let at = rights.length - 1; at >= 0; at--) value = combine(machine, operators[at]!, value, rights[at]!)
  return value
}

function combine(machine: Machine, operator: string, left: Value, rightNode: Expression): Value {
  if (operator === '&&' || operator === 'and' || operator === '||' || operator === 'or') {
    return logical(machine, operator, left, rightNode)
  }
  if (operator === '??') {
    const right = machine.evaluate(rightNode)
    return left === unknown ? right : join(left, right)
  }
  const right = machine.evaluate(rightNode)
  if (left.taint === 0 && right.taint === 0) {
    const known = foldBinary(operator, left, right)
    if (known !== undefined) return known
  }
  if (comparing.has(operator) || operator === 'instanceof') return unknown
  if (operator === '^' || operator === '|' || operator === '&') return derived([left, right])
  return arithmetic.has(operator) ? unknown : derived([left, right])
}

function logical(machine: Machine, operator: string, left: Value, rightNode: Expression): Value {
  const isAnd = operator === '&&' || operator === 'and'
  const leftIs = machine.concrete > 0 ? isTruthy(left) : undefined
  if (leftIs !== undefined && leftIs !== isAnd) return leftIs ? trueValue : falseValue
  const right = machine.evaluate(rightNode)
  const rightIs = isTruthy(right)
  if (leftIs === undefined || rightIs === undefined) return isAnd ? right : join(left, right)
  return (isAnd ? leftIs && rightIs : leftIs || rightIs) ? trueValue : falseValue
}

function concatenation(machine: Machine, expression: Extract<Expression, { kind: 'binary' }>): Value {
  const nodes: Expression[] = [expression.right]
  let { left } = expression
  while (left.kind === 'binary' && left.operator === '.') {
    nodes.push(left.right)
    left = left.left
  }
  nodes.push(left)
  const parts: Value[] = []
  for (let at = nodes.length - 1; at >= 0; at--) parts.push(asText(machine.evaluate(nodes[at]!)))
  return concatenate(parts)
}

function assignment(machine: Machine, expression: Extract<Expression, { kind: 'assign' }>): Value {
  const { operator, target, at } = expression
  if (operator === '=') {
    const value = machine.evaluate(expression.value)
    assign(machine, target, value, at)
    return value
  }
  const right = machine.evaluate(expression.value)
  const left = machine.evaluate(target)
  const value = compound(operator.slice(0, -1), left, right)
  assign(machine, target, value, at)
  return value
}

function compound(operator: string, left: Value, right: Value): Value {
  if (operator === '.') {
    // A variable that is only ever added to begins empty.
    return concatenate([
      left.taint === origin.unset || left === unknown ? emptyText : asText(left),
      asText(right),
    ])
  }
  if (operator === '??') return left === unknown ? right : join(left, right)
  const known = left.taint === 0 && right.taint === 0 ? foldBinary(operator, left, right) : undefined
  if (known !== undefined) return known
  return operator === '^' || operator === '|' || operator === '&' ? derived([left, right]) : unknown
}

const knownConstants: Readonly<Record<string, string>> = {
  PHP_EOL: '\n',
  DIRECTORY_SEPARATOR: '/',
  E_ALL: '32767',
  FILTER_CALLBACK: '1024',
  INPUT_POST: '0',
  INPUT_GET: '1',
  ENT_QUOTES: '3',
}

function constant(machine: Machine, name: string): Value {
  const own = machine.constants.get(name)
  if (own !== undefined) return own
  switch (name.toLowerCase()) {
    case 'true':
      return trueValue
    case 'false':
    case 'null':
      return falseValue
    case '__file__':
      return tainted(origin.ownName, '__FILE__', 'file-path')
    case '__function__':
    case '__class__':
    case '__dir__':
    case '__line__':
    case 'php_os':
      return unknown
    default: {
      const known = Object.hasOwn(knownConstants, name) ? knownConstants[name] : undefined
      // Until version 8 a constant that does not exist was its name.
      return textValue(known ?? name)
    }
  }
}

function argumentValues(machine: Machine, args: readonly Argument[]): Value[] {
  const values: Value[] = []
  for (const { value, isSpread } of args) {
    const given = machine.evaluate(value)
    if (isSpread && given.items !== undefined) values.push(...given.items.values())
    else values.push(given)
  }
  return values
}

function call(machine: Machine, expression: Extract<Expression, { kind: 'call' }>): Value {
  const { callee, at } = expression
  if (callee.kind === 'constant') {
    const args = argumentValues(machine, expression.args)
    const name = callee.name
    const slash = name.lastIndexOf('\\')
    return callFunction(machine, (slash < 0 ? name : name.slice(slash + 1)).toLowerCase(), args, {
      at,
      nodes: expression.args,
      name: undefined,
    })
  }
  const target = machine.evaluate(callee)
  const args = argumentValues(machine, expression.args)
  return dynamicCall(machine, target, args, { at, nodes: expression.args, name: target })
}

function method(machine: Machine, expression: Extract<Expression, { kind: 'method' }>): Value {
  const { base, at } = expression
  const object =
    base.kind === 'constant' ? objectValue(base.name.toLowerCase(), undefined) : machine.evaluate(base)
  const name =
    typeof expression.name === 'string' ? textValue(expression.name) : machine.evaluate(expression.name)
  const args = argumentValues(machine, expression.args)
  // `Class::$name(…)` and `$object->$name(…)`: how frameworks dispatch.
  return callMethod(machine, object, name, { args, at, nodes: expression.args })
}

function newObject(machine: Machine, expression: Extract<Expression, { kind: 'new' }>): Value {
  const { callee, at } = expression
  const name = callee.kind === 'constant' ? textValue(callee.name) : machine.evaluate(callee)
  const args = argumentValues(machine, expression.args)
  return construct(machine, name, args, {
    at,
    nodes: expression.args,
    name: callee.kind === 'constant' ? undefined : name,
  })
}

function property(machine: Machine, expression: Extract<Expression, { kind: 'property' }>): Value {
  const base = machine.evaluate(expression.base)
  const name =
    typeof expression.name === 'string' ? textValue(expression.name) : machine.evaluate(expression.name)
  const known = name.text === undefined ? undefined : machine.properties.get(name.text)
  if (known !== undefined) return known
  if (base.taint !== 0 && base.taint !== origin.unset) return tainted(base.taint, base.from)
  return unknown
}

function choice(machine: Machine, { condition, yes, no }: Extract<Expression, { kind: 'choice' }>): Value {
  const value = machine.evaluate(condition)
  const is = machine.concrete > 0 || value.made !== 0 ? isTruthy(value) : undefined
  if (is === true) return yes === undefined ? value : machine.evaluate(yes)
  if (is === false) return machine.evaluate(no)
  const either = yes === undefined ? value : machine.evaluate(yes)
  return join(either, machine.evaluate(no))
}

function unary(machine: Machine, { operator, operand }: Extract<Expression, { kind: 'unary' }>): Value {
  const value = machine.evaluate(operand)
  switch (operator) {
    case '!': {
      const is = isTruthy(value)
      if (is === undefined) return unknown
      return is ? falseValue : trueValue
    }
    case '~':
      if (value.text === undefined || value.taint !== 0) return derived([value])
      return textValue(inverted(value.text), value.made | made.decoded)
    case '-':
      return value.text === undefined || value.taint !== 0 ? unknown : textValue(String(-Number(value.text)))
    case '+':
      return value.text === undefined || value.taint !== 0
        ? unknown
        : textValue(String(Number(value.text) || 0))
    case 'clone':
      return value
    default:
      return unknown
  }
}

function inverted(text: string): string {
  if (/^\d{1,10}$/.test(text)) return String(~Number(text))
  let out = ''
  for (let at = 0; at < text.length; at++) out += String.fromCharCode(~text.charCodeAt(at) & 255)
  return out
}

function castTo(to: string, value: Value): Value {
  switch (to) {
    case 'string':
    case 'binary':
      return asText(value)
    case 'array':
      if (value.items !== undefined) return value
      return arrayValue(new Map([['0', value]]))
    case 'object':
      return value
    case 'int':
    case 'integer':
      return value.text === undefined || value.taint !== 0
        ? unknown
        : textValue(String(Math.trunc(Number(value.text) || 0)))
    case 'unset':
      return emptyText
    default:
      return value.taint === 0 && value.text !== undefined ? value : unknown
  }
}

function step(machine: Machine, expression: Extract<Expression, { kind: 'step' }>): Value {
  const { target, by, isPrefix, at } = expression
  const before = machine.evaluate(target)
  const start = before === unknown || before.taint === origin.unset ? emptyText : before
  const after = incremented(start, by) ?? unknown
  assign(machine, target, after, at)
  return isPrefix ? after : before
}
