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
    ['Function', 'javascript'],
    ['execScript', 'javascript'],
    ['setTimeout', 'javascript'],
  ]),
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replaceAll(escape, (_all, hex, wide, point, octal, other: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const digits: string | undefined = hex ?? wide ?? point
    if (digits !== undefined) return String.fromCodePoint(Math.min(Number.parseInt(digits, 16), 0x10ffff))
    return controls[other] ?? other
  })
}

export function percentDecoded(text: string): string {
  return text.replaceAll(percent, (_all, wide: string | undefined, hex: string) =>
    String.fromCharCode(Number.parseInt(wide ?? hex, 16)),
  )
}

function call(name: string, given: Call): Token | undefined {
  const { args, offset } = given
  const [first, second] = args
  const text = first?.kind === 'text' ? first.text : undefined
  switch (name) {
    case 'fromCharCode':
    case 'fromCodePoint': {
      const codes = first?.kind === 'list' ? first.items : args
      return codes.length > 0 && codes.every(({ kind }) => kind === 'number')
        ? textToken(fromCodes(codes.map(({ number }) => number)), offset)
        : undefined
    }
    case 'unescape':
    case 'decodeURIComponent':
    case 'decodeURI':
      return text === undefined ? undefined : textToken(percentDecoded(text), offset)
    case 'atob':
      return madeText(text === undefined ? undefined : fromBase64(text), offset)
    case 'from':
      if (text === undefined) return undefined
      if (second?.text === 'base64') return madeText(fromBase64(text), offset)
      return second?.text === 'hex' ? madeText(fromHex(text), offset) : undefined
    case 'parseInt':
      return text === undefined ? undefined : parsed(Number.parseInt(text, second?.number ?? 10), offset)
    case 'String':
      return first === undefined || first.kind === 'list' ? undefined : textToken(first.text, offset)
    case 'Array':
      return undefined
    case 'apply':
      return second?.kind === 'list' && second.items.every(({ kind }) => kind === 'number')
        ? textToken(fromCodes(second.items.map(({ number }) => number)), offset)
        : undefined
    case 'toString':
      return given.receiver?.kind === 'list'
        ? joined(given.receiver.items, ',', offset)
        : callMethod(name, given)
    default:
      return callMethod(name, given)
  }
}

function madeText(text: string | undefined, offset: number): Token | undefined {
  return text === undefined ? undefined : textToken(text, offset)
}

function parsed(value: number, offset: number): Token | undefined {
  return Number.isNaN(value) ? undefined : numberToken(value, offset)
}
