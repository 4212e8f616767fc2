// A checked condition back as YARA source, for people and for other implementations. Variables have lost their names
// and are numbered; brackets are written where precedence asks for them.

import { constantOf } from './compile-arithmetic.ts'
import type { NodeOf } from './compiler.ts'
import type { Node, PatternRef, Quantifier, Range, RegexNode, Where } from './node.ts'

export interface Names {
  /** The rule's strings with their dollar sign, in the rule's order. */
  readonly patterns: readonly string[]
  /** The name of a rule by its number in the compiled list. */
  readonly rule?: (index: number) => string
}

export function printCondition(node: Node, names: Names): string {
  return print(node, names, levels.or)
}

/** How tightly the operators bind, loosest first. */
const levels = {
  or: 1,
  and: 2,
  not: 3,
  quantified: 4,
  comparison: 5,
  bitor: 6,
  bitxor: 7,
  bitand: 8,
  shift: 9,
  sum: 10,
  product: 11,
  unary: 12,
  primary: 13,
} as const

interface Printed {
  readonly text: string
  readonly level: number
}

function print(node: Node, names: Names, least: number): string {
  const { text, level } = (printers[node.op] as Print<Node['op']>)(node, names)
  return level < least ? `(${text})` : text
}

type Print<Op extends Node['op']> = (node: NodeOf<Op>, names: Names) => Printed

function primary(text: string): Printed {
  return { text, level: levels.primary }
}

interface BinaryNode {
  readonly left: Node
  readonly right: Node
}

function binary(sign: string, level: number): (node: BinaryNode, names: Names) => Printed {
  // Comparisons do not chain; all others group to the left.
  const left = level === levels.comparison ? level + 1 : level
  return (node, names) => ({
    text: `${print(node.left, names, left)} ${sign} ${print(node.right, names, level + 1)}`,
    level,
  })
}

function listOf(level: number): (node: NodeOf<'and' | 'or'>, names: Names) => Printed {
  return ({ op, items }, names) => ({
    text: items.map((item) => print(item, names, level + 1)).join(` ${op} `),
    level,
  })
}

function prefix(sign: string, level: number): (node: { readonly of: Node }, names: Names) => Printed {
  return (node, names) => ({ text: `${sign}${print(node.of, names, levels.primary)}`, level })
}

const compare = levels.comparison

const printers: { readonly [Op in Node['op']]: Print<Op> } = {
  const: (node) => {
    const text = printConstant(node)
    return { text, level: text.startsWith('-') ? levels.unary : levels.primary }
  },
  filesize: () => primary('filesize'),
  entrypoint: () => primary('entrypoint'),
  external: ({ name }) => primary(name),
  rule: ({ rule }, names) => primary(names.rule?.(rule) ?? `rule_${rule}`),
  pattern: ({ pattern, where }, names) =>
    where === undefined
      ? primary(printRef('$', pattern, names))
      : { text: printRef('$', pattern, names) + printWhere(where, names), level: levels.quantified },
  count: ({ pattern, range }, names) =>
    primary(printRef('#', pattern, names) + (range === undefined ? '' : ` in ${printRange(range, names)}`)),
  offset: ({ pattern, index }, names) =>
    primary(`${printRef('@', pattern, names)}[${printCondition(index, names)}]`),
  length: ({ pattern, index }, names) =>
    primary(`${printRef('!', pattern, names)}[${printCondition(index, names)}]`),
  module: ({ module }) => primary(module),
  field: ({ of, name }, names) => primary(`${print(of, names, levels.primary)}.${name}`),
  element: ({ of, key }, names) =>
    primary(`${print(of, names, levels.primary)}[${printCondition(key, names)}]`),
  call: ({ of, name, args }, names) =>
    primary(
      `${print(of, names, levels.primary)}.${name}(${args.map((arg) => printArgument(arg, names)).join(', ')})`,
    ),
  local: ({ slot }) => primary(slotName(slot)),
  not: prefix('not ', levels.not),
  defined: prefix('defined ', levels.not),
  neg: prefix('-', levels.unary),
  bitnot: prefix('~', levels.unary),
  and: listOf(levels.and),
  or: listOf(levels.or),
  add: binary('+', levels.sum),
  sub: binary('-', levels.sum),
  mul: binary('*', levels.product),
  div: binary('\\', levels.product),
  mod: binary('%', levels.product),
  bitand: binary('&', levels.bitand),
  bitor: binary('|', levels.bitor),
  bitxor: binary('^', levels.bitxor),
  shl: binary('<<', levels.shift),
  shr: binary('>>', levels.shift),
  eq: binary('==', compare),
  ne: binary('!=', compare),
  lt: binary('<', compare),
  le: binary('<=', compare),
  gt: binary('>', compare),
  ge: binary('>=', compare),
  contains: binary('contains', compare),
  icontains: binary('icontains', compare),
  startswith: binary('startswith', compare),
  istartswith: binary('istartswith', compare),
  endswith: binary('endswith', compare),
  iendswith: binary('iendswith', compare),
  iequals: binary('iequals', compare),
  matches: ({ left, regex }, names) => ({
    text: `${print(left, names, compare + 1)} matches ${printRegex(regex)}`,
    level: compare,
  }),
  truth: ({ of }, names) => (printers[of.op] as Print<Node['op']>)(of, names),
  read: ({ bits, signed, bigEndian, offset }, names) =>
    primary(`${signed ? 'int' : 'uint'}${bits}${bigEndian ? 'be' : ''}(${printCondition(offset, names)})`),
  'of-patterns': ({ quantifier, patterns, where }, names) => ({
    text: `${printQuantifier(quantifier, names)} of ${printSet(patterns, names)}${
      where === undefined ? '' : printWhere(where, names)
    }`,
    level: levels.quantified,
  }),
  'of-conditions': ({ quantifier, items }, names) => ({
    text: `${printQuantifier(quantifier, names)} of (${printList(items, names)})`,
    level: levels.quantified,
  }),
  'for-patterns': ({ quantifier, patterns, body }, names) => ({
    text: `for ${printQuantifier(quantifier, names)} of ${printSet(patterns, names)} : (${printCondition(body, names)})`,
    level: levels.quantified,
  }),
  'for-in': (node, names) => ({
    text: `for ${printQuantifier(node.quantifier, names)} ${node.slots.map(slotName).join(', ')} in ${printIterated(
      node,
      names,
    )} : (${printCondition(node.body, names)})`,
    level: levels.quantified,
  }),
  with: ({ bindings, body }, names) => ({
    text: `with ${bindings
      .map(({ slot, value }) => `${slotName(slot)} = ${printCondition(value, names)}`)
      .join(', ')} : (${printCondition(body, names)})`,
    level: levels.quantified,
  }),
}

