// The kinds of tokens of the YARA language and what the expression parser must know about each operator.
// Precedence as in YARA 4.5 and YARA-X: or, and, equality and text operators, order, |, ^, &, shifts, sums, products.

import type { BinaryOperator } from './syntax.ts'

export const token = {
  end: 0,
  /** Something that is no token; the lexer says in `fault` what is wrong with it. */
  bad: 1,
  name: 2,
  patternName: 3,
  patternCount: 4,
  patternOffset: 5,
  patternLength: 6,
  text: 7,
  regex: 8,
  int: 9,
  float: 10,
  openBrace: 11,
  closeBrace: 12,
  openParen: 13,
  closeParen: 14,
  openBracket: 15,
  closeBracket: 16,
  colon: 17,
  comma: 18,
  dot: 19,
  assign: 20,
  tilde: 21,
  plus: 22,
  minus: 23,
  star: 24,
  backslash: 25,
  percent: 26,
  ampersand: 27,
  pipe: 28,
  caret: 29,
  shiftLeft: 30,
  shiftRight: 31,
  equal: 32,
  notEqual: 33,
  less: 34,
  lessEqual: 35,
  greater: 36,
  greaterEqual: 37,
  contains: 38,
  icontains: 39,
  startswith: 40,
  istartswith: 41,
  endswith: 42,
  iendswith: 43,
  iequals: 44,
  matches: 45,
  all: 46,
  and: 47,
  any: 48,
  ascii: 49,
  at: 50,
  base64: 51,
  base64wide: 52,
  condition: 53,
  defined: 54,
  entrypoint: 55,
  false: 56,
  filesize: 57,
  for: 58,
  fullword: 59,
  global: 60,
  import: 61,
  in: 62,
  include: 63,
  meta: 64,
  nocase: 65,
  none: 66,
  not: 67,
  of: 68,
  or: 69,
  private: 70,
  rule: 71,
  strings: 72,
  them: 73,
  true: 74,
  wide: 75,
  with: 76,
  xor: 77,
} as const

export type TokenKind = (typeof token)[keyof typeof token]

const firstKeyword = token.contains

export const keywords: ReadonlyMap<string, TokenKind> = new Map(
  Object.entries(token).filter(([, kind]) => kind >= firstKeyword),
)

interface Operator {
  readonly kind: TokenKind
  readonly name: BinaryOperator
  readonly power: number
}

/** Every comparison binds weaker than this, every arithmetic operator stronger. */
export const comparisonPower = 4

const equality = 3
const order = 4

const operators: readonly Operator[] = [
  { kind: token.equal, name: 'eq', power: equality },
  { kind: token.notEqual, name: 'ne', power: equality },
  { kind: token.contains, name: 'contains', power: equality },
  { kind: token.icontains, name: 'icontains', power: equality },
  { kind: token.startswith, name: 'startswith', power: equality },
  { kind: token.istartswith, name: 'istartswith', power: equality },
  { kind: token.endswith, name: 'endswith', power: equality },
  { kind: token.iendswith, name: 'iendswith', power: equality },
  { kind: token.iequals, name: 'iequals', power: equality },
  { kind: token.matches, name: 'matches', power: equality },
  { kind: token.less, name: 'lt', power: order },
  { kind: token.lessEqual, name: 'le', power: order },
  { kind: token.greater, name: 'gt', power: order },
  { kind: token.greaterEqual, name: 'ge', power: order },
  { kind: token.pipe, name: 'bitor', power: 5 },
  { kind: token.caret, name: 'bitxor', power: 6 },
  { kind: token.ampersand, name: 'bitand', power: 7 },
  { kind: token.shiftLeft, name: 'shl', power: 8 },
  { kind: token.shiftRight, name: 'shr', power: 8 },
  { kind: token.plus, name: 'add', power: 9 },
  { kind: token.minus, name: 'sub', power: 9 },
  { kind: token.star, name: 'mul', power: 10 },
  { kind: token.backslash, name: 'div', power: 10 },
  { kind: token.percent, name: 'mod', power: 10 },
]

/** How strongly a token binds as an operator; 0: it is none. */
export const binaryPower = new Uint8Array(Object.keys(token).length)
const binaryNames = new Map<number, BinaryOperator>()
for (const { kind, name, power } of operators) {
  binaryPower[kind] = power
  binaryNames.set(kind, name)
}

export function binaryName(kind: TokenKind): BinaryOperator {
  return binaryNames.get(kind) ?? 'eq'
}
