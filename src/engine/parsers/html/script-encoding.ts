// Scripts in Microsoft's encoding (JScript.Encode, VBScript.Encode, .jse, .vbe): three alphabets that take turns. The
// encoder's documentation gives no tables; these are as every decoder has them.

import { RangeDecoder } from '../../codecs/range-decoder.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'

/** What the encoded characters tab and 0x20 to 0x7f stand for, one table an alphabet; 00: nothing. */
const alphabets = [
  [
    '7b323021295b38333d583a3565395c5673664e456b6259785e7d4a6d710060005300422748727531374d5222546a4764',
    '2d207f2e4c5d7e6c6f797443267625242b28234134092a443f773b55696163506751494f46687c36706e7a2f5f4b5a2c',
    '57',
  ].join(''),
  [
    '572e477a56426a2f26494134325b7672433839704568714f0962442375007e005e00774a615d224b6f4e3b4c50672a7d',
    '74542b2d2c306e6b66352521644d52633f7b7829287359337f6d55537c3a5f65465831696c5a48275c3d247937605120',
    '36',
  ].join(''),
  [
    '6e2d755260715e495c627d2936207c7a7f6b63332b6851667631645443003a007e00452c2a7427374479592f6f26726a',
    '397b3f387767534734785d30235a5b6c485570692e4c21244e5009567335614b583b57226d4d2528464a32413d5f4f42',
    '65',
  ].join(''),
].map((table) => {
  const bytes = Buffer.from(table, 'hex')
  const plain = new Uint8Array(128)
  for (let code = 0; code < 128; code++) plain[code] = code
  plain[0x09] = bytes[0]!
  for (let code = 0x20; code < 128; code++) plain[code] = bytes[1 + code - 0x20]!
  return plain
})

/** Which alphabet is whose turn; after 64 characters it begins again. */
const turns = Uint8Array.from('1201202002021020102011200210200211020201011201021020112001120102', Number)

const start = Buffer.from('#@~^')
const end = Buffer.from('^#~@')
/** The length in base64 behind the start, the checksum before the end. */
const lengthBytes = 8
const checksumBytes = 8
const at = 0x40

/** `@` and one of these stands for a character that the encoding does not use. */
const escapes: ReadonlyMap<number, number> = new Map([
  [0x23, 0x0d],
  [0x26, 0x0a],
  [0x21, 0x3c],
  [0x2a, 0x3e],
  [0x24, 0x40],
])

/** The encoded characters in `[from, to)`, or undefined where it does not begin with them. */
export function encodedRange(
  source: ByteSource,
  from: number,
  to: number,
): { readonly start: number; readonly end: number } | undefined {
  const head = Buffer.from(source.read(from, Math.min(64, to - from)))
  const found = head.indexOf(start)
  if (found < 0 || head.subarray(0, found).some((byte) => byte > 0x20)) return undefined
  const first = from + found + start.length + lengthBytes
  for (let place = first; place < to;) {
    const view = source.read(place, Math.min(maxRead, to - place))
    const last = Buffer.from(view.buffer, view.byteOffset, view.length).indexOf(end)
    if (last >= 0) return { start: first, end: Math.max(first, place + last - checksumBytes) }
    if (view.length <= end.length) break
    place += view.length - end.length + 1
  }
  return first < to ? { start: first, end: to } : undefined
}

/** Decodes what `encodedRange` says. */
export class ScriptDecoder extends RangeDecoder {
  #turn = 0
  #isEscaped = false

  read(out: Uint8Array): number {
    let to = 0
    while (to === 0 && this.at < this.end) {
      // At most one character comes of one.
      const view = this.view(out.length)
      if (view.length === 0) break
      for (const byte of view) {
        const plain = this.#take(byte)
        if (plain >= 0) out[to++] = plain
      }
      this.at += view.length
    }
    return to
  }

  #take(byte: number): number {
    if (this.#isEscaped) {
      this.#isEscaped = false
      this.#turn++
      return escapes.get(byte) ?? byte
    }
    if (byte === at) {
      this.#isEscaped = true
      return -1
    }
    // Characters outside ASCII stand for themselves and take no turn.
    if (byte >= 0x80) return byte
    return alphabets[turns[this.#turn++ & 63]!]![byte]!
  }
}
