// Computing PHP's own functions and operators where all they need is known.

import { decoders, folds, integer } from './fold-scalars.ts'
import { arrayValue, falseValue, made, textValue, trueValue, type Value } from './value.ts'

const maxItems = 100_000
/** Lists that grow by merging are copied at every step. */
const maxMerged = 500

/** The result of a call of PHP's function `name`, where it can be computed. */
export function foldCall(name: string, args: readonly Value[]): Value | undefined {
  const overArrays = arrayFolds[name]
  const known = overArrays?.(args)
  if (known !== undefined) return known
  const fold = Object.hasOwn(folds, name) ? folds[name] : undefined
  if (fold === undefined || args.length === 0) return undefined
  const texts: string[] = []
  let how = 0
  for (const arg of args) {
    if (arg.text === undefined || arg.taint !== 0) return undefined
    how |= arg.made
    texts.push(arg.text)
  }
  const text = fold(...texts)
  if (text === undefined) return undefined
  return textValue(text, how | (Object.hasOwn(decoders, name) ? made.decoded : made.pieces))
}

type ArrayFold = (args: readonly Value[]) => Value | undefined

const arrayFolds: Readonly<Record<string, ArrayFold>> = {
  implode: joined,
  join: joined,
  explode: ([separator, value]) => {
    if (
      separator?.text === undefined ||
      separator.text === '' ||
      value?.text === undefined ||
      value.taint !== 0
    )
      return undefined
    return listOf(value.text.split(separator.text), value.made)
  },
  str_split: ([value, size]) => {
    if (value?.text === undefined || value.taint !== 0) return undefined
    const width = Math.max(1, integer(size?.text ?? '1'))
    const { text } = value
    if (text.length / width > maxItems) return undefined
    return listOf(
      Array.from({ length: Math.ceil(text.length / width) }, (_, at) =>
        text.slice(at * width, (at + 1) * width),
      ),
      value.made,
    )
  },
  array_reverse: ([list]) =>
    list?.items === undefined ? undefined : listed([...list.items.values()].toReversed()),
  array_values: ([list]) => (list?.items === undefined ? undefined : listed([...list.items.values()])),
  array_keys: ([list]) => (list?.items === undefined ? undefined : listOf([...list.items.keys()], 0)),
  array_flip: ([list]) => {
    if (list?.items === undefined) return undefined
    return arrayValue(new Map([...list.items].map(([key, value]) => [value.text ?? '', textValue(key)])))
  },
  array_merge: (lists) => {
    let size = 0
    for (const list of lists) size += list.items?.size ?? maxMerged + 1
    if (size > maxMerged) return undefined
    const all = new Map<string, Value>()
    let next = 0
    for (const list of lists)
      for (const [key, value] of list.items!) all.set(/^\d+$/.test(key) ? String(next++) : key, value)
    return arrayValue(all)
  },
  array_slice: ([list, from, count]) => {
    if (list?.items === undefined || from?.text === undefined) return undefined
    const start = integer(from.text)
    const values = [...list.items.values()].slice(start)
    return listed(count?.text === undefined ? values : values.slice(0, integer(count.text)))
  },
  range: ([from, to]) => {
    if (from?.text === undefined || to?.text === undefined) return undefined
    return rangeOf(from.text, to.text)
  },
  count: ([list]) => (list?.items === undefined ? undefined : textValue(String(list.items.size))),
  sizeof: ([list]) => (list?.items === undefined ? undefined : textValue(String(list.items.size))),
  current: ([list]) => firstOf(list),
  reset: ([list]) => firstOf(list),
  pos: ([list]) => firstOf(list),
  array_shift: ([list]) => {
    const value = firstOf(list)
    if (value !== undefined) for (const key of list!.items!.keys()) return (list!.items!.delete(key), value)
    return undefined
  },
  end: ([list]) => (list?.items === undefined ? undefined : [...list.items.values()].at(-1)),
  array_pop: ([list]) => {
    const last = list?.items === undefined ? undefined : [...list.items.entries()].at(-1)
    if (last !== undefined) list!.items!.delete(last[0])
    return last?.[1]
  },
  key: ([list]) => {
    if (list?.items === undefined) return undefined
    for (const key of list.items.keys()) return textValue(key)
    return undefined
  },
  array_diff: ([list, ...others]) => {
    if (list?.items === undefined || others.some((other) => other.items === undefined)) return undefined
    const drop = new Set(others.flatMap((other) => [...other.items!.values()].map((value) => value.text)))
    return arrayValue(new Map([...list.items].filter(([, value]) => !drop.has(value.text))))
  },
  str_replace: replaced,
  str_ireplace: replaced,
  strtr: ([value, table]) => {
    if (value?.text === undefined || table?.items === undefined || value.taint !== 0) return undefined
    return textValue(translated(value.text, table.items), value.made | made.decoded)
  },
  vsprintf: ([format, list]) => {
    if (format === undefined || list?.items === undefined) return undefined
    return foldCall('sprintf', [format, ...list.items.values()])
  },
}

