// Python, as far as constants go.

import { fromBase64, fromCodes, fromHex, inflatedText } from '../decode.ts'
import type { Call, Dialect } from './dialect.ts'
import { callMethod } from './methods.ts'
import { textToken, type Token } from './token.ts'

const string = /(?:[rbfu]{0,2})(?:"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*')/iy
const escape = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|([0-7]{1,3})|(\r\n|[^]))/gi
const controls: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\n': '' }

export const python: Dialect = {
  language: 'python',
  ignoresCase: false,
  skipped: /(?:\s+|#[^\n]*|\\\r?\n)+/y,
  name: /[A-Za-z_]\w*/y,
  signs: /\[::-1\]|\+=|==|!=|[<>]=|\*\*/y,
  readString(text, at) {
    string.lastIndex = at
    const found = string.exec(text)?.[0]
    return found === undefined ? undefined : { value: valueOf(found), end: at + found.length }
  },
  joins: new Set(['+']),
  hasBareLists: false,
  hasRegex: false,
  call,
  runs: new Map([
    ['exec', 'python'],
    ['eval', 'python'],
    ['compile', 'python'],
    ['system', 'shell'],
    ['popen', 'shell'],
  ]),
}

function valueOf(written: string): string {
  const start = written.search(/["']/)
  const marks = /^(?:"""|''')/.test(written.slice(start)) ? 3 : 1
  const inner = written.slice(start + marks, -marks)
  if (!inner.includes('\\') || /r/i.test(written.slice(0, start))) return inner
  return inner.replaceAll(escape, (_all, hex, wide, octal, other: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const digits: string | undefined = hex ?? wide
    if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16))
    return controls[other] ?? other
  })
}

const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })

function call(name: string, given: Call): Token | undefined {
  const { args, offset, receiver } = given
  const [first, second] = args
  const text = first?.kind === 'text' ? first.text : undefined
  const made = (value: string | undefined): Token | undefined =>
    value === undefined ? undefined : textToken(value, offset)
  switch (name) {
    case 'chr':
      return first?.kind === 'number' ? textToken(fromCodes([first.number]), offset) : undefined
    case 'b64decode':
    case 'urlsafe_b64decode':
    case 'standard_b64decode':
    case 'a2b_base64':
      return text === undefined ? undefined : made(fromBase64(text))
    case 'fromhex':
    case 'unhexlify':
      return text === undefined ? undefined : made(fromHex(text))
    case 'decompress':
      return text === undefined ? undefined : made(inflatedText(text))
    case 'bytes':
    case 'bytearray':
      if (first?.kind === 'list') {
        return first.items.every(({ kind }) => kind === 'number')
          ? made(fromCodes(first.items.map(({ number }) => number)))
          : undefined
      }
      return made(text)
    case 'str':
    case 'compile':
      return made(text)
    case 'decode':
      if (receiver === undefined && text !== undefined) {
        if (/^rot_?13$/.test(second?.text ?? '')) return made(rot13(text))
        if (/^base_?64/.test(second?.text ?? '')) return made(fromBase64(text))
        return /^hex/.test(second?.text ?? '') ? made(fromHex(text)) : undefined
      }
      return callMethod(name, given)
    default:
      return callMethod(name, given)
  }
}
