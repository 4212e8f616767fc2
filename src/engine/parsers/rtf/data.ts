// The bytes of a data destination: hexadecimal digits with whatever stands between them, and `\bin` parts.

import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { ByteWindow } from '../../codecs/byte-window.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import { dataDestinations, linkDestinations, otherDestinations } from './destinations.ts'
import { RtfReader } from './reader.ts'

export type Reading =
  /** As Word: groups of other destinations inside do not belong to it. */
  | 'strict'
  /** Every digit up to the end of the group. */
  | 'all'

const quote = 39
const star = 42

export class RtfData implements Decoder {
  readonly #window: ByteWindow
  readonly #reader: RtfReader
  readonly #start: number
  readonly #isStrict: boolean
  #depth = 0
  /** The depth of the outermost group that does not belong to the data; 0: none is open. */
  #ignored = 0
  #high = -1
  /** What is left of the last token. */
  #from = 0
  #to = 0
  #isBinary = false
  #isAtEnd = false
  #isFirst = false
  #isStarred = false

  /** `start`: behind the control word that begins the destination. */
  constructor(source: ByteSource, budget: Budget, start: number, reading: Reading) {
    this.#window = new ByteWindow(source, budget)
    this.#reader = new RtfReader(this.#window, start)
    this.#start = start
    this.#isStrict = reading === 'strict'
  }

  get consumed(): number {
    return this.#reader.at - this.#start
  }

  read(out: Uint8Array): number {
    this.#window.drop()
    let to = 0
    while (to < out.length && !this.#isAtEnd) {
      if (this.#from < this.#to) to = this.#isBinary ? this.#copy(out, to) : this.#digits(out, to)
      else this.#step()
    }
    return to
  }

  #step(): void {
    const reader = this.#reader
    const token = reader.next()
    switch (token) {
      case 'end':
        this.#isAtEnd = true
        return
      case 'open':
        this.#depth++
        this.#isFirst = true
        this.#isStarred = false
        return
      case 'close':
        this.#isAtEnd = this.#depth === 0
        if (this.#depth-- === this.#ignored) this.#ignored = 0
        return
      case 'word':
        this.#word(reader.word)
        this.#isFirst = false
        return
      case 'symbol':
        // As Word: a digit that waits for its other half is lost.
        if (reader.symbol === quote) this.#high = -1
        if (reader.symbol === star && this.#isFirst) this.#isStarred = true
        return
      case 'text':
      case 'binary':
        if (this.#ignored > 0) return
        this.#isFirst &&= token === 'text'
        this.#isBinary = token === 'binary'
        this.#from = reader.from
        this.#to = reader.to
    }
  }

  #word(word: string): void {
    if (!this.#isStrict || !this.#isFirst || this.#ignored > 0 || word === 'objdata') return
    const isOther = dataDestinations.has(word) || linkDestinations.has(word) || otherDestinations.has(word)
    if (this.#isStarred || isOther) this.#ignored = this.#depth
  }

  #copy(out: Uint8Array, from: number): number {
    let to = from
    for (; to < out.length && this.#from < this.#to; this.#from++) {
      const byte = this.#window.byteAt(this.#from)
      if (byte < 0) {
        this.#isAtEnd = true
        break
      }
      out[to++] = byte
    }
    return to
  }

  #digits(out: Uint8Array, from: number): number {
    let to = from
    for (; to < out.length && this.#from < this.#to; this.#from++) {
      const digit = digitOf(this.#window.byteAt(this.#from))
      if (digit < 0) continue
      if (this.#high < 0) this.#high = digit
      else {
        out[to++] = this.#high * 16 + digit
        this.#high = -1
      }
    }
    return to
  }
}

function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}