function joined([one, other]: readonly Value[]): Value | undefined {
  const list = one?.items === undefined ? other?.items : one.items
  const separator = one?.items === undefined ? one?.text : (other?.text ?? '')
  if (list === undefined || separator === undefined) return undefined
  let how = list.size > 1 ? made.pieces : 0
  const texts: string[] = []
  for (const item of list.values()) {
    if (item.text === undefined || item.taint !== 0) return undefined
    how |= item.made
    texts.push(item.text)
  }
  return textValue(texts.join(separator), how)
}

function listOf(texts: readonly string[], how: number): Value | undefined {
  return texts.length > maxItems ? undefined : listed(texts.map((text) => textValue(text, how)))
}

export function listed(values: readonly Value[]): Value {
  return arrayValue(new Map(values.map((value, at) => [String(at), value])))
}

function firstOf(list: Value | undefined): Value | undefined {
  if (list?.items === undefined) return undefined
  for (const value of list.items.values()) return value
  return undefined
}

function rangeOf(from: string, to: string): Value | undefined {
  const isNumeric = /^-?\d+$/.test(from) && /^-?\d+$/.test(to)
  const start = isNumeric ? Number(from) : from.charCodeAt(0)
  const end = isNumeric ? Number(to) : to.charCodeAt(0)
  const length = Math.abs(end - start) + 1
  if (!Number.isFinite(length) || length > 10_000) return undefined
  const step = end < start ? -1 : 1
  return listOf(
    Array.from({ length }, (_, at) =>
      isNumeric ? String(start + at * step) : String.fromCharCode(start + at * step),
    ),
    0,
  )
}

function textsOf(value: Value | undefined): string[] | undefined {
  if (value === undefined) return undefined
  if (value.items === undefined) return value.text === undefined ? undefined : [value.text]
  const texts = [...value.items.values()].map((item) => item.text)
  return texts.every((text) => text !== undefined) ? texts : undefined
}

function replaced([search, replacement, subject]: readonly Value[]): Value | undefined {
  const from = textsOf(search)
  const to = textsOf(replacement)
  if (from === undefined || to === undefined || subject?.text === undefined || subject.taint !== 0)
    return undefined
  let { text } = subject
  for (const [at, part] of from.entries()) {
    if (part === '') continue
    text = text.replaceAll(part, () => (replacement!.items === undefined ? to[0]! : (to[at] ?? '')))
    if (text.length > 4 * 1024 * 1024) return undefined
  }
  return textValue(text, subject.made | search!.made | replacement!.made | made.decoded)
}

function translated(text: string, table: ReadonlyMap<string, Value>): string {
  const longest = Math.min(64, Math.max(1, ...[...table.keys()].map((key) => key.length)))
  let out = ''
  for (let at = 0; at < text.length;) {
    let length = longest
    while (length > 0 && !table.has(text.slice(at, at + length))) length--
    out += length === 0 ? text[at] : (table.get(text.slice(at, at + length))!.text ?? '')
    at += Math.max(1, length)
  }
  return out
}

/** The bytes of two texts combined; `|` goes on to the end of the longer one. */
function bitwise(operator: string, left: string, right: string): string {
  const longer = left.length >= right.length ? left : right
  const length = Math.min(left.length, right.length)
  let out = ''
  for (let at = 0; at < length; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (operator === '^') out += String.fromCharCode(a ^ b)
    else out += String.fromCharCode(operator === '|' ? a | b : a & b)
  }
  return operator === '|' ? out + longer.slice(length) : out
}

