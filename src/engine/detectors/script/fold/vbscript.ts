// VBScript, as far as constants go.

import { fromCodes } from '../decode.ts'
import type { Call, Dialect } from './dialect.ts'
import { reversed } from './folder.ts'
import { percentDecoded } from './javascript.ts'
import { joined, replace } from './methods.ts'
import { listToken, numberToken, textToken, type Token } from './token.ts'

const string = /"(?:[^"\n]|"")*"/y

export const vbscript: Dialect = {
  language: 'vbscript',
  ignoresCase: true,
  skipped: /(?:\s+|'[^\n]*|\brem\b[^\n]*|_[ \t]*\r?\n)+/iy,
  name: /[a-z]\w*|\[[^\]\n]{1,40}\]/iy,
  signs: /<>|[<>]=/y,
  readString(text, at) {
    string.lastIndex = at
    const found = string.exec(text)?.[0]
    return found === undefined
      ? undefined
      : { value: found.slice(1, -1).replaceAll('""', '"'), end: at + found.length }
  },
  joins: new Set(['&', '+']),
  hasBareLists: false,
  hasRegex: false,
  call,
  runs: new Map([
    ['execute', 'vbscript'],
    ['executeglobal', 'vbscript'],
    ['eval', 'vbscript'],
  ]),
}

type Make = (given: {
  readonly first: Token
  readonly rest: readonly Token[]
  readonly offset: number
}) => Token | undefined

function call(name: string, { args, offset }: Call): Token | undefined {
  const [first, ...rest] = args
  return first === undefined ? undefined : functions.get(name)?.({ first, rest, offset })
}

const chr: Make = ({ first, offset }) =>
  first.kind === 'list' ? undefined : textToken(fromCodes([first.number || Number(first.text) || 0]), offset)
const asc: Make = ({ first, offset }) =>
  first.kind === 'text' ? numberToken(first.text.charCodeAt(0) || 0, offset) : undefined
const number: Make = ({ first, offset }) =>
  first.kind === 'list' || Number.isNaN(vbNumber(first.text))
    ? undefined
    : numberToken(vbNumber(first.text), offset)

/** Of one text. */
function ofText(make: (text: string, rest: readonly Token[]) => string): Make {
  return ({ first, rest, offset }) =>
    first.kind === 'text' ? textToken(make(first.text, rest), offset) : undefined
}

const functions: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['chr', chr],
  ['chrw', chr],
  ['chrb', chr],
  ['asc', asc],
  ['ascw', asc],
  ['cint', number],
  ['clng', number],
  ['cbyte', number],
  ['strreverse', ofText(reversed)],
  ['unescape', ofText(percentDecoded)],
  ['lcase', ofText((text) => text.toLowerCase())],
  ['ucase', ofText((text) => text.toUpperCase())],
  ['trim', ofText((text) => text.trim())],
  ['cstr', ({ first, offset }) => (first.kind === 'list' ? undefined : textToken(first.text, offset))],
  ['mid', ofText(middle)],
  ['left', ofText((text, [count]) => text.slice(0, Math.max(0, count?.number ?? 0)))],
  ['right', ofText((text, [count]) => text.slice(Math.max(0, text.length - (count?.number ?? 0))))],
  [
    'replace',
    ({ first, rest, offset }) => (first.kind === 'text' ? replace(first.text, rest, offset) : undefined),
  ],
  ['array', ({ first, rest, offset }) => listToken([first, ...rest], offset)],
  [
    'join',
    ({ first, rest, offset }) =>
      first.kind === 'list' ? joined(first.items, rest[0]?.text ?? ' ', offset) : undefined,
  ],
  ['split', split],
])

function middle(text: string, [start, count]: readonly Token[]): string {
  const from = Math.max(0, (start?.number ?? 1) - 1)
  return text.slice(from, from + (count?.number ?? text.length))
}

const maxParts = 100_000

function split({ first, rest, offset }: Parameters<Make>[0]): Token | undefined {
  if (first.kind !== 'text') return undefined
  const parts = first.text.split(rest[0]?.text ?? ' ', maxParts)
  return listToken(
    parts.map((part) => textToken(part, offset)),
    offset,
  )
}

function vbNumber(text: string): number {
  return /^&h/i.test(text) ? Number.parseInt(text.slice(2), 16) : Number(text)
}