/** The name that a variable has here. */
export function slotName(slot: number): string {
  return `v${slot}`
}

function printConstant(node: NodeOf<'const'>): string {
  const value = constantOf(node)
  if (typeof value === 'string') return printText(value)
  const text = String(value)
  return node.type === 'float' && /^-?\d+$/.test(text) ? `${text}.0` : text
}

/** A text of bytes as a YARA text. */
export function printText(text: string): string {
  return `"${printBytes(text.replaceAll(/["\\]/g, '\\$&'))}"`
}

// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const unprintable = /[\u0000-\u001f\u007f-\uffff]/g

function printBytes(text: string): string {
  return text.replaceAll(unprintable, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\r') return '\\r'
    if (character === '\t') return '\\t'
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

function printRegex({ source, flags }: RegexNode): string {
  return `/${printBytes(source)}/${flags}`
}

function printArgument(arg: Node | RegexNode, names: Names): string {
  return arg.op === 'regex' ? printRegex(arg) : printCondition(arg, names)
}

/** A pattern's identifier, with one of `$`, `#`, `@`, `!` in front. */
export function printRef(sign: string, ref: PatternRef, names: Names): string {
  return ref === 'current' ? sign : sign + (names.patterns[ref] ?? `$${ref}`).slice(1)
}

function printRange({ low, high }: Range, names: Names): string {
  return `(${printCondition(low, names)}..${printCondition(high, names)})`
}

function printWhere(where: Where, names: Names): string {
  if (where.kind === 'in') return ` in ${printRange(where.range, names)}`
  return ` at ${print(where.offset, names, levels.comparison + 1)}`
}

function printQuantifier(quantifier: Quantifier, names: Names): string {
  if (quantifier.kind !== 'count' && quantifier.kind !== 'percent') return quantifier.kind
  return `${print(quantifier.value, names, levels.primary)}${quantifier.kind === 'percent' ? '%' : ''}`
}

function printSet(patterns: readonly number[], names: Names): string {
  const whole =
    patterns.length === names.patterns.length && patterns.every((pattern, index) => pattern === index)
  return whole ? 'them' : `(${patterns.map((pattern) => printRef('$', pattern, names)).join(', ')})`
}

function printList(items: readonly Node[], names: Names): string {
  return items.map((item) => printCondition(item, names)).join(', ')
}

function printIterated({ over }: NodeOf<'for-in'>, names: Names): string {
  if (over.kind === 'range') return printRange(over.range, names)
  if (over.kind === 'list') return `(${printList(over.items, names)})`
  return print(over.of, names, levels.primary)
}
