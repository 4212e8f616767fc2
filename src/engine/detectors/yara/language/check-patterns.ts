// What a condition says of patterns: matches, counts, places, and `of` over them, over rules and over conditions.

import type { Node, PatternRef, Quantifier, Where } from '../condition/node.ts'
import { type Checking, integer, integerFrom, range, where } from './checking.ts'
import { fail } from './fault.ts'
import { suggestion } from './near-name.ts'
import type { RuleScope } from './scope.ts'
import type {
  ConditionListSyntax,
  CountExpression,
  ForOfExpression,
  OfExpression,
  PatternExpression,
  PatternSetSyntax,
  PlaceExpression,
  QuantifierSyntax,
  RulePrefix,
  SetItem,
  Span,
} from './syntax.ts'
import { constant, constantInt, type TypedNode } from './typed.ts'

export function checkPattern(checking: Checking, expression: PatternExpression): TypedNode {
  const pattern = refer(checking.scope, expression.name, expression)
  const node: Node = { op: 'pattern', pattern }
  if (expression.where === undefined) return { node, type: 'bool' }
  return { node: { ...node, where: where(checking, expression.where) }, type: 'bool' }
}

export function checkCount(checking: Checking, expression: CountExpression): TypedNode {
  const node: Node = { op: 'count', pattern: refer(checking.scope, expression.name, expression) }
  if (expression.range === undefined) return { node, type: 'int' }
  return { node: { ...node, range: range(checking, expression.range) }, type: 'int' }
}

export function checkPlace(
  checking: Checking,
  { kind, name, index, start, end }: PlaceExpression,
): TypedNode {
  const pattern = refer(checking.scope, name, { start, end })
  const number = index === undefined ? constant('int', 1).node : integerFrom(checking, index, 1)
  return { node: { op: kind, pattern, index: number }, type: 'int' }
}

function refer(scope: RuleScope, name: string, place: Span): PatternRef {
  if (name === '$') {
    if (scope.forOfDepth > 0) return 'current'
    fail('no-pattern-at-hand', 'without a name this can only stand inside `for … of`', place)
  }
  const number = scope.patternNumber(name)
  if (number === undefined) {
    const near = suggestion(name, scope.patterns)
    fail('unknown-string', `the rule has no string \`${name}\`${near}`, place)
  }
  scope.usedPatterns[number] = 1
  return number
}

/** The numbers of the patterns in a set, in order. */
function patternsOf(scope: RuleScope, set: PatternSetSyntax): number[] {
  const { items } = set
  if (items === undefined) {
    if (scope.patterns.length === 0) fail('empty-set', 'the rule has no strings', set)
    scope.usedPatterns.fill(1)
    return [...scope.patterns.keys()]
  }
  const chosen = new Set<number>()
  for (const item of items) choose(scope, item, chosen)
  const numbers = [...chosen].toSorted((a, b) => a - b)
  for (const number of numbers) scope.usedPatterns[number] = 1
  return numbers
}

function choose(scope: RuleScope, item: SetItem, chosen: Set<number>): void {
  const single = item.isPrefix ? undefined : scope.patternNumber(item.name)
  if (single !== undefined) {
    chosen.add(single)
    return
  }
  let isEmpty = true
  for (const [number, name] of scope.patterns.entries()) {
    if (item.isPrefix ? !name.startsWith(item.name) : name !== item.name) continue
    isEmpty = false
    chosen.add(number)
  }
  if (!isEmpty) return
  const near = item.isPrefix ? '' : suggestion(item.name, scope.patterns)
  const written = item.isPrefix ? `${item.name}*` : item.name
  fail('empty-set', `the rule has no string \`${written}\`${near}`, item)
}

export function checkQuantifier(checking: Checking, syntax: QuantifierSyntax): Quantifier {
  if (syntax.kind === 'count') return { kind: 'count', value: integerFrom(checking, syntax.value, 0) }
  if (syntax.kind !== 'percent') return { kind: syntax.kind }
  const value = integer(checking, syntax.value)
  const known = constantInt(value)
  if (known !== undefined && (known < 0n || known > 100n)) {
    fail('number-out-of-range', `${known} is no percentage: it must be 0–100`, syntax.value)
  }
  return { kind: 'percent', value }
}

export function checkOf(checking: Checking, expression: OfExpression): TypedNode {
  const { set } = expression
  const quantifier = checkQuantifier(checking, expression.quantifier)
  if (set.kind === 'conditions') {
    const items = conditionsOf(checking, set)
    warnOfCount(checking, expression, { quantifier, count: items.length })
    return { node: { op: 'of-conditions', quantifier, items }, type: 'bool' }
  }
  const patterns = patternsOf(checking.scope, set)
  warnOfCount(checking, expression, { quantifier, count: patterns.length })
  const node: Node = { op: 'of-patterns', quantifier, patterns }
  if (expression.where === undefined) return { node, type: 'bool' }
  const place: Where = where(checking, expression.where)
  const needed = neededOf(quantifier, patterns.length)
  if (place.kind === 'at' && needed !== undefined && needed >= 2) {
    checking.warn('rarely-true', `${needed} strings would have to be at one and the same place`, expression)
  }
  return { node: { ...node, where: place }, type: 'bool' }
}

function neededOf(quantifier: Quantifier, count: number): number | undefined {
  if (quantifier.kind === 'all') return count
  if (quantifier.kind !== 'count' && quantifier.kind !== 'percent') return undefined
  const known = constantInt(quantifier.value)
  if (known === undefined) return undefined
  return quantifier.kind === 'count' ? Number(known) : (count * Number(known)) / 100
}

function warnOfCount(
  checking: Checking,
  place: Span,
  { quantifier, count }: { quantifier: Quantifier; count: number },
): void {
  if (quantifier.kind !== 'count') return
  const known = constantInt(quantifier.value)
  if (known === 0n) checking.warn('ambiguous-zero', '`0 of` is true always or never: say `none of`', place)
  if (known !== undefined && known > count) {
    checking.warn('never-true', `${known} are asked for, but there are only ${count}`, place)
  }
}

function conditionsOf(checking: Checking, { items }: ConditionListSyntax): Node[] {
  const nodes: Node[] = []
  for (const item of items) {
    if (item.kind === 'rule-prefix') nodes.push(...rulesOf(checking.scope, item))
    else nodes.push(checking.condition(item))
  }
  return nodes
}

/** The rules declared so far whose names begin so. */
function rulesOf(scope: RuleScope, { prefix, start, end }: RulePrefix): Node[] {
  const { namespace } = scope.surroundings
  const nodes: Node[] = []
  for (const [name, { number, line }] of namespace.rules) {
    if (!name.startsWith(prefix)) continue
    if (number === undefined) {
      fail(
        'rejected-rule',
        `\`${prefix}*\` includes the rule \`${name}\` of line ${line}, which has an error`,
        {
          start,
          end,
        },
      )
    }
    nodes.push({ op: 'rule', rule: number })
  }
  if (nodes.length === 0)
    fail('empty-set', `no rule before this one is called \`${prefix}…\``, { start, end })
  if (!namespace.prefixes.includes(prefix)) namespace.prefixes.push(prefix)
  return nodes
}

export function checkForOf(checking: Checking, expression: ForOfExpression): TypedNode {
  const { scope } = checking
  const quantifier = checkQuantifier(checking, expression.quantifier)
  const patterns = patternsOf(scope, expression.set)
  scope.forOfDepth++
  const body = checking.condition(expression.body)
  scope.forOfDepth--
  return { node: { op: 'for-patterns', quantifier, patterns, body }, type: 'bool' }
}
