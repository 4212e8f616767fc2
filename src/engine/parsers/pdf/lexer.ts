// Reads objects out of bytes (ISO 32000-2, 7.2 and 7.3), as tolerantly as readers do: a missing delimiter ends with
// the object, what makes no sense is left out. Depth, values and string lengths are bounded.

import { PdfReference, type PdfValue } from './value.ts'
import type { ByteWindow } from '../../codecs/byte-window.ts'

const other = 0
const white = 1
const delimiter = 2

const kinds = new Uint8Array(256)
for (const byte of [0, 9, 10, 12, 13, 32]) kinds[byte] = white
for (const char of '()<>[]{}/%') kinds[char.charCodeAt(0)] = delimiter

const maxDepth = 100
/** Values of one object that are kept. */
const maxValues = 400_000
const maxStringBytes = 16 * 1024 * 1024
const maxKeywordBytes = 16
/** Longer names mean nothing to anybody. */
const maxNameBytes = 256
const maxEscapedNames = 100
const objectWord = Buffer.from('obj')
const lastOfObject = 106

/** Words after which an object cannot go on. */
const ends: ReadonlySet<string> = new Set([
  'endobj',
  'obj',
  'stream',
  'endstream',
  'xref',
  'trailer',
  'startxref',
])

const noNames: ReadonlySet<string> = new Set()

interface Open {
  readonly items: PdfValue[]
  readonly isDictionary: boolean
}

export function isWhite(byte: number): boolean {
  return kinds[byte] === white
}

export function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

export class Lexer {
  readonly #window: ByteWindow
  readonly #end: number
  /** The offset of the next byte. */
  at: number
  /** The word that ended the object, empty at the end of the bytes; `at` is behind it. */
  word = ''
  /** Where that word begins. */
  wordAt = 0
  /** Something of the object was too large or too deep to be kept. */
  isCut = false
  /** Names of the object of which letters or digits were written as `#xx`. */
  escapedNames: ReadonlySet<string> = noNames
  #scratch = new Uint8Array(256)
  #values = 0

  /** Reads `[at, end)`. */
  constructor(window: ByteWindow, at: number, end = Number.POSITIVE_INFINITY) {
    this.#window = window
    this.at = at
    this.#end = end
  }

  /** The object at `at`, up to its `endobj`, `stream` or another word that ends it. */
  object(): PdfValue {
    this.#values = 0
    this.word = ''
    this.isCut = false
    this.escapedNames = noNames
    const open: Open[] = [{ items: [], isDictionary: false }]
    let tooDeep = 0
    for (;;) {
      const top = open.at(-1)
      const byte = this.#skipWhite()
      if (byte < 0 || top === undefined) break
      const token = this.#bracket(byte)
      if (token === 'open') {
        const isDictionary = byte === 60
        if (open.length >= maxDepth) {
          this.isCut = true
          tooDeep++
        } else open.push({ items: [], isDictionary })
      } else if (token === 'close') {
        if (tooDeep > 0) tooDeep--
        else if (open.length > 1) this.#close(open)
      } else if (token === 'none') {
        const value = this.#simple(byte, top)
        if (value === undefined && this.word !== '') break
        if (value !== undefined && tooDeep === 0) this.#keep(top, value, open.length === 1)
      }
    }
    while (open.length > 1) this.#close(open)
    return open[0]?.items[0] ?? null
  }

  #keep(top: Open, value: PdfValue, isOutermost: boolean): void {
    // Behind the object itself may stand anything; a reference has two numbers.
    if (isOutermost && top.items.length >= 3) return
    if (++this.#values > maxValues) this.isCut = true
    else top.items.push(value)
  }

