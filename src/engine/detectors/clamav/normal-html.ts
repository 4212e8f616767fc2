// HTML as signatures for target 3 see it. ClamAV makes two texts of it: one in lower case without comments, with white
// space only where it has a meaning, and one of the displayed text and the addresses of links and images. What becomes
// of what was found by giving pages to clamscan 1.4.6 with --leave-temps. Scripts are not interpreted.

import { ByteWriter } from './byte-writer.ts'
import { decodeEntity, type Entity, isNameByte, numericEntity } from './html-entities.ts'

export interface HtmlForms {
  readonly withoutComments: Uint8Array
  readonly withoutTags: Uint8Array
}

export function normaliseHtml(bytes: Uint8Array): HtmlForms {
  return new HtmlNormaliser(bytes).run()
}

const code = {
  space: 0x20,
  exclamation: 0x21,
  quote: 0x22,
  hash: 0x23,
  ampersand: 0x26,
  apostrophe: 0x27,
  stop: 0x2e,
  slash: 0x2f,
  semicolon: 0x3b,
  less: 0x3c,
  equals: 0x3d,
  greater: 0x3e,
} as const

/** Full stops of other scripts in UTF-8, which are used for dots in names of hosts. */
const fullStops = new Set(['227,128,130', '239,188,97', '239,188,142', '239,185,146'])
/** The same in Big5, behind 0xa1. */
const fullStopsBehindA1 = new Set([0x43, 0x44, 0x4f])
/** Bytes kept of the name of a tag or of an attribute and its value. */
const maxNameBytes = 1024
const end = -1

