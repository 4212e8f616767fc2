// JavaScript and JScript, as far as constants go (ECMA-262).

import { fromBase64, fromCodes, fromHex } from '../decode.ts'
import type { Call, Dialect } from './dialect.ts'
import { callMethod, joined } from './methods.ts'
import { numberToken, textToken, type Token } from './token.ts'

const string = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|`(?:[^`\\$]|\\[^]|\$(?!\{))*`/y
const escape = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\}|([0-7]{1,3})|(\r\n|[^]))/gi
const controls: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  v: '\v',
  f: '\f',
  '\n': '',
  '\r\n': '',
}
/** `%u0041`, `%41`. */
const percent = /%u([0-9a-f]{4})|%([0-9a-f]{2})/gi

export const javascript: Dialect = {
  language: 'javascript',
  ignoresCase: false,
  skipped: /(?:\s+|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|@cc_on|@if\b|@end\b)+/y,
  name: /[A-Za-z_$][\w$]*/y,
  signs: /\+=|===?|!==?|=>|&&|\|\||\+\+|--|[<>]=|<<|>>>?/y,
  readString(text, at) {
    string.lastIndex = at
    const found = string.exec(text)?.[0]
    return found === undefined ? undefined : { value: unescaped(found.slice(1, -1)), end: at + found.length }
  },
  joins: new Set(['+']),
  hasBareLists: false,
  hasRegex: true,
  call,
  runs: new Map([
    ['eval', 'javascript'],
    ['exec', 'shell'],
    ['execSync', 'shell'],
    ['Function', 'javascript'],
    ['execScript', 'javascript'],
    ['setTimeout', 'javascript'],
  ]),
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replaceAll(escape, (_all: string, ...groups: (string | undefined)[]) => {
    const [hex, wide, point, octal, other = ''] = groups
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const digits = hex ?? wide ?? point
    if (digits !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(digits, 16), 0x10ffff))
    return controls[other] ?? other
  })
}

export function percentDecoded(text: string): string {
  return text.replaceAll(percent, (_all, wide: string | undefined, hex: string) =>
    String.fromCharCode(Number.parseInt(wide ?? hex, 16)),
  )
}

type Make = (given: Call) => Token | undefined

function call(name: string, given: Call): Token | undefined {
  const make = functions.get(name)
  return make === undefined ? callMethod(name, given) : make(given)
}

const functions: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['fromCharCode', ({ args, offset }) => characters(args[0]?.kind === 'list' ? args[0].items : args, offset)],
  ['fromCodePoint', ({ args, offset }) => characters(args, offset)],
  ['apply', ({ args, offset }) => (args[1]?.kind === 'list' ? characters(args[1].items, offset) : undefined)],
  ['unescape', (given) => decoded(given, percentDecoded)],
  ['decodeURIComponent', (given) => decoded(given, percentDecoded)],
  ['decodeURI', (given) => decoded(given, percentDecoded)],
  ['atob', (given) => decoded(given, fromBase64)],
  ['from', fromBuffer],
  ['parseInt', parsed],
  [
    'String',
    (given) =>
      given.args[0]?.kind === 'number'
        ? textToken(given.args[0].text, given.offset)
        : decoded(given, (text) => text),
  ],
  ['Array', () => undefined],
  ['toString', listAsText],
])

function characters(codes: readonly Token[], offset: number): Token | undefined {
  const areNumbers = codes.length > 0 && codes.every(({ kind }) => kind === 'number')
  return areNumbers ? textToken(fromCodes(codes.map(({ number }) => number)), offset) : undefined
}

function decoded({ args, offset }: Call, decode: (text: string) => string | undefined): Token | undefined {
  const [first] = args
  const made = first?.kind === 'text' ? decode(first.text) : undefined
  return made === undefined ? undefined : textToken(made, offset)
}

/** `Buffer.from(text, 'base64')` of Node. */
function fromBuffer(given: Call): Token | undefined {
  const encoding = given.args[1]?.text
  if (encoding === 'base64') return decoded(given, fromBase64)
  return encoding === 'hex' ? decoded(given, fromHex) : undefined
}

function parsed({ args, offset }: Call): Token | undefined {
  const [first, second] = args
  const value = first?.kind === 'text' ? Number.parseInt(first.text, second?.number ?? 10) : Number.NaN
  return Number.isNaN(value) ? undefined : numberToken(value, offset)
}

function listAsText(given: Call): Token | undefined {
  const { receiver, offset } = given
  return receiver?.kind === 'list' ? joined(receiver.items, ',', offset) : callMethod('toString', given)
}
