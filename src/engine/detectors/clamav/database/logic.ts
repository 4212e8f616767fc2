// Logical expressions over subsignatures: `(0&1)|2`, `0=2`, `(0|1|2)>5,2`. Manual, "Logical signatures"; precedence and the
// exact meaning of counts as clamscan 1.4.6 has them: outside of parentheses an expression is split at its first operator,
// inside of a pair at the last one of that pair; `&` does not bind stronger than `|`.

/** `=n`, `<n`, `>n`, and for groups `,distinct`: at least so many different subsignatures. */
export interface CountCondition {
  readonly symbol: '=' | '<' | '>'
  readonly count: number
  /** 0: does not matter. */
  readonly distinct: number
}

export type Logic =
  | { readonly kind: 'subsignature'; readonly index: number; readonly condition?: CountCondition }
  | {
      readonly kind: 'and' | 'or'
      readonly left: Logic
      readonly right: Logic
      readonly condition?: CountCondition
    }

/** Far above real expressions (400 characters); bounds the depth of the tree. */
const maxLength = 2048
const maxIndex = 63

/** The tree, or what is wrong. */
export function parseLogic(text: string): Logic | string {
  if (text.length > maxLength) return `the logical expression is longer than ${maxLength} characters`
  return parse(text, 0, text.length) ?? 'the logical expression cannot be read'
}

/** The greatest subsignature that is asked for. */
export function greatestIndex(logic: Logic): number {
  if (logic.kind === 'subsignature') return logic.index
  return Math.max(greatestIndex(logic.left), greatestIndex(logic.right))
}

interface Place {
  /** The operator that splits the expression; negative when there is none. */
  at: number
  /** The closing parenthesis, when the operator is within the expression's own pair. */
  close: number
  condition: CountCondition | undefined
}

function parse(text: string, start: number, end: number): Logic | undefined {
  const place = findOperator(text, start, end)
  if (place === undefined) return undefined
  if (place.at < 0) {
    if (text[start] === '(') return end - start > 1 ? parse(text, start + 1, end - 1) : undefined
    return parseLeaf(text, start, end)
  }
  const inPair = place.close >= 0
  const left = parse(text, inPair ? start + 1 : start, place.at)
  const right = parse(text, place.at + 1, inPair ? place.close : end)
  if (place.at === start || left === undefined || right === undefined) return undefined
  const kind = text[place.at] === '&' ? 'and' : 'or'
  return { kind, left, right, ...(place.condition && { condition: place.condition }) }
}

/** Undefined when the parentheses do not fit. */
function findOperator(text: string, start: number, end: number): Place | undefined {
  const place: Place = { at: -1, close: -1, condition: undefined }
  let depth = 0
  let inner = -1
  for (let at = start; at < end; at++) {
    const character = text[at]
    if (character === '(') depth++
    else if (character === ')' && --depth < 0) return undefined
    else if (character === '&' || character === '|') {
      if (depth === 0) return { at, close: -1, condition: undefined }
      if (depth === 1) inner = at
    }
    if (inner < 0 || depth > 0) continue
    place.at = inner
    place.close = at
    place.condition = undefined
    if (!isSymbol(text[at + 1]) || at + 1 >= end) continue
    const condition = readCondition(text, at + 1)
    if (condition === undefined) return undefined
    for (at += 2; at + 1 < end && /[0-9,]/.test(text[at + 1]!); at++);
    if (at + 1 < end) continue
    place.condition = condition
  }
  return depth === 0 ? place : undefined
}

function isSymbol(character: string | undefined): character is CountCondition['symbol'] {
  return character === '=' || character === '<' || character === '>'
}

const number = / *([0-9]{1,9})(?:,([0-9]{1,9}))?/y

/** The condition whose symbol stands at `at`. */
function readCondition(text: string, at: number): CountCondition | undefined {
  const symbol = text[at]
  number.lastIndex = at + 1
  const match = isSymbol(symbol) ? number.exec(text) : null
  if (match === null || !isSymbol(symbol)) return undefined
  return { symbol, count: Number(match[1]), distinct: Number(match[2] ?? 0) }
}

/** One number, with what follows it left out but for a condition. */
function parseLeaf(text: string, start: number, end: number): Logic | undefined {
  const leaf = text.slice(start, end)
  const digits = /^ *([0-9]{1,9})/.exec(leaf)
  if (digits === null || Number(digits[1]) > maxIndex) return undefined
  const index = Number(digits[1])
  const symbol = Math.max(leaf.lastIndexOf('='), leaf.lastIndexOf('<'), leaf.lastIndexOf('>'))
  if (symbol < 0) return { kind: 'subsignature', index }
  const condition = readCondition(leaf, symbol)
  return condition && { kind: 'subsignature', index, condition: { ...condition, distinct: 0 } }
}

/** Whether the expression holds; `count` gives how often a subsignature matched. */
export function evaluateLogic(logic: Logic, count: (index: number) => number): boolean {
  return evaluate(logic, count).holds
}

interface Outcome {
  readonly holds: boolean
  /** Matches and subsignatures that count for a condition around this expression. */
  readonly matches: number
  readonly seen: ReadonlySet<number>
}

const none: ReadonlySet<number> = new Set()
const fails: Outcome = { holds: false, matches: 0, seen: none }

function evaluate(logic: Logic, count: (index: number) => number): Outcome {
  const { condition } = logic
  if (logic.kind === 'subsignature') {
    const matches = count(logic.index)
    const holds = condition === undefined ? matches > 0 : isMet(condition, matches)
    return holds ? { holds, matches, seen: new Set([logic.index]) } : fails
  }
  const left = evaluate(logic.left, count)
  const right = evaluate(logic.right, count)
  const holds = logic.kind === 'and' ? left.holds && right.holds : left.holds || right.holds
  const matches = holds ? left.matches + right.matches : 0
  const seen = holds ? left.seen.union(right.seen) : none
  if (condition === undefined) return { holds, matches, seen }
  // A group with a condition hands on how often it matched, but not which subsignatures did.
  return isMet(condition, matches) && seen.size >= condition.distinct
    ? { holds: true, matches, seen: none }
    : fails
}

function isMet({ symbol, count }: CountCondition, matches: number): boolean {
  if (symbol === '=') return matches === count
  return symbol === '<' ? matches < count : matches > count
}
