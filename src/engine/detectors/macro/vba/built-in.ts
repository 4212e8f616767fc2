// Functions of Visual Basic whose result follows from constant arguments: those that hide strings.

import {
  changedText,
  isWhole,
  joined,
  numberValue,
  shownText,
  textValue,
  unknown,
  type Value,
} from './value.ts'

type BuiltIn = (...args: readonly (Value | undefined)[]) => Value

const number = (value: Value | undefined): number | undefined => {
  if (value?.kind === 'number') return value.number
  if (value?.kind !== 'text' || !value.isWhole || value.text.trim() === '') return undefined
  const parsed = Number(value.text.trim().replace(/^&h/i, '0x').replace(/^&o/i, '0o'))
  return Number.isNaN(parsed) ? undefined : parsed
}

/** Applies `change` to a text, whole or not. */
function onText(change: (text: string) => string): BuiltIn {
  return (value) => (value?.kind === 'text' ? changedText(value, change(value.text)) : unknown)
}

function character(value: Value | undefined): Value {
  const code = number(value)
  return code === undefined ? unknown : textValue(String.fromCharCode(Math.round(code) & 0xffff))
}

function toNumber(value: Value | undefined): Value {
  const parsed = number(value)
  return parsed === undefined ? unknown : numberValue(parsed)
}

function repeated(count: Value | undefined, text: string): Value {
  const times = number(count) ?? -1
  return times >= 0 && times <= 10_000 ? textValue(text.repeat(times)) : unknown
}

function part(value: Value | undefined, from: number | undefined, count: number | undefined): Value {
  if (value?.kind !== 'text' || from === undefined || from < 0) return unknown
  const end = count === undefined ? undefined : from + Math.max(0, count)
  return changedText(value, value.text.slice(from, end))
}

function replaced(...[text, find, put]: readonly (Value | undefined)[]): Value {
  const what = shownText(find)
  if (text?.kind !== 'text' || what === '' || !isWhole(find)) return text ?? unknown
  return changedText(
    text,
    text.text.replaceAll(what, () => shownText(put)),
  )
}

function joinedList(list: Value | undefined, separator: Value | undefined): Value {
  if (list?.kind !== 'list') return unknown
  const between = separator === undefined ? ' ' : shownText(separator)
  let result: Value = textValue('')
  for (const [index, item] of list.items.entries()) {
    if (index > 0) result = joined(result, textValue(between))
    result = joined(result, item)
  }
  return result
}

const maxItems = 50_000

function splitList(text: Value | undefined, separator: Value | undefined): Value {
  if (text?.kind !== 'text') return unknown
  const between = separator === undefined ? ' ' : shownText(separator)
  const items = text.text.split(between === '' ? '\0' : between, maxItems)
  return { kind: 'list', items: items.map((item) => changedText(text, item)) }
}

const reversed = onText((text) => Array.from(text).toReversed().join(''))
const same: BuiltIn = (value) => value ?? unknown

export const builtIns: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ['chr', character],
  ['chrw', character],
  ['chrb', character],
  ['asc', (value) => (shownText(value) === '' ? unknown : numberValue(shownText(value).charCodeAt(0)))],
  ['ascw', (value) => (shownText(value) === '' ? unknown : numberValue(shownText(value).charCodeAt(0)))],
  ['strreverse', reversed],
  ['replace', replaced],
  ['mid', (text, from, count) => part(text, (number(from) ?? 0) - 1, number(count))],
  ['left', (text, count) => part(text, 0, number(count))],
  [
    'right',
    (text, count) => part(text, Math.max(0, shownText(text).length - (number(count) ?? 0)), undefined),
  ],
  ['lcase', onText((text) => text.toLowerCase())],
  ['ucase', onText((text) => text.toUpperCase())],
  ['trim', onText((text) => text.trim())],
  ['ltrim', onText((text) => text.trimStart())],
  ['rtrim', onText((text) => text.trimEnd())],
  ['cstr', same],
  ['cvar', same],
  ['str', same],
  ['val', toNumber],
  ['cint', toNumber],
  ['clng', toNumber],
  ['cbyte', toNumber],
  ['cdbl', toNumber],
  ['len', (text) => (text?.kind === 'text' && text.isWhole ? numberValue(text.text.length) : unknown)],
  [
    'hex',
    (value) => (value?.kind === 'number' ? textValue(value.number.toString(16).toUpperCase()) : unknown),
  ],
  ['space', (count) => repeated(count, ' ')],
  ['string', (count, text) => repeated(count, shownText(text).slice(0, 1))],
  ['environ', (name) => (shownText(name) === '' ? unknown : textValue(`%${shownText(name)}%`))],
  ['join', joinedList],
  ['split', splitList],
  ['array', (...items) => ({ kind: 'list', items: items.map((item) => item ?? unknown) })],
])

/** Names that stand for a text. */
export const constants: ReadonlyMap<string, string> = new Map([
  ['vbcrlf', '\r\n'],
  ['vbnewline', '\r\n'],
  ['vbcr', '\r'],
  ['vblf', '\n'],
  ['vbtab', '\t'],
  ['vbnullstring', ''],
  ['vbnullchar', '\0'],
])
