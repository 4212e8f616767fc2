// Words of Java, C#, JScript and VBScript: enough to see names, strings and brackets; linear, one pass.

import { blockEnd } from './blocks.ts'

export const word = { name: 1, text: 2, number: 3, mark: 4, line: 5 } as const

export interface Words {
  readonly kinds: number[]
  readonly starts: number[]
  /** Names in lower case for languages that do not tell case apart; texts by value. */
  readonly values: string[]
  /** From how many pieces or numbers each text was put together; 0 where it stands as it is. */
  readonly pieces: number[]
  /** How many texts were put together from pieces or numbers. */
  folded: number
}

export type Syntax = 'c' | 'basic'

const isLetter = /[A-Za-z_$\x80-\xff]/
const maxWords = 600_000

export function wordsOf(code: string, syntax: Syntax): Words {
  const words: Words = { kinds: [], starts: [], values: [], pieces: [], folded: 0 }
  let at = 0
  while (at < code.length && words.kinds.length < maxWords)
    at = syntax === 'c' ? readC(code, at, words) : readBasic(code, at, words)
  return words
}

function push(words: Words, kind: number, start: number, value: string): void {
  words.kinds.push(kind)
  words.starts.push(start)
  words.values.push(value)
  words.pieces.push(0)
}

function nameEnd(code: string, start: number): number {
  let end = start
  for (; end < code.length; end++) {
    const letter = code.charCodeAt(end)
    const isPart =
      (letter >= 97 && letter <= 122) ||
      (letter >= 65 && letter <= 90) ||
      (letter >= 48 && letter <= 57) ||
      letter === 95 ||
      letter === 36 ||
      letter > 127
    if (!isPart) break
  }
  return end
}

function readC(code: string, at: number, words: Words): number {
  const letter = code[at]!
  if (letter === blockEnd) push(words, word.line, at, ';')
  if (letter <= ' ') return at + 1
  if (letter === '/' && code[at + 1] === '/') return lineEnd(code, at)
  if (letter === '/' && code[at + 1] === '*') {
    const end = code.indexOf('*/', at + 2)
    return end < 0 ? code.length : end + 2
  }
  if (letter === '@' && code[at + 1] === '"') return readDoubled(code, at + 1, words, code.length)
  if (letter === '"' || letter === "'") return readEscaped(code, at, words)
  return readCommon(code, at, words, false)
}

function readBasic(code: string, at: number, words: Words): number {
  const letter = code[at]!
  if (letter === '\n' || letter === '\r' || letter === ':' || letter === blockEnd) {
    push(words, word.line, at, ';')
    return at + 1
  }
  if (letter <= ' ') return at + 1
  if (letter === "'") return lineEnd(code, at)
  // Ends with its line at the latest: a quote that nobody closed is an error that the page hides.
  if (letter === '"') return readDoubled(code, at, words, lineEnd(code, at))
  if (letter === '&' && isOperatorOrOpen(words)) {
    const end = readRadix(code, at, words)
    if (end > at) return end
  }
  if (letter === '_' && /^_[ \t]*\r?\n/.test(code.slice(at, at + 40))) return code.indexOf('\n', at) + 1
  if (
    (letter === 'r' || letter === 'R') &&
    /^rem\s/i.test(code.slice(at, at + 4)) &&
    words.kinds.at(-1) !== word.mark
  )
    return lineEnd(code, at)
  return readCommon(code, at, words, true)
}

function readCommon(code: string, at: number, words: Words, isBasic: boolean): number {
  const letter = code[at]!
  if (letter >= '0' && letter <= '9') {
    let end = at + 1
    while (end < code.length && /[0-9a-fA-FxXlL.]/.test(code[end]!)) end++
    push(words, word.number, at, code.slice(at, end))
    return end
  }
  if (isLetter.test(letter)) {
    const end = nameEnd(code, at)
    const name = code.slice(at, end)
    push(words, word.name, at, isBasic ? name.toLowerCase() : name)
    return end
  }
  push(words, word.mark, at, letter)
  return at + 1
}

