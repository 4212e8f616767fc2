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
  return inner.replaceAll(escape, (_all: string, ...groups: (string | undefined)[]) => {
    const [hex, wide, octal, other = ''] = groups
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    const digits = hex ?? wide
    if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits, 16))
    return controls[other] ?? other
  })
}

const rot13 = (text: string): string =>
  text.replaceAll(/[a-z]/gi, (letter) => {
    const base = letter <= 'Z' ? 65 : 97
    return String.fromCharCode(((letter.charCodeAt(0) - base + 13) % 26) + base)
  })

type Make = (given: Call) => Token | undefined

function call(name: string, given: Call): Token | undefined {
  const make = functions.get(name)
  return make === undefined ? callMethod(name, given) : make(given)
}

/** Of one text. */
function ofText(make: (text: string) => string | undefined): Make {
  return ({ args, offset }) => {
    const [first] = args
    const made = first?.kind === 'text' ? make(first.text) : undefined
    return made === undefined ? undefined : textToken(made, offset)
  }
}

const same = ofText((text) => text)

const functions: ReadonlyMap<string, Make> = new Map<string, Make>([
  [
    'chr',
    ({ args, offset }) =>
      args[0]?.kind === 'number' ? textToken(fromCodes([args[0].number]), offset) : undefined,
  ],
  ['b64decode', ofText(fromBase64)],
  ['urlsafe_b64decode', ofText(fromBase64)],
  ['standard_b64decode', ofText(fromBase64)],
  ['a2b_base64', ofText(fromBase64)],
  ['fromhex', ofText(fromHex)],
  ['unhexlify', ofText(fromHex)],
  ['decompress', ofText(inflatedText)],
  ['bytes', bytesOf],
  ['bytearray', bytesOf],
  ['str', same],
  ['compile', same],
  ['decode', decode],
])

function bytesOf(given: Call): Token | undefined {
  const [first] = given.args
  if (first?.kind !== 'list') return same(given)
  const areNumbers = first.items.every(({ kind }) => kind === 'number')
  return areNumbers ? textToken(fromCodes(first.items.map(({ number }) => number)), given.offset) : undefined
}

/** `codecs.decode(text, 'rot13')`; `bytes.decode()` changes nothing here. */
function decode(given: Call): Token | undefined {
  const { args, receiver } = given
  if (receiver !== undefined || args[0]?.kind !== 'text') return callMethod('decode', given)
  const encoding = args[1]?.text ?? ''
  if (/^rot_?13$/.test(encoding)) return ofText(rot13)(given)
  if (/^base_?64/.test(encoding)) return ofText(fromBase64)(given)
  return encoding.startsWith('hex') ? ofText(fromHex)(given) : undefined
}