  #close(open: Open[]): void {
    const done = open.pop()
    const top = open.at(-1)
    if (done === undefined || top === undefined) return
    this.#keep(top, done.isDictionary ? dictionaryOf(done.items) : done.items, open.length === 1)
  }

  #byte(): number {
    return this.at < this.#end ? this.#window.byteAt(this.at) : -1
  }

  /** Skips white space and comments; the byte at `at` then, or -1. */
  #skipWhite(): number {
    for (;;) {
      let byte = this.#byte()
      if (byte === 37) {
        while (byte >= 0 && byte !== 10 && byte !== 13) {
          this.at++
          byte = this.#byte()
        }
      }
      if (byte < 0 || kinds[byte] !== white) return byte
      this.at++
    }
  }

  #bracket(byte: number): 'open' | 'close' | 'none' | 'nothing' {
    switch (byte) {
      case 91:
        this.at++
        return 'open'
      case 93:
        this.at++
        return 'close'
      case 60:
      case 62: {
        const isDouble = this.at + 1 < this.#end && this.#window.byteAt(this.at + 1) === byte
        if (isDouble) {
          this.at += 2
          return byte === 60 ? 'open' : 'close'
        }
        if (byte === 60) return 'none'
        this.at++
        return 'nothing'
      }
      case 41:
      case 123:
      case 125:
        this.at++
        return 'nothing'
      default:
        return 'none'
    }
  }

  /** A value without parts; undefined: a word, which is in `word` if it ends the object. */
  #simple(byte: number, top: Open): PdfValue | undefined {
    if (byte === 47) return this.#name()
    if (byte === 40) return this.#literal()
    if (byte === 60) return this.#hex()
    const isNumeric = (byte >= 48 && byte <= 57) || byte === 43 || byte === 45 || byte === 46
    return isNumeric ? this.#number() : this.#wordOf(top)
  }

  #number(): number {
    let sign = 1
    let whole = 0
    let scale = 0
    for (; ; this.at++) {
      const byte = this.#byte()
      if (byte >= 48 && byte <= 57) {
        whole = whole * 10 + byte - 48
        scale *= 10
      } else if (byte === 46) scale = scale === 0 ? 1 : scale
      else if (byte === 45) sign = -1
      // `1 0obj` and `0R` are read by some.
      else if (byte !== 43) break
    }
    const value = scale > 1 ? whole / scale : whole
    return Number.isFinite(value) ? sign * value : 0
  }

  #wordOf(top: Open): PdfValue | undefined {
    const start = this.at
    let word = ''
    for (let byte = this.#byte(); byte >= 0 && kinds[byte] === other; byte = this.#byte()) {
      if (word.length < maxKeywordBytes) word += String.fromCharCode(byte)
      this.at++
      // `endobj7 0 obj`, `streamBT`: some writers leave out the line end.
      if (word === 'endobj' || word === 'stream' || word === 'endstream') break
    }
    if (ends.has(word)) {
      this.word = word
      this.wordAt = start
      return undefined
    }
    if (word === 'true' || word === 'false') return word === 'true'
    if (word === 'null') return null
    return word === 'R' ? referenceOf(top.items) : undefined
  }

  #name(): string {
    let name = ''
    let isEscaped = false
    this.at++
    for (let byte = this.#byte(); byte >= 0 && kinds[byte] === other; byte = this.#byte()) {
      this.at++
      let code = byte
      if (byte === 35) {
        const escape = this.#escapedByte()
        if (escape >= 0) {
          code = escape
          isEscaped ||= isLetterOrDigit(escape)
        }
      }
      if (name.length < maxNameBytes) name += String.fromCharCode(code)
    }
    if (isEscaped && this.escapedNames.size < maxEscapedNames) {
      this.escapedNames = new Set([...this.escapedNames, name])
    }
    return name
  }

  #escapedByte(): number {
    if (this.at + 1 >= this.#end) return -1
    const high = hexDigit(this.#window.byteAt(this.at))
    const low = hexDigit(this.#window.byteAt(this.at + 1))
    if (high < 0 || low < 0) return -1
    this.at += 2
    return high * 16 + low
  }

  /** 7.3.4.2. */
  #literal(): Uint8Array {
    let length = 0
    let depth = 1
    this.at++
    for (let byte = this.#byte(); byte >= 0; byte = this.#byte()) {
      this.at++
      if (byte === lastOfObject && this.#isObjectWord()) break
      if (byte === 92) byte = this.#stringEscape()
      else if (byte === 40) depth++
      else if (byte === 41 && --depth === 0) break
      else if (byte === 13) {
        // Any line end is a line feed.
        if (this.#byte() === 10) this.at++
        byte = 10
      }
      if (byte >= 0) length = this.#put(length, byte)
    }
    return this.#scratch.slice(0, length)
  }

  /** The byte behind a backslash; -1: none. */
  #stringEscape(): number {
    const byte = this.#byte()
    if (byte < 0) return -1
    this.at++
    if (byte >= 48 && byte <= 55) return this.#octal(byte - 48)
    switch (byte) {
      case 110:
        return 10
      case 114:
        return 13
      case 116:
        return 9
      case 98:
        return 8
      case 102:
        return 12
      case 13:
        if (this.#byte() === 10) this.at++
        return -1
      case 10:
        return -1
      default:
        return byte
    }
  }

  #octal(first: number): number {
    let value = first
    for (let digits = 1; digits < 3; digits++) {
      const byte = this.#byte()
      if (byte < 48 || byte > 55) break
      value = value * 8 + byte - 48
      this.at++
    }
    return value & 0xff
  }

  /** 7.3.4.3; what is no digit is skipped. */
  #hex(): Uint8Array {
    let length = 0
    let high = -1
    this.at++
    for (let byte = this.#byte(); byte >= 0; byte = this.#byte()) {
      this.at++
      if (byte === 62 || (byte === lastOfObject && this.#isObjectWord())) break
      const digit = hexDigit(byte)
      if (digit < 0) continue
      if (high < 0) high = digit
      else {
        length = this.#put(length, high * 16 + digit)
        high = -1
      }
    }
    if (high >= 0) length = this.#put(length, high * 16)
    return this.#scratch.slice(0, length)
  }

  /**
   * Whether the bytes before `at` are `endobj` or `n g obj`: an object nobody refers to, whose string is never closed,
   * must not hide those behind it. Such a string ends there.
   */
  #isObjectWord(): boolean {
    const start = this.at - objectWord.length
    if (!this.#window.has(objectWord, start)) return false
    const before = this.#window.byteAt(start - 1)
    const isEnd =
      before === 100 && this.#window.byteAt(start - 2) === 110 && this.#window.byteAt(start - 3) === 101
    const digit = this.#window.byteAt(start - 2) - 48
    if (!isEnd && !(kinds[before] === white && digit >= 0 && digit <= 9)) return false
    this.at = isEnd ? start - 3 : start
    return true
  }

  #put(length: number, byte: number): number {
    if (length === this.#scratch.length) {
      if (length >= maxStringBytes) {
        this.isCut = true
        return length
      }
      const larger = new Uint8Array(length * 2)
      larger.set(this.#scratch)
      this.#scratch = larger
    }
    this.#scratch[length] = byte
    return length + 1
  }
}

function isLetterOrDigit(byte: number): boolean {
  const lower = byte | 32
  return (byte >= 48 && byte <= 57) || (lower >= 97 && lower <= 122)
}

function dictionaryOf(items: readonly PdfValue[]): PdfValue {
  const dictionary = new Map<string, PdfValue>()
  for (let i = 0; i < items.length;) {
    const key = items[i]
    // A value is missing or there is one too many: the next name is a key again.
    if (typeof key !== 'string') i++
    else {
      dictionary.set(key, items[i + 1] ?? null)
      i += 2
    }
  }
  return dictionary
}

function referenceOf(items: PdfValue[]): PdfReference | undefined {
  const generation = items.at(-1)
  const number = items.at(-2)
  if (typeof number !== 'number' || typeof generation !== 'number') return undefined
  items.length -= 2
  return new PdfReference(number, generation)
}
