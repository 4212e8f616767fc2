// Names and what can be reached from them: variables, rules, modules with their fields and functions, and the functions
// that read integers from the file.

import type { Node, RegexNode } from '../condition/node.ts'
import type { FunctionType, StructType } from '../modules/module.ts'
import { type Checking, integer, integerFrom, wrongType } from './checking.ts'
import { fail } from './fault.ts'
import { suggestion } from './near-name.ts'
import type { CallExpression, ElementExpression, FieldExpression, NameExpression, Span } from './syntax.ts'
import { constant, isScalar, nameOfType, type Typed, type TypedNode } from './typed.ts'

type Read = Extract<Node, { op: 'read' }>
type Reader = Pick<Read, 'bits' | 'signed' | 'bigEndian'>

const readers: ReadonlyMap<string, Reader> = new Map(
  ([8, 16, 32] as const).flatMap((bits) =>
    [true, false].flatMap((signed) =>
      [true, false].map((bigEndian): [string, Reader] => [
        `${signed ? 'int' : 'uint'}${bits}${bigEndian ? 'be' : ''}`,
        { bits, signed, bigEndian },
      ]),
    ),
  ),
)

/** Whether a rule cannot have this name because a function has it. */
export function isReader(name: string): boolean {
  return readers.has(name)
}

export function checkName(checking: Checking, { name, start, end }: NameExpression): Typed {
  const { scope } = checking
  const variable = scope.variable(name)
  if (variable !== undefined) return variable
  const { namespace, externals } = scope.surroundings
  const rule = namespace.rules.get(name)
  if (rule !== undefined) {
    if (rule.number !== undefined) return { node: { op: 'rule', rule: rule.number }, type: 'bool' }
    const message = `the rule \`${name}\` of line ${rule.line} has an error, so this one cannot be used either`
    fail('rejected-rule', message, { start, end })
  }
  const module = namespace.modules.get(name)
  if (module !== undefined) {
    scope.modules.add(name)
    return { node: { op: 'module', module: name }, type: module }
  }
  const external = Object.hasOwn(externals, name) ? externals[name] : undefined
  if (external !== undefined) return { node: { op: 'external', name, type: external }, type: external }
  return unknownName(checking, name, { start, end })
}

function unknownName(checking: Checking, name: string, place: Span): never {
  const { scope } = checking
  const { namespace, modules } = scope.surroundings
  if (namespace.missing.has(name)) {
    fail('unknown-module', `the rule needs the module \`${name}\`, which does not exist here`, place)
  }
  if (modules.has(name)) {
    fail(
      'unknown-name',
      `the module \`${name}\` is not imported: write \`import "${name}"\` before the rule`,
      place,
    )
  }
  if (readers.has(name))
    fail('wrong-type', `\`${name}\` is a function: it must be called with an offset`, place)
  const near = suggestion(name, [...scope.names(), ...readers.keys()])
  fail('unknown-name', `there is no \`${name}\`${near}`, place)
}

export function checkField(checking: Checking, expression: FieldExpression): Typed {
  const { name } = expression
  const { node, type } = checking.value(expression.of)
  if (typeof type !== 'object' || type.kind !== 'struct' || node.op === 'regex') {
    return wrongType('a structure', type, expression.of)
  }
  const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined
  if (field === undefined) return unknownField(type, expression)
  if (typeof field === 'object' && field.kind === 'constant') return constant(field.type, field.value)
  return { node: { op: 'field', of: node, name }, type: field }
}

function unknownField({ fields }: StructType, { name, nameStart, end }: FieldExpression): never {
  const near = suggestion(name, Object.keys(fields))
  fail('unknown-field', `there is no field or function \`${name}\`${near}`, { start: nameStart, end })
}

export function checkElement(checking: Checking, expression: ElementExpression): TypedNode {
  const { node: of, type } = checking.value(expression.of)
  if (typeof type !== 'object' || of.op === 'regex')
    return wrongType('an array or a map', type, expression.of)
  if (type.kind === 'array') {
    const key = integerFrom(checking, expression.key, 0)
    return { node: { op: 'element', of, key }, type: type.item }
  }
  if (type.kind !== 'map') return wrongType('an array or a map', type, expression.of)
  const key = checking.value(expression.key)
  if (key.type !== type.key || key.node.op === 'regex') {
    return wrongType(`${nameOfType(type.key)} like all keys of this map`, key.type, expression.key)
  }
  return { node: { op: 'element', of, key: key.node }, type: type.value }
}

export function checkCall(checking: Checking, expression: CallExpression): TypedNode {
  const reader = readerOf(checking, expression)
  if (reader !== undefined) return reader
  const { node, type } = checking.value(expression.callee)
  if (typeof type !== 'object' || type.kind !== 'function' || node.op !== 'field') {
    return wrongType('a function', type, expression.callee)
  }
  const args = expression.args.map((arg) => checking.value(arg))
  const overload = overloadOf(type, args)
  if (overload < 0) {
    fail('wrong-arguments', messageOfArguments(node.name, type, args), {
      start: expression.argsStart,
      end: expression.end,
    })
  }
  const values: (Node | RegexNode)[] = args.map((arg) => arg.node)
  return {
    node: { op: 'call', of: node.of, name: node.name, overload, args: values },
    type: type.overloads[overload]!.returns,
  }
}

/** `uint16be(offset)`, unless a variable or a rule has that name. */
function readerOf(
  checking: Checking,
  { callee, args, argsStart, end }: CallExpression,
): TypedNode | undefined {
  const reader = callee.kind === 'name' ? readers.get(callee.name) : undefined
  if (reader === undefined || callee.kind !== 'name') return undefined
  if (checking.scope.variable(callee.name) !== undefined) return undefined
  const [offset] = args
  if (offset === undefined || args.length > 1) {
    fail('wrong-arguments', `\`${callee.name}\` takes one offset`, { start: argsStart, end })
  }
  return { node: { op: 'read', ...reader, offset: integer(checking, offset) }, type: 'int' }
}

function overloadOf({ overloads }: FunctionType, args: readonly Typed[]): number {
  return overloads.findIndex(
    (overload) =>
      overload.args.length === args.length &&
      overload.args.every((type, index) => type === args[index]?.type),
  )
}

function messageOfArguments(name: string, { overloads }: FunctionType, args: readonly Typed[]): string {
  const accepted = overloads.map((overload) => `${name}(${overload.args.join(', ')})`).join(', ')
  const given = args.map(({ type }) => (isScalar(type) || type === 'regex' ? type : type.kind)).join(', ')
  return `no form of the function takes (${given}); there is ${accepted}`
}