function lineEnd(code: string, at: number): number {
  let end = at
  while (end < code.length && code[end] !== '\n' && code[end] !== blockEnd) end++
  return end
}

function isOperatorOrOpen({ kinds, values }: Words): boolean {
  const last = kinds.length - 1
  return last >= 0 && kinds[last] === word.mark && '(,=&+'.includes(values[last]!)
}

const radixNumber = /&(?:h([0-9a-f]{1,8})|o?([0-7]{1,11}))&?/iy

/** `&H65`, `&O145`, `&0145`: pushed as a decimal number; `at` where there is none. */
function readRadix(code: string, at: number, words: Words): number {
  radixNumber.lastIndex = at
  const found = radixNumber.exec(code)
  if (found === null) return at
  const value = found[1] === undefined ? Number.parseInt(found[2]!, 8) : Number.parseInt(found[1], 16)
  push(words, word.number, at, String(value))
  return at + found[0].length
}

/** A string in which a quote is written twice. */
function readDoubled(code: string, at: number, words: Words, stop: number): number {
  let end = at + 1
  for (; end < stop; end++) {
    if (code[end] !== '"') continue
    if (code[end + 1] !== '"') break
    end++
  }
  push(words, word.text, at, code.slice(at + 1, end).replaceAll('""', '"'))
  return code[end] === '"' ? end + 1 : end
}

function readEscaped(code: string, at: number, words: Words): number {
  const quote = code[at]
  let end = at + 1
  while (end < code.length && code[end] !== quote && code[end] !== '\n') end += code[end] === '\\' ? 2 : 1
  const raw = code.slice(at + 1, end)
  let value = raw
  if (raw.includes('\\')) {
    value = raw.replaceAll(/\\(?:x([0-9a-fA-F]{2})|u+([0-9a-fA-F]{4})|([0-7]{2,3})|(.))/gs, unescaped)
    if (/\\(?:x|u+00)[4-7]/.test(raw)) words.folded++
  }
  push(words, word.text, at, value)
  return end + 1
}

function unescaped(_: string, ...groups: (string | undefined)[]): string {
  const [hex, point, octal, letter] = groups
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
  if (point !== undefined) return String.fromCharCode(Number.parseInt(point, 16))
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
  return { n: '\n', r: '\r', t: '\t' }[letter ?? ''] ?? letter ?? ''
}

/** `"a" & "b"`, `Chr(101)`, `StrReverse("lave")`: known texts become one. Changes the words in place. */
export function foldTexts(words: Words, syntax: Syntax): void {
  const join = syntax === 'c' ? '+' : '&'
  for (let round = 0; round < 6; round++) {
    const before = words.kinds.length
    const next: Words = { kinds: [], starts: [], values: [], pieces: [], folded: words.folded }
    for (let at = 0; at < before;) at = foldAt(words, at, next, join)
    words.kinds.length = 0
    words.starts.length = 0
    words.values.length = 0
    words.pieces.length = 0
    for (let at = 0; at < next.kinds.length; at++) {
      push(words, next.kinds[at]!, next.starts[at]!, next.values[at]!)
      words.pieces[at] = next.pieces[at]!
    }
    words.folded = next.folded
    if (words.kinds.length === before) return
  }
}

const computable: Readonly<Record<string, (value: string, ...more: string[]) => string>> = {
  chr: (code) => String.fromCharCode(Number(code) & 255),
  chrw: (code) => String.fromCharCode(Number(code) & 0xffff),
  strreverse: (text) => text.split('').toReversed().join(''),
  unescape: (text) =>
    text.replaceAll(/%u([0-9a-fA-F]{4})|%([0-9a-fA-F]{2})/g, (_, wide?: string, hex?: string) =>
      String.fromCharCode(Number.parseInt(wide ?? hex ?? '0', 16)),
    ),
  replace: (text, from = '', to = '') => (from === '' ? text : text.replaceAll(from, () => to)),
  lcase: (text) => text.toLowerCase(),
  ucase: (text) => text.toUpperCase(),
}