class HtmlNormaliser {
  readonly #bytes: Uint8Array
  readonly #markup: ByteWriter
  readonly #text: ByteWriter
  #at = 0
  /** The element whose content is script or style. */
  #raw = ''
  #afterSpace = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#markup = new ByteWriter(bytes.length)
    this.#text = new ByteWriter(bytes.length)
  }

  run(): HtmlForms {
    for (let byte = this.#peek(); byte !== end; byte = this.#peek()) {
      if (this.#raw === '') this.#content(byte)
      else this.#rawContent(byte)
    }
    return { withoutComments: this.#markup.bytes(), withoutTags: this.#text.bytes() }
  }

  /** The next byte; zeros are as if they were not there. */
  #peek(): number {
    while (this.#bytes[this.#at] === 0) this.#at++
    return this.#at < this.#bytes.length ? this.#bytes[this.#at]! : end
  }

  #skipSpace(): number {
    let byte = this.#peek()
    while (isSpace(byte)) {
      this.#at++
      byte = this.#peek()
    }
    return byte
  }

  #content(byte: number): void {
    if (byte === code.less) {
      this.#textSpace()
      this.#tag()
    } else if (isSpace(byte)) {
      this.#textSpace()
      if (this.#skipSpace() !== end) this.#markup.push(code.space)
    } else if (byte >= 0x80) {
      this.#beyondAscii()
    } else if (byte === code.ampersand) {
      this.#textSpace()
      this.#reference()
    } else {
      this.#at++
      this.#markup.push(lower(byte))
      if (byte < code.space) {
        this.#textSpace()
        return
      }
      this.#text.push(lower(byte))
      this.#afterSpace = false
    }
  }

  /** Up to three bytes beyond ASCII make a character, which is dropped when nothing follows it. */
  #beyondAscii(): void {
    const group: number[] = []
    let next = this.#peek()
    for (; next >= 0x80 && group.length < 3; next = this.#peek()) {
      group.push(next)
      this.#at++
    }
    if (next === end) return
    if (fullStops.has(group.join()) || (group.join() === '161' && fullStopsBehindA1.has(next))) {
      this.#fullStop(group.length)
      return
    }
    for (const byte of group) this.#markup.push(byte)
    // The displayed text has the last byte but one instead of the last.
    for (const byte of [...group.slice(0, -1), group.at(-2) ?? 0]) this.#text.push(byte)
  }

  /** One of another script; of two bytes the second is ASCII. */
  #fullStop(bytes: number): void {
    for (const form of [this.#markup, this.#text]) {
      form.push(code.stop)
      if (bytes === 1) form.push(0)
    }
    if (bytes === 1) this.#at++
  }

  #textSpace(): void {
    if (!this.#afterSpace) this.#text.push(code.space)
    this.#afterSpace = true
  }

  /** Of a script or style: without white space, with one kind of quotes, and no tag but its own end is one. */
  #rawContent(byte: number): void {
    if (byte === code.ampersand) {
      this.#reference()
      return
    }
    if (byte === code.less && this.#isEndOfRaw()) {
      this.#raw = ''
      this.#textSpace()
      this.#tag()
      return
    }
    this.#at++
    if (!isSpace(byte)) this.#markup.push(byte === code.apostrophe ? code.quote : lower(byte))
  }

  #isEndOfRaw(): boolean {
    const name = `/${this.#raw}`
    for (let index = 0; index < name.length; index++) {
      if (lower(this.#bytes[this.#at + 1 + index] ?? 0) !== name.charCodeAt(index)) return false
    }
    return true
  }

  #tag(): void {
    this.#at++
    this.#markup.push(code.less)
    if (this.#skipSpace() === code.exclamation) {
      this.#markup.drop()
      this.#comment()
      return
    }
    const name = this.#tagName()
    const attributes = new Map<string, string>()
    if (this.#peek() !== code.greater) this.#attributes(attributes)
    if (this.#peek() === end) return
    this.#at++
    this.#markup.push(code.greater)
    this.#skipSpace()
    if (name === 'script' || name === 'style') this.#raw = name
    this.#link(name, attributes)
  }

  #comment(): void {
    const close = this.#bytes.indexOf(code.greater, this.#at)
    this.#at = close < 0 ? this.#bytes.length : close + 1
    this.#skipSpace()
  }

  #tagName(): string {
    let name = ''
    for (
      let byte = this.#peek();
      byte !== end && byte !== code.greater && !isSpace(byte);
      byte = this.#peek()
    ) {
      this.#at++
      this.#markup.push(lower(byte))
      if (name.length < maxNameBytes) name += String.fromCharCode(lower(byte))
    }
    return name
  }

  /** Up to the end of the tag. */
  #attributes(attributes: Map<string, string>): void {
    for (let byte = this.#skipSpace(); byte !== end && byte !== code.greater; byte = this.#skipSpace()) {
      const name = this.#attributeName()
      if (this.#skipSpace() !== code.equals) continue
      this.#at++
      this.#markup.push(code.equals)
      this.#skipSpace()
      const value = this.#attributeValue()
      if (!attributes.has(name)) attributes.set(name, value)
    }
  }

  #attributeName(): string {
    let name = ''
    for (
      let byte = this.#peek();
      byte !== end && byte !== code.equals && byte !== code.greater && !isSpace(byte);
      byte = this.#peek()
    ) {
      if (name === '') this.#markup.push(code.space)
      this.#at++
      this.#markup.push(lower(byte))
      if (name.length < maxNameBytes) name += String.fromCharCode(lower(byte))
    }
    return name
  }

  /** Returns the value as it is; one in quotes ends at white space, too, which only the first time is part of it. */
  #attributeValue(): string {
    const value = new AttributeValue()
    for (let byte = this.#peek(); byte !== end; byte = this.#peek()) {
      if (value.isData) {
        this.#skipData(value)
        break
      }
      if (byte === code.ampersand) {
        for (const each of this.#reference().bytes) value.add(each)
        continue
      }
      if (isSpace(byte) || byte === code.greater) {
        if (value.quote === 0) break
        this.#at++
        this.#markup.push(byte)
        value.add(byte === code.greater ? byte : code.space)
        value.quote = 0
        this.#skipSpace()
        continue
      }
      this.#at++
      if (this.#quoteOrByte(byte, value)) break
    }
    return value.text
  }

  /** Returns true at the quote that ends the value. */
  #quoteOrByte(byte: number, value: AttributeValue): boolean {
    const isQuote = byte === code.quote || byte === code.apostrophe
    if (isQuote && value.length === 0) {
      value.quote = byte
      this.#markup.push(code.quote)
      value.add(code.quote)
      return false
    }
    this.#markup.push(isQuote ? code.quote : lower(byte))
    value.add(isQuote ? code.quote : byte)
    return isQuote && byte === value.quote
  }

  /** Of `data:` URLs only that word is kept, without the colon. */
  #skipData(value: AttributeValue): void {
    this.#markup.drop()
    if (value.quote !== 0) this.#markup.push(code.quote)
    for (let byte = this.#peek(); byte !== end; byte = this.#peek()) {
      if (value.quote === 0 ? isSpace(byte) || byte === code.greater : byte === value.quote) break
      this.#at++
    }
    if (value.quote !== 0 && this.#peek() !== end) this.#at++
    value.text = ''
  }

  /** `&name;` and `&#number;`. */
  #reference(): Entity {
    this.#at++
    const start = this.#at
    let entity: Entity
    if (this.#peek() === code.hash) {
      this.#at++
      entity = numericEntity(this.#bytes, this.#at)
      this.#at = entity.end
    } else {
      let at = start
      while (at < this.#bytes.length && at - start < maxNameBytes && isNameByte(this.#bytes[at]!)) at++
      entity = decodeEntity(this.#bytes, start, at)
      this.#at = entity.end
    }
    for (const byte of entity.bytes) this.#markup.push(lower(byte))
    return entity
  }

  /** The address of a link or an image is part of the text. */
  #link(name: string, attributes: ReadonlyMap<string, string>): void {
    const wanted = new Map([
      ['a', 'href'],
      ['img', 'src'],
    ]).get(name)
    const value = wanted === undefined ? undefined : attributes.get(wanted)
    if (value === undefined) return
    const bare = value.startsWith('"') ? value.slice(1, -1) : value
    if (bare === '') return
    this.#text.pushText(bare)
    this.#text.push(code.space)
    this.#afterSpace = true
  }
}

const dataScheme = 'data:'

class AttributeValue {
  /** Zero without quotes. */
  quote = 0
  text = ''

  get length(): number {
    return this.text.length
  }

  get isData(): boolean {
    return this.text === dataScheme || this.text === `"${dataScheme}`
  }

  add(byte: number): void {
    if (this.text.length < maxNameBytes) this.text += String.fromCharCode(byte)
  }
}

function isSpace(byte: number): boolean {
  return byte === code.space || (byte >= 0x09 && byte <= 0x0d)
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte
}
