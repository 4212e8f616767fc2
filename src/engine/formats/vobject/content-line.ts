// The content lines of a MIME directory (RFC 5545, 3.1): `NAME;PARAMETERS:value`, folded.

import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'

export interface ContentLine {
  readonly name: string
  /** From the first semicolon on, one character a byte. */
  readonly parameters: string
  readonly encoding: 'plain' | 'base64' | 'quoted-printable' | 'data-uri' | 'html'
  readonly valueStart: number
  readonly end: number
}

const longestHead = 4096
const lf = 0x0a
const cr = 0x0d
const space = 0x20
const tab = 0x09
const equals = 0x3d
const head = /^(?:[\w-]{1,64}\.)?([A-Za-z][\w-]{0,63})((?:;(?:"[^"]{0,2000}"|[^":]){0,2000})?):/

/** In their order; lines that are none are passed over. */
export function* contentLinesOf(source: ByteSource): Generator<ContentLine> {
  const { size } = source
  for (let at = 0; at < size;) {
    // The name and the parameters may be folded too.
    const raw = Buffer.from(source.read(at, longestHead)).toString('latin1')
    const match = head.exec(raw.slice(0, endOfHead(raw)))
    const first = behindLine(source, at)
    // The source ends before its size.
    if (first <= at) return
    if (match === null) {
      at = first
      continue
    }
    const valueStart = at + match[0].length
    const parameters = (match[2] ?? '').replaceAll(/\r?\n[ \t]/g, '')
    const encoding = encodingOf(parameters, raw.slice(match[0].length, match[0].length + 64))
    const end = behindValue(source, Math.max(first, behindLine(source, valueStart)), encoding)
    yield { name: (match[1] ?? '').toUpperCase(), parameters, encoding, valueStart, end }
    at = end
  }
}

/** Only folded lines belong to the first one. */
function endOfHead(raw: string): number {
  const end = raw.search(/\n(?![ \t])/)
  return end < 0 ? raw.length : end
}

function encodingOf(parameters: string, value: string): ContentLine['encoding'] {
  if (/;(?:ENCODING=)?"?(?:BASE64|B)"?(?=;|$)/i.test(parameters)) return 'base64'
  if (/;(?:ENCODING=)?"?QUOTED-PRINTABLE"?(?=;|$)/i.test(parameters)) return 'quoted-printable'
  if (/^\s{0,8}data:/i.test(value)) return 'data-uri'
  return /;FMTTYPE=text\/html/i.test(parameters) ? 'html' : 'plain'
}

/** Where the next line begins. */
function behindLine(source: ByteSource, start: number): number {
  for (let at = start, wanted = 256; ; wanted = maxRead) {
    const view = source.read(at, wanted)
    if (view.length === 0) return at
    const end = view.indexOf(lf)
    if (end >= 0) return at + end + 1
    at += view.length
  }
}

/** Behind the lines that go on with a value; `start` is where the second one begins. */
function behindValue(source: ByteSource, start: number, encoding: ContentLine['encoding']): number {
  let at = start
  for (;;) {
    const [first] = source.read(at, 1)
    if (first === undefined) return at
    const isFolded = first === space || first === tab
    if (
      !isFolded &&
      !(encoding === 'base64' && isBase64Line(source, at)) &&
      !(encoding === 'quoted-printable' && isSoft(source, at))
    )
      return at
    at = behindLine(source, at)
  }
}

/** vCard 2.1 does not fold base64. */
function isBase64Line(source: ByteSource, at: number): boolean {
  const line = Buffer.from(source.read(at, 80)).toString('latin1')
  return /^[A-Za-z0-9+/]{1,80}={0,2}(?:\r?\n|$)/.test(line)
}

/** The line before `at` ends with `=`. */
function isSoft(source: ByteSource, at: number): boolean {
  const before = source.read(Math.max(0, at - 3), Math.min(3, at))
  let last = before.length - 1
  if (before[last] === lf) last--
  if (before[last] === cr) last--
  return before[last] === equals
}

/** A value as one line, at most `maxBytes` of it. */
export function unfolded(source: ByteSource, start: number, end: number, maxBytes: number): Uint8Array {
  const text = copyBytes(source, { from: start, most: Math.min(end - start, maxBytes) })
    .toString('latin1')
    .replaceAll(/\r?\n[ \t]/g, '')
  return Buffer.from(text.replace(/\r?\n$/, ''), 'latin1')
}