const isNumber = (text: string): boolean => /^\s*-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text)

/** A binary operator on known texts; both numbers or both not, as PHP decides. */
export function foldBinary(operator: string, left: Value, right: Value): Value | undefined {
  const [a, b] = [left.text, right.text]
  if (a === undefined || b === undefined) return undefined
  const how = left.made | right.made
  if (operator === '^' || operator === '|' || operator === '&') {
    const areNumbers = isNumber(a) && isNumber(b) && (how === 0 || a.length > 1 || b.length > 1)
    return areNumbers
      ? numeric(operator, a, b, how)
      : textValue(bitwise(operator, a, b), how | made.decoded | made.bits)
  }
  const is = compared(operator, a, b)
  if (is === undefined) return numeric(operator, a, b, how)
  return is ? trueValue : falseValue
}

/** The result of a comparison; undefined for other operators. */
function compared(operator: string, a: string, b: string): boolean | undefined {
  const areNumbers = isNumber(a) && isNumber(b)
  const order = areNumbers ? Number(a) - Number(b) : Number(a > b) - Number(a < b)
  switch (operator) {
    case '==':
      return order === 0
    case '!=':
    case '<>':
      return order !== 0
    case '===':
      return a === b
    case '!==':
      return a !== b
    case '<':
      return order < 0
    case '>':
      return order > 0
    case '<=':
      return order <= 0
    case '>=':
      return order >= 0
    default:
      return undefined
  }
}

function numeric(operator: string, a: string, b: string, how: number): Value | undefined {
  const [x, y] = [Number(a) || Number.parseFloat(a) || 0, Number(b) || Number.parseFloat(b) || 0]
  const result = calculated(operator, x, y)
  return result === undefined || Number.isNaN(result) ? undefined : textValue(String(result), how)
}

function calculated(operator: string, x: number, y: number): number | undefined {
  switch (operator) {
    case '+':
      return x + y
    case '-':
      return x - y
    case '*':
      return x * y
    case '/':
      return y === 0 ? undefined : x / y
    case '%':
      return Math.trunc(y) === 0 ? undefined : Math.trunc(x) % Math.trunc(y)
    case '**':
      return x ** y
    case '<<':
      return Math.trunc(x) * 2 ** Math.trunc(y)
    case '>>':
      return Math.floor(x / 2 ** Math.trunc(y))
    case '&':
      return Number(BigInt(Math.trunc(x)) & BigInt(Math.trunc(y)))
    case '|':
      return Number(BigInt(Math.trunc(x)) | BigInt(Math.trunc(y)))
    case '^':
      return Number(BigInt(Math.trunc(x)) ^ BigInt(Math.trunc(y)))
    default:
      return undefined
  }
}

/** `$x++` on a text counts in letters: `a` → `b`, `Az` → `Ba`. */
export function incremented(value: Value, by: 1 | -1): Value | undefined {
  const { text } = value
  if (text === undefined) return undefined
  if (isNumber(text)) return textValue(String(Number(text) + by), value.made)
  if (text === '' || by < 0) return textValue(text === '' ? String(by) : text, value.made)
  if (!/^[a-zA-Z0-9]{1,100}$/.test(text)) return undefined
  return textValue(nextName(text), value.made | made.decoded)
}

function nextName(text: string): string {
  const letters = text.split('')
  for (let at = letters.length - 1; at >= 0; at--) {
    const letter = letters[at]!
    if (letter !== 'z' && letter !== 'Z' && letter !== '9') {
      letters[at] = String.fromCharCode(letter.charCodeAt(0) + 1)
      return letters.join('')
    }
    const smallest = smallestLike(letter)
    letters[at] = smallest
    if (at === 0) letters.unshift(smallest === '0' ? '1' : smallest)
  }
  return letters.join('')
}

function smallestLike(letter: string): string {
  if (letter === '9') return '0'
  return letter === 'z' ? 'a' : 'A'
}

export function isTruthy(value: Value): boolean | undefined {
  if (value.taint !== 0) return undefined
  if (value.text !== undefined) return value.text !== '' && value.text !== '0'
  return value.items === undefined ? undefined : value.items.size > 0
}
