// Scripts of EA06 are stored as tokens: here they become text again, one statement a line.

import { u32 } from '../../codecs/little-endian.ts'
import { functions, keywords } from './names.ts'

/** From 0x40 on. */
const operators = [
  ',', '=', '>', '<', '<>', '>=', '<=', '(', ')', '+', '-', '/', '*', '&', '[', ']', '==', '^', '+=', '-=', '/=',
  '*=', '&=', '?', ':',
] as const // prettier-ignore
const endOfLine = 0x7f
const textToken = 0x36
/** Of names from 0x30 on: keyword, function, macro, variable, own function, property, text, directive. */
const prefixes = ['', '', '@', '$', '', '.', '', ''] as const

export interface Script {
  readonly text: string
  /** It ends before its last line, or has an unknown token. */
  readonly isDamaged: boolean
}

export function scriptOfTokens(bytes: Uint8Array): Script {
  const lineCount = u32(bytes, 0)
  const reader = new TokenReader(bytes)
  const lines: string[] = []
  let line: string[] = []
  while (lines.length < lineCount) {
    const token = reader.next()
    if (token === undefined) break
    if (token === '\n') {
      lines.push(line.join(' '))
      line = []
    } else line.push(token)
  }
  const isDamaged = lines.length < lineCount
  if (line.length > 0) lines.push(line.join(' '))
  return { text: `${lines.join('\n')}\n`, isDamaged }
}

class TokenReader {
  readonly #bytes: Buffer
  #at = 4

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** Undefined: the end, or nothing that is known. */
  next(): string | undefined {
    const code = this.#bytes[this.#at++]
    if (code === undefined) return undefined
    if (code === endOfLine) return '\n'
    if (code >= 0x40) return operators[code - 0x40]
    if (code >= 0x30 && code <= 0x37) return this.#named(code)
    return this.#value(code)
  }

  #value(code: number): string | undefined {
    const width = code >= 0x10 ? 8 : 4
    if (this.#at + width > this.#bytes.length) return undefined
    const at = this.#at
    this.#at += width
    if (code === 0x00) return keywords[this.#bytes.readUInt32LE(at)]
    if (code === 0x01) return functions[this.#bytes.readUInt32LE(at)]
    if (code === 0x05) return `${this.#bytes.readInt32LE(at)}`
    if (code === 0x10) return `${this.#bytes.readBigInt64LE(at)}`
    return code === 0x20 ? `${this.#bytes.readDoubleLE(at)}` : undefined
  }

  /** The number of characters, which is also what each is combined with by XOR. */
  #named(code: number): string | undefined {
    if (this.#at + 4 > this.#bytes.length) return undefined
    const length = this.#bytes.readUInt32LE(this.#at)
    const start = this.#at + 4
    if (start + length * 2 > this.#bytes.length) return undefined
    const text = Buffer.from(this.#bytes.subarray(start, start + length * 2))
    for (let at = 0; at < text.length; at += 2) {
      text[at]! ^= length & 0xff
      text[at + 1]! ^= (length >> 8) & 0xff
    }
    this.#at = start + length * 2
    const name = text.toString('utf16le')
    return code === textToken ? `"${name.replaceAll('"', '""')}"` : `${prefixes[code - 0x30] ?? ''}${name}`
  }
}
