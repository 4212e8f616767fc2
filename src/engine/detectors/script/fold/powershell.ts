// PowerShell, as far as constants go (about_Operators, about_Quoting_Rules).

import { fromBase64, fromCodes, inflatedText } from '../decode.ts'
import type { Call, Dialect } from './dialect.ts'
import { callMethod, characters, joined, patternOf, replace } from './methods.ts'
import { listToken, numberToken, textToken, type Token } from './token.ts'

const single = /'(?:[^']|'')*'/y
const double = /"(?:[^"`]|`[^]|"")*"/y
const here = /@(["'])[ \t]*\r?\n([^]*?)\r?\n\1@/y
const controls: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '\n': '',
  '\r': '',
}

export const powershell: Dialect = {
  language: 'powershell',
  ignoresCase: true,
  skipped: /(?:\s+|`\r?\n|<#[^]*?(?:#>|$)|#[^\n]*)+/y,
  name: /\$\{[^}\n]{1,80}\}|\$(?:\w+:)?[\w?]+|[a-z_](?:[\w]|`(?=\w)|-(?=[a-z]))*|\[[a-z][\w.]*(?:\[\])?\]/iy,
  signs: /-(?:i|c)?(?:join|f|replace|split|bxor)\b|::|\.\.|\+=|@(?=\()/iy,
  readString(text, at) {
    for (const pattern of [here, single, double]) {
      pattern.lastIndex = at
      const found = pattern.exec(text)
      if (found === null) continue
      const end = at + found[0].length
      if (pattern === here) return { value: found[2] ?? '', end }
      const inner = found[0].slice(1, -1)
      return { value: pattern === single ? inner.replaceAll("''", "'") : unescaped(inner), end }
    }
    return undefined
  },
  joins: new Set(['+']),
  hasBareLists: true,
  hasRegex: false,
  call,
  infix,
  constants: new Map([
    ['$env:comspec', 'C:\\WINDOWS\\system32\\cmd.exe'],
    ['$env:public', 'C:\\Users\\Public'],
    ['$pshome', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0'],
    ['$shellid', 'Microsoft.PowerShell'],
    ['$verbosepreference', 'SilentlyContinue'],
  ]),
  runs: new Map([
    ['iex', 'powershell'],
    ['invoke-expression', 'powershell'],
    ['create', 'powershell'],
    ['invokescript', 'powershell'],
  ]),
}

function unescaped(text: string): string {
  return text.replaceAll(/`([^])|""/g, (_all, letter: string | undefined) =>
    letter === undefined ? '"' : (controls[letter] ?? letter),
  )
}

function call(name: string, given: Call): Token | undefined {
  const { receiver, args, offset } = given
  const [first] = args
  switch (name) {
    case 'frombase64string': {
      const text = first?.kind === 'text' ? fromBase64(first.text) : undefined
      return text === undefined ? undefined : textToken(text, offset)
    }
    case 'getstring':
      return receiver === undefined && first?.kind === 'text'
        ? textToken(first.text, offset)
        : fromNumbers(args, offset)
    case 'deflatestream':
    case 'gzipstream':
      return first?.kind === 'text' ? inflatedToken(first.text, offset) : undefined
    case 'join':
      return receiver === undefined && first !== undefined
        ? joined(flat(args.slice(1)), first.text, offset)
        : undefined
    case 'toint16':
    case 'toint32':
    case 'tobyte':
      return first?.kind === 'text' ? parsed(first.text, args[1]?.number ?? 10, offset) : undefined
    default:
      return callMethod(name, given)
  }
}

function inflatedToken(text: string, offset: number): Token | undefined {
  const made = inflatedText(text)
  return made === undefined ? undefined : textToken(made, offset)
}

function parsed(text: string, radix: number, offset: number): Token | undefined {
  if (radix < 2 || radix > 36) return undefined
  const value = Number.parseInt(text, radix)
  return Number.isNaN(value) ? undefined : numberToken(value, offset)
}

function flat(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token) => (token.kind === 'list' ? token.items : [token]))
}

function fromNumbers(args: readonly Token[], offset: number): Token | undefined {
  const items = flat(args)
  if (items.length < 2 || !items.every(({ kind }) => kind === 'number')) return undefined
  return textToken(fromCodes(items.map(({ number }) => number)), offset)
}

type Operator = (left: Token | undefined, right: Token, offset: number) => Token | undefined

function infix(sign: string, left: Token | undefined, right: Token): Token | undefined {
  const { offset } = left ?? right
  return operators.get(sign.replace(/^-[ic](?=join|replace|split)/, '-'))?.(left, right, offset)
}

const asText: Operator = (_left, right, offset) =>
  right.kind === 'list' ? joined(right.items, ' ', offset) : textToken(right.text, offset)
const asNumber: Operator = (_left, right, offset) => {
  if (right.kind === 'list') return undefined
  const isHex = /^0x/i.test(right.text)
  return parsed(isHex ? right.text.slice(2) : right.text, isHex ? 16 : 10, offset)
}
const asCharacters: Operator = (_left, right, offset) => {
  if (right.kind === 'text') return characters(right.text, offset)
  const { kind, items } = right
  return kind === 'list'
    ? listToken(
        items.map((item) => cast(item, offset) ?? item),
        offset,
      )
    : undefined
}
const character: Operator = (_left, right, offset) => cast(right, offset)
const itself: Operator = (_left, right) => right

const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  [
    '-join',
    (left, right, offset) => joined(flat([left ?? right]), left === undefined ? '' : right.text, offset),
  ],
  [
    '-f',
    (left, right, offset) =>
      left?.kind === 'text' ? textToken(formatted(left.text, flat([right])), offset) : undefined,
  ],
  [
    '-replace',
    (left, right, offset) => (left?.kind === 'text' ? replaced(left.text, flat([right]), offset) : undefined),
  ],
  [
    '-split',
    (left, right, offset) => (left?.kind === 'text' ? splitBy(left.text, right.text, offset) : undefined),
  ],
  [
    '..',
    (left, right, offset) => (left === undefined ? undefined : range(left.number, right.number, offset)),
  ],
  ['@', (_left, right, offset) => (right.kind === 'list' ? right : listToken([right], offset))],
  ['[char]', character],
  ['[system.char]', character],
  ['[char[]]', asCharacters],
  ['[string]', asText],
  ['[system.string]', asText],
  ['[int]', asNumber],
  ['[byte]', asNumber],
  ['[byte[]]', itself],
  ['[scriptblock]', itself],
])

function cast(value: Token, offset: number): Token | undefined {
  if (value.kind === 'list') return undefined
  const code = value.kind === 'number' ? value.number : Number(value.text)
  return Number.isNaN(code) ? undefined : textToken(fromCodes([code]), offset)
}

const maxRange = 5000

function range(from: number, to: number, offset: number): Token | undefined {
  const count = Math.abs(to - from) + 1
  if (!(count <= maxRange)) return undefined
  const step = to >= from ? 1 : -1
  return listToken(
    Array.from({ length: count }, (_, index) => numberToken(from + index * step, offset)),
    offset,
  )
}

const maxFormatted = 1024 * 1024

function formatted(text: string, items: readonly Token[]): string {
  let length = 0
  return text.replaceAll(/\{(\d{1,4})\}/g, (all, index: string) => {
    const item = items[Number(index)]?.text ?? all
    length += item.length
    return length > maxFormatted ? '' : item
  })
}

function replaced(text: string, [what, by]: readonly Token[], offset: number): Token | undefined {
  if (what === undefined) return undefined
  const pattern = `/${what.text.replaceAll('/', '')}/gi`
  return replace(text, [{ ...what, kind: 'regex', text: pattern }, ...(by === undefined ? [] : [by])], offset)
}

function splitBy(text: string, separator: string, offset: number): Token | undefined {
  const parts = text.split(patternOf(`/${separator.replaceAll('/', '')}/gi`))
  return listToken(
    parts.map((part) => textToken(part, offset)),
    offset,
  )
}
