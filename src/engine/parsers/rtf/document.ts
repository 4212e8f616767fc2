// One pass over an RTF document: where its data destinations begin, what its objects are and where its links lead.

import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { ByteWindow } from '../../codecs/byte-window.ts'
import { dataDestinations, linkDestinations, objectTraits } from './destinations.ts'
import { RtfReader } from './reader.ts'

export interface RtfBlob {
  /** `object`, `picture`, `datastore` … */
  readonly kind: string
  /** From 1, for each kind. */
  readonly number: number
  /** Behind the control word. */
  readonly start: number
}

export interface RtfObject {
  className: string
  name: string
  readonly traits: Set<string>
  /** The number of its `object` blob; 0: it has no data. */
  blob: number
}

export interface RtfLink {
  readonly kind: string
  readonly text: string
}

export interface RtfDocument {
  readonly blobs: readonly RtfBlob[]
  readonly objects: readonly RtfObject[]
  readonly links: readonly RtfLink[]
  /** Behind the last brace; undefined: it is missing. */
  readonly end: number | undefined
}

const quote = 39
const maxLinks = 10_000
const maxObjects = 100_000
const maxTextCharacters = 8192
/** Looked at the clock after as many tokens. */
const tokensPerLook = 4096

export function readRtf(source: ByteSource, budget: Budget, start: number): RtfDocument {
  const pass = new Pass(new ByteWindow(source, budget), start, budget.limits.maxMembers + 1)
  while (pass.run(tokensPerLook)) budget.checkTime()
  return pass
}

class Pass implements RtfDocument {
  readonly blobs: RtfBlob[] = []
  readonly objects: RtfObject[] = []
  readonly links: RtfLink[] = []
  end: number | undefined
  readonly #window: ByteWindow
  readonly #reader: RtfReader
  readonly #maxBlobs: number
  readonly #numbers = new Map<string, number>()
  #depth = 0
  /** Open groups of data, from the outermost: a kind at a time, so that nesting cannot multiply the work. */
  readonly #open: { readonly kind: string; readonly depth: number }[] = []
  /** The depth of the group that holds the text being read; 0: none. */
  #textDepth = 0
  #textKind = ''
  #text = ''
  #object: RtfObject | undefined

  constructor(window: ByteWindow, start: number, maxBlobs: number) {
    this.#window = window
    this.#reader = new RtfReader(window, start)
    this.#maxBlobs = maxBlobs
  }

  /** False: the document is at its end. */
  run(tokens: number): boolean {
    const reader = this.#reader
    for (let i = 0; i < tokens; i++) {
      switch (reader.next()) {
        case 'end':
          this.#endText()
          return false
        case 'open':
          this.#depth++
          break
        case 'close':
          this.#close()
          if (this.end !== undefined) return false
          break
        case 'word':
          this.#word(reader.word, reader.parameter)
          break
        case 'symbol':
          if (reader.symbol === quote && this.#textDepth > 0) this.#addHex()
          break
        case 'text':
          if (this.#textDepth > 0) this.#addText(reader.from, reader.to)
          break
        case 'binary':
          break
      }
    }
    return true
  }

  #close(): void {
    if (this.#depth === this.#textDepth) this.#endText()
    if (this.#depth === this.#open.at(-1)?.depth) this.#open.pop()
    this.#depth--
    if (this.#depth <= 0) this.end = this.#reader.at
  }

  #word(word: string, parameter: number | undefined): void {
    const data = dataDestinations.get(word)
    if (data !== undefined) this.#beginData(data)
    else if (word === 'object') this.#beginObject()
    else if (objectTraits.has(word)) this.#object?.traits.add(word)
    else if (word === 'u' && this.#textDepth > 0 && parameter !== undefined)
      this.#add(String.fromCharCode(parameter & 0xffff))
    const link = linkDestinations.get(word)
    if (link === undefined) return
    this.#endText()
    this.#textDepth = this.#depth
    this.#textKind = link
  }

  #beginObject(): RtfObject {
    const object: RtfObject = { className: '', name: '', traits: new Set(), blob: 0 }
    this.#object = object
    if (this.objects.length < maxObjects) this.objects.push(object)
    return object
  }

  #beginData(kind: string): void {
    // A second `\objdata` inside goes on with the same data.
    if (this.#open.some((outer) => outer.kind === kind)) return
    this.#open.push({ kind, depth: this.#depth })
    const number = (this.#numbers.get(kind) ?? 0) + 1
    this.#numbers.set(kind, number)
    if (this.blobs.length < this.#maxBlobs) this.blobs.push({ kind, number, start: this.#reader.at })
    if (kind !== 'object') return
    const object = this.#object === undefined || this.#object.blob > 0 ? this.#beginObject() : this.#object
    object.blob = number
  }

  #add(text: string): void {
    if (this.#text.length < maxTextCharacters) this.#text += text
  }

  #addText(from: number, to: number): void {
    for (let at = from; at < to && this.#text.length < maxTextCharacters; at++) {
      const byte = this.#window.byteAt(at)
      if (byte !== 10 && byte !== 13) this.#text += String.fromCharCode(byte)
    }
  }

  #addHex(): void {
    const { from } = this.#reader
    const digits = String.fromCharCode(this.#window.byteAt(from) & 0xff, this.#window.byteAt(from + 1) & 0xff)
    const code = Number.parseInt(digits, 16)
    if (code >= 32) this.#add(String.fromCharCode(code))
  }

  #endText(): void {
    if (this.#textDepth === 0) return
    const text = this.#text.trim()
    const kind = this.#textKind
    this.#textDepth = 0
    this.#text = ''
    if (text === '') return
    if (kind === 'class' || kind === 'name') {
      if (kind === 'class' && this.#object !== undefined) this.#object.className = text
      if (kind === 'name' && this.#object !== undefined) this.#object.name = text
    } else if (this.links.length < maxLinks) this.links.push({ kind, text })
  }
}