function foldAt(words: Words, at: number, out: Words, join: string): number {
  const { kinds, values, starts } = words
  const kind = kinds[at]!
  const value = values[at]!
  if (
    kind === word.text &&
    out.values.at(-1) === join &&
    out.kinds.at(-2) === word.text &&
    out.kinds.at(-1) === word.mark
  ) {
    out.kinds.pop()
    out.starts.pop()
    out.values.pop()
    out.pieces.pop()
    const last = out.values.length - 1
    if (out.values[last]!.length + value.length < 1_000_000) out.values[last] += value
    out.pieces[last] = Math.max(out.pieces[last]!, 1) + Math.max(words.pieces[at]!, 1)
    out.folded++
    return at + 1
  }
  const letters = kind === word.name && value === 'String' ? lettersOf(words, at) : undefined
  if (letters !== undefined) {
    push(out, word.text, starts[at]!, letters.value)
    out.pieces[out.pieces.length - 1] = letters.value.length + 1
    out.folded++
    return letters.next
  }
  const compute =
    kind === word.name && values[at + 1] === '(' && values[at - 1] !== '.' ? computed(words, at) : undefined
  if (compute !== undefined) {
    push(out, word.text, starts[at]!, compute.value)
    out.pieces[out.pieces.length - 1] = 2
    out.folded++
    return compute.next
  }
  push(out, kind, starts[at]!, value)
  out.pieces[out.pieces.length - 1] = words.pieces[at]!
  return at + 1
}

/** `String.fromCharCode(101, 118)` of JScript. */
function lettersOf({ kinds, values }: Words, at: number): { value: string; next: number } | undefined {
  if (values[at + 1] !== '.' || values[at + 2] !== 'fromCharCode' || values[at + 3] !== '(') return undefined
  let value = ''
  for (let here = at + 4; kinds[here] === word.number; here += 2) {
    value += String.fromCharCode(Number(values[here]) & 0xffff)
    if (values[here + 1] === ')') return { value, next: here + 2 }
    if (values[here + 1] !== ',') return undefined
  }
  return undefined
}

function computed({ kinds, values }: Words, at: number): { value: string; next: number } | undefined {
  const name = values[at]!.toLowerCase()
  const compute = Object.hasOwn(computable, name) ? computable[name] : undefined
  if (compute === undefined) return undefined
  const args: string[] = []
  for (let here = at + 2; args.length < 4; here += 2) {
    if (kinds[here] !== word.text && kinds[here] !== word.number) return undefined
    args.push(values[here]!)
    if (values[here + 1] === ')') return { value: compute(args[0]!, ...args.slice(1)), next: here + 2 }
    if (values[here + 1] !== ',') return undefined
  }
  return undefined
}

/** In words; what goes on for longer is looked at in part, so that nested brackets cost no square. */
export const maxStretch = 1200

/** The place of the bracket that closes the one at `open`. */
export function closing(values: readonly string[], open: number, to: number): number {
  const stop = Math.min(to, open + maxStretch)
  let depth = 0
  for (let at = open; at < stop; at++) {
    const value = values[at]
    if (value === '(') depth++
    else if (value === ')' && --depth === 0) return at
  }
  return stop
}

/** The words of the arguments: in brackets, or up to the end of the statement. */
export function argumentsOf({ kinds, values }: Words, at: number): { from: number; to: number } {
  if (values[at + 1] === '(') return { from: at + 2, to: closing(values, at + 1, values.length) }
  let to = at + 1
  while (to < kinds.length && kinds[to] !== word.line && values[to] !== ';' && to < at + 400) to++
  return { from: at + 1, to }
}
