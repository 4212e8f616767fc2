// One line of a hash list: `hash:name` or `hash:size:name`. Reads bytes and fills one reused record: a list of a
// million lines makes no strings. The second field is the size when it is all digits or `*` (any size); a name
// may therefore hold colons, but not consist of digits only before the first of them.

import { maxNameBytes } from '../../hashes/name-pool.ts'
import { decodeName, printable } from '../../../base/text.ts'
import { anySize, digestWords, type HashKind, kindOfLength, maxSize } from '../../hashes/kinds.ts'

export interface ParsedLine {
  kind: HashKind
  /** The first 128 bits, most significant word first. */
  readonly digest: Uint32Array
  /** Bytes, or `anySize`. */
  size: number
  nameStart: number
  nameEnd: number
}

export function createParsedLine(): ParsedLine {
  return { kind: 'sha256', digest: new Uint32Array(digestWords), size: anySize, nameStart: 0, nameEnd: 0 }
}

const colon = 0x3a
const star = 0x2a
const notHex = 16

const nibbles = new Uint8Array(256).fill(notHex)
for (const [value, digit] of '0123456789abcdef'.split('').entries()) {
  nibbles[digit.charCodeAt(0)] = value
  nibbles[digit.toUpperCase().charCodeAt(0)] = value
}

/** Parses `bytes[start, end)`, without its line end, into `line`; returns what is wrong, empty when nothing is. */
export function parseLine(bytes: Uint8Array, start: number, end: number, line: ParsedLine): string {
  let at = start
  let word = 0
  for (; at < end && bytes[at] !== colon; at++) {
    const nibble = nibbles[bytes[at] ?? 0] ?? notHex
    if (nibble === notHex) return `character ${at - start + 1} of the hash is not a hexadecimal digit`
    word = (word << 4) | nibble
    const digits = at - start + 1
    if (digits % 8 === 0 && digits <= digestWords * 8) line.digest[digits / 8 - 1] = word
  }
  const kind = kindOfLength(at - start)
  if (kind === undefined) {
    return `the hash has ${at - start} digits; SHA-256 has 64, SHA-1 has 40, MD5 has 32`
  }
  if (at === end) return 'there is no name after the hash'
  line.kind = kind
  return parseSizeAndName(bytes, at + 1, end, line)
}

function parseSizeAndName(bytes: Uint8Array, fieldStart: number, end: number, line: ParsedLine): string {
  const start = skipBlanks(bytes, fieldStart, end)
  line.size = anySize
  line.nameStart = start
  line.nameEnd = end
  let at = start
  if (bytes[at] === star) at++
  else {
    let size = 0
    // Endless digits end in Infinity, which is greater than the limit too.
    for (; at < end && isDigit(bytes[at]); at++) size = size * 10 + (bytes[at] ?? 0) - 0x30
    if (at > start && (at === end || bytes[at] === colon)) {
      if (size > maxSize) return `the size is greater than ${maxSize}`
      line.size = size
    }
  }
  if (at === end) return at === start ? 'the name is empty' : 'there is no name after the size'
  if (bytes[at] === colon) {
    if (at === start) return 'the size is empty; write * for any size'
    line.nameStart = skipBlanks(bytes, at + 1, end)
  }
  return problemOfName(bytes, line.nameStart, end)
}

function problemOfName(bytes: Uint8Array, start: number, end: number): string {
  if (start === end) return 'the name is empty'
  if (end - start > maxNameBytes) return `the name is longer than ${maxNameBytes} bytes`
  let ascii = true
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte < 0x20 || byte === 0x7f) return 'the name holds a control character'
    if (byte >= 0x80) ascii = false
  }
  if (ascii) return ''
  const { text, exact } = decodeName(bytes.subarray(start, end))
  if (!exact) return 'the name is not valid UTF-8'
  return printable(text) === text ? '' : 'the name holds a control character'
}

function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++
  return at
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}
