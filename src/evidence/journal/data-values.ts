// The fields that entries refer to: DATA objects, `NAME=value`. Those that many entries share are kept.

import { isUtf8 } from 'node:buffer'

import { u32, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import { decompress } from './decompress.ts'
import { type Layout, objectType } from './layout.ts'
import type { Pages } from './pages.ts'

/** Text where it is UTF-8, else its bytes. */
export type JournalValue = string | { readonly base64: string }

export interface Field {
  readonly name: string
  readonly value: JournalValue
  /** Of the value. */
  readonly bytes: number
}

const maxValueBytes = 16 * 1024 * 1024
const maxNameBytes = 256
/** Larger ones are read again. */
const maxKeptBytes = 256 * 1024
const keptBytes = 8 * 1024 * 1024
const keptFields = 32_768
const equals = 61

export class DataValues {
  readonly #pages: Pages
  readonly #layout: Layout
  readonly #notes: Notes
  /** Those of the last time, and those before: what is used again moves over. */
  #young = new Map<number, Field>()
  #old = new Map<number, Field>()
  #youngBytes = 0
  readonly #names = new Map<string, string>()

  constructor(pages: Pages, layout: Layout, notes: Notes) {
    this.#pages = pages
    this.#layout = layout
    this.#notes = notes
  }

  /** Undefined, with a note, where there is none that can be read. */
  at(offset: number): Field | undefined {
    const young = this.#young.get(offset)
    if (young !== undefined) return young
    const old = this.#old.get(offset)
    if (old !== undefined) {
      this.#keep(offset, old)
      return old
    }
    return this.#read(offset)
  }

  #keep(offset: number, field: Field): void {
    if (this.#youngBytes > keptBytes || this.#young.size >= keptFields) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#young.set(offset, field)
    this.#youngBytes += field.bytes
  }

  #read(offset: number): Field | undefined {
    const pages = this.#pages
    const { dataBytes } = this.#layout
    const head = offset % 8 === 0 ? pages.seek(offset, dataBytes) : -1
    if (head < 0 || pages.bytes[head] !== objectType.data) {
      this.#notes.add('there is no field where an entry has one', offset)
      return undefined
    }
    const flags = (pages.bytes[head + 1] ?? 0) & 7
    const length = u64(pages.bytes, head + 8) - dataBytes
    const isShared = u32(pages.bytes, head + 56) > 1
    const wanted = Math.min(length, maxValueBytes)
    const at = length < 2 ? -1 : pages.seek(offset + dataBytes, wanted)
    if (at < 0) {
      this.#notes.add('a field is cut off', offset)
      return undefined
    }
    const stored = pages.bytes.subarray(at, at + wanted)
    const field = this.#fieldOf(flags === 0 ? stored : this.#unpacked(stored, flags, offset), offset)
    if (length > wanted)
      this.#notes.add(`of a field only the first ${wanted} of ${length} bytes are read`, offset)
    if (field !== undefined && isShared && field.bytes <= maxKeptBytes) this.#keep(offset, field)
    return field
  }

  #unpacked(stored: Uint8Array, flags: number, offset: number): Buffer {
    const { bytes, fault } = decompress(stored, flags, maxValueBytes)
    if (fault !== undefined) this.#notes.add(`a compressed field is damaged: ${fault}`, offset)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  #fieldOf(payload: Buffer, offset: number): Field | undefined {
    const end = payload.subarray(0, maxNameBytes + 1).indexOf(equals)
    if (end <= 0) {
      this.#notes.add('a field has no name', offset)
      return undefined
    }
    const bytes = payload.length - end - 1
    return { name: this.#nameOf(payload.toString('latin1', 0, end)), value: valueOf(payload, end + 1), bytes }
  }

  /** The same string each time, which is what objects with equal fields share. */
  #nameOf(text: string): string {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    if (this.#names.size < 4096) this.#names.set(text, text)
    return text
  }
}

function valueOf(payload: Buffer, from: number): JournalValue {
  const text = payload.toString('utf8', from)
  // U+FFFD stands for what is not UTF-8, or for itself.
  if (!text.includes('\u{fffd}') || isUtf8(payload.subarray(from))) return text
  return { base64: payload.toString('base64', from) }
}
