// The tokens of RTF (Rich Text Format Specification 1.9.1, "RTF Syntax"), read as forgivingly as Word reads them.

import type { ByteWindow } from '../../codecs/byte-window.ts'

export type RtfToken = 'open' | 'close' | 'word' | 'symbol' | 'text' | 'binary' | 'end'

const backslash = 92
const openBrace = 123
const closeBrace = 125
const quote = 39
const maxWordCharacters = 32
const maxDigits = 10

function isLetter(byte: number): boolean {
  const lower = byte | 32
  return lower >= 97 && lower <= 122
}

export class RtfReader {
  readonly #window: ByteWindow
  at: number
  /** Of a `word`. */
  word = ''
  parameter: number | undefined
  /** Of a `symbol`: the character; of `'` the byte is in `from` and `to` as text. */
  symbol = 0
  /** Bytes of `text` and `binary`, and the two digits of a hexadecimal character. */
  from = 0
  to = 0

  constructor(window: ByteWindow, at: number) {
    this.#window = window
    this.at = at
  }

  next(): RtfToken {
    const byte = this.#window.byteAt(this.at)
    if (byte < 0) return 'end'
    if (byte === openBrace || byte === closeBrace) {
      this.at++
      return byte === openBrace ? 'open' : 'close'
    }
    if (byte === backslash) return this.#control()
    this.from = this.at
    let next = byte
    while (next >= 0 && next !== backslash && next !== openBrace && next !== closeBrace) {
      next = this.#window.byteAt(++this.at)
    }
    this.to = this.at
    return 'text'
  }

  #control(): RtfToken {
    this.at++
    const first = this.#window.byteAt(this.at)
    if (!isLetter(first)) {
      this.at++
      this.symbol = first
      if (first === quote) {
        this.from = this.at
        this.at += 2
        this.to = this.at
      }
      return first < 0 ? 'end' : 'symbol'
    }
    this.word = ''
    for (let byte = first; isLetter(byte); byte = this.#window.byteAt(++this.at)) {
      if (this.word.length < maxWordCharacters) this.word += String.fromCharCode(byte)
    }
    this.#readParameter()
    if (this.#window.byteAt(this.at) === 32) this.at++
    if (this.word !== 'bin' || this.parameter === undefined || this.parameter <= 0) return 'word'
    this.from = this.at
    this.at += this.parameter
    this.to = this.at
    return 'binary'
  }

  #readParameter(): void {
    this.parameter = undefined
    const isNegative = this.#window.byteAt(this.at) === 45
    let at = isNegative ? this.at + 1 : this.at
    let value = 0
    let digits = 0
    for (
      let digit = this.#window.byteAt(at) - 48;
      digit >= 0 && digit <= 9;
      digit = this.#window.byteAt(++at) - 48
    ) {
      if (digits++ < maxDigits) value = value * 10 + digit
    }
    if (digits === 0) return
    this.parameter = isNegative ? -value : value
    this.at = at
  }
}
