// SIS of EPOC release 5 and 6 (described by Alexander Thoukydides, "The EPOC Installation File Format"): a header with
// places, and records one after the other.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Member, UnpackContext } from '../format.ts'
import { memberAt } from './packed.ts'

const headerBytes = 72
const optionUnicode = 1
const optionStored = 8
const maxRecords = 10_000
const longestName = 512
/** Kinds of records. */
const plainFile = 0
const fileForLanguages = 1
const optionsLine = 2
const conditions = new Set([3, 4])
const lastKind = 6

export function* oldMembers(
  source: ByteSource,
  isRelease6: boolean,
  context: UnpackContext,
): Generator<Member> {
  const header = source.read(0, headerBytes).slice()
  const [languages, count, options] = [u16(header, 18), u16(header, 20), u16(header, 36)]
  const records = new Records(source, { languages, isRelease6, isUnicode: (options & optionUnicode) !== 0 })
  let at = u32(header, 52)
  for (let index = 0; index < Math.min(count, maxRecords); index++) {
    context.budget.checkTime()
    const record = records.at(at)
    if (record === undefined) {
      context.fault('(file records)', 'damaged', 'a record is cut off or of an unknown kind')
      return
    }
    at = record.end
    for (const [language, { offset, length }] of record.parts.entries()) {
      const name = record.parts.length > 1 ? `${record.name} (${language + 1})` : record.name
      const member = memberAt(
        source,
        { name, offset, length, isPacked: (options & optionStored) === 0 },
        context,
      )
      if (member !== undefined) yield member
    }
  }
}

interface Part {
  readonly offset: number
  readonly length: number
}

interface FileRecord {
  readonly name: string
  readonly parts: readonly Part[]
  readonly end: number
}

interface Traits {
  readonly languages: number
  readonly isRelease6: boolean
  readonly isUnicode: boolean
}

class Records {
  readonly #source: ByteSource
  readonly #traits: Traits

  constructor(source: ByteSource, traits: Traits) {
    this.#source = source
    this.#traits = traits
  }

  at(at: number): FileRecord | undefined {
    const head = this.#source.read(at, 28).slice()
    const kind = u32(head, 0)
    if (head.length < 4 || kind > lastKind) return undefined
    if (kind === plainFile || kind === fileForLanguages)
      return head.length < 28 ? undefined : this.#file(at, head, kind)
    if (kind === optionsLine) return this.#empty(at + 8 + u32(head, 4) * this.#traits.languages * 8 + 16)
    if (conditions.has(kind)) return this.#empty(at + 8 + u32(head, 4))
    return this.#empty(at + 4)
  }

  #empty(end: number): FileRecord {
    return { name: '', parts: [], end }
  }

  #file(at: number, head: Uint8Array, kind: number): FileRecord | undefined {
    const { languages, isRelease6 } = this.#traits
    const count = kind === plainFile ? 1 : languages
    const columns = isRelease6 ? 3 : 2
    const table = this.#source.read(at + 28, count * columns * 4).slice()
    if (table.length < count * columns * 4) return undefined
    const parts: Part[] = []
    for (let index = 0; index < count; index++) {
      parts.push({ length: u32(table, index * 4), offset: u32(table, (count + index) * 4) })
    }
    // The place of a MIME type follows since release 6.
    const end = at + 28 + table.length + (isRelease6 ? 8 : 0)
    return {
      name: this.#text(u32(head, 24), u32(head, 20)) || this.#text(u32(head, 16), u32(head, 12)) || 'file',
      parts,
      end,
    }
  }

  #text(offset: number, length: number): string {
    const bytes = Buffer.from(this.#source.read(offset, Math.min(length, longestName)))
    return bytes.toString(this.#traits.isUnicode ? 'utf16le' : 'latin1')
  }
}
