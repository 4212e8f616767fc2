// One document: its objects, found without trusting its cross-reference tables, and the decoded content of its streams.

import { type Budget, LimitReached } from '../../limits.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Reader } from './action-text.ts'
import { liesInStream, maxOffsets, streamOffsets, tableOffsets } from './cross-reference.ts'
import { Facts, type Holder } from './facts.ts'
import { decodedBy, type FilterStep, stepsOf } from './filters/chain.ts'
import { Lexer } from './lexer.ts'
import { ObjectIndex } from './object-index.ts'
import type { PdfStream } from './pdf-stream.ts'
import { decryptionStep, decryptString, type Security, securityOf } from './security/security.ts'
import { isArray, type PdfDictionary, PdfReference, type PdfValue } from './value.ts'
import { endsAt, objectAt, walk, type WalkedObject } from './walk.ts'
import { ByteWindow } from '../../codecs/byte-window.ts'

/** Told what of a stream could not be read. */
export type StreamReport = (code: 'encrypted' | 'unsupported-method' | 'damaged', message: string) => void

const maxFilters = 32
/** Revisions of a document, as far as their tables are looked at. */
const maxTables = 1000
/** Objects inside the data of streams. */
const maxHidden = 10_000
const maxReferences = 16
/** Read at once where single objects are looked at. */
const lookBytes = 4096
/** Objects of one object stream (ISO 32000-2, 7.5.7, has no bound). */
const maxStreamObjects = 200_000

export class PdfDocument {
  readonly facts = new Facts()
  /** In the file's order; every revision. */
  readonly streams: PdfStream[] = []
  readonly #source: ByteSource
  readonly #budget: Budget
  readonly #index = new ObjectIndex()
  readonly #window: ByteWindow
  readonly #objectStreams: PdfStream[] = []
  readonly #tables: { readonly from: number; readonly to: number }[] = []
  readonly #crossReferences: PdfStream[] = []
  readonly #containers = new Map<PdfStream, number>()
  #opened:
    | { readonly container: number; readonly source: ByteSource; readonly window: ByteWindow }
    | undefined
  #encrypt: PdfValue = null
  #id: PdfValue = null
  #security: Security | undefined
  /** Behind the last object. */
  #end = 0

  constructor(source: ByteSource, budget: Budget) {
    this.#source = timedSource(source, budget)
    this.#budget = budget
    this.#window = new ByteWindow(this.#source, budget, lookBytes)
  }

  /** The pass over the file; object streams are read by `readObjectStream`, one after the other. */
  read(passwords: readonly string[]): void {
    const window = new ByteWindow(this.#source, this.#budget)
    this.#end = walk(window, this.#budget, {
      object: (object) => this.#add(object),
      trailer: (dictionary) => this.#trailer(dictionary),
      table: (span) => {
        if (this.#tables.length < maxTables) this.#tables.push(span)
      },
    })
    const encrypt = this.resolve(this.#encrypt)
    if (encrypt instanceof Map) {
      this.#security = securityOf(encrypt, this.resolve(this.#id), passwords, (value) => this.resolve(value))
    }
    for (const offset of this.#hiddenOffsets()) {
      this.#window.drop()
      const object = objectAt(this.#window, offset)
      if (object !== undefined) this.#add(object)
    }
  }

  /** Where tables place objects inside the data of streams. */
  #hiddenOffsets(): ReadonlySet<number> {
    const streams = [...this.streams]
    const hidden = new Set<number>()
    let count = 0
    const look = (offsets: Iterable<number>): void => {
      for (const offset of offsets) {
        if (++count > maxOffsets || hidden.size >= maxHidden) return
        if (liesInStream(streams, offset)) hidden.add(offset)
      }
    }
    for (const span of this.#tables) {
      this.#window.drop()
      look(tableOffsets(this.#window, span))
    }
    for (const stream of this.#crossReferences) {
      const widths = this.resolve(this.#dictionaryAt(stream.at).get('W'))
      const content = isArray(widths) ? this.open(stream, () => {}) : undefined
      if (content === undefined || !isArray(widths)) continue
      try {
        look(streamOffsets(content, widths.map(Number)))
      } catch (thrown) {
        if (!(thrown instanceof LimitReached) || thrown.code !== 'ratio') throw thrown
      } finally {
        content.release?.()
      }
    }
    return hidden
  }

  /** Encrypted, and no password fits. */
  get isLocked(): boolean {
    return this.#security !== undefined && this.#security.key === undefined
  }

  get objectEnd(): number {
    return this.#end
  }

  readonly reader: Reader = {
    resolve: (value) => this.resolve(value),
    string: (bytes, holder) => this.string(bytes, holder),
  }

  #add(object: WalkedObject): void {
    const { number, generation, at, value, stream } = object
    this.#index.add(number, at)
    this.facts.add({ number, generation, isPlain: false }, value)
    this.facts.addEscapedNames(object.escapedNames)
    if (object.isCut) this.facts.isCut = true
    if (stream === undefined || !(value instanceof Map)) return
    const type = value.get('Type')
    if (type === 'XRef') this.#trailer(value)
    const isObjectStream = type === 'ObjStm' || (value.has('First') && value.has('N'))
    // One more than may be yielded: the scan says that there were too many.
    if (this.streams.length > this.#budget.limits.maxMembers) return
    const entry = { number, generation, at, ...stream, isObjectStream }
    this.streams.push(entry)
    if (type === 'XRef' && this.#crossReferences.length < maxTables) this.#crossReferences.push(entry)
    if (!isObjectStream) return
    this.#containers.set(entry, this.#objectStreams.length)
    this.#objectStreams.push(entry)
  }

  #trailer(dictionary: PdfDictionary): void {
    this.#encrypt = dictionary.get('Encrypt') ?? this.#encrypt
    this.#id = dictionary.get('ID') ?? this.#id
  }

  /** The value itself, or what the reference leads to. */
  resolve(value: PdfValue | undefined): PdfValue {
    let current = value ?? null
    for (let steps = 0; current instanceof PdfReference; steps++) {
      if (steps === maxReferences) return null
      current = this.#lookUp(current)
    }
    return current
  }

  #lookUp(reference: PdfReference): PdfValue {
    const place = this.#index.find(reference)
    if (place === undefined) return null
    if (place.container < 0) {
      this.#window.drop()
      return new Lexer(this.#window, place.at).object()
    }
    try {
      const opened = this.#openContainer(place.container)
      opened?.window.drop()
      return opened === undefined ? null : new Lexer(opened.window, place.at, place.end).object()
    } catch (thrown) {
      // An object stream that unpacks to too much has been reported when it was yielded.
      if (!(thrown instanceof LimitReached) || thrown.code !== 'ratio') throw thrown
      return null
    }
  }

  #openContainer(
    container: number,
  ): { readonly source: ByteSource; readonly window: ByteWindow } | undefined {
    if (this.#opened?.container === container) return this.#opened
    this.close()
    const stream = this.#objectStreams[container]
    if (stream === undefined) return undefined
    const source = this.open(stream, () => {})
    if (source === undefined) return undefined
    this.#opened = { container, source, window: new ByteWindow(source, this.#budget, lookBytes) }
    return this.#opened
  }

  /** Gives back the object stream that was looked into last. */
  close(): void {
    this.#opened?.source.release?.()
    this.#opened = undefined
  }

  /** Looks at the objects in an object stream (7.5.7), of which `content` is what it decodes to. */
  readObjectStream(stream: PdfStream, content: ByteSource): void {
    const container = this.#containers.get(stream) ?? -1
    const dictionary = this.#dictionaryAt(stream.at)
    const first = this.resolve(dictionary.get('First'))
    if (typeof first !== 'number') return
    const window = new ByteWindow(content, this.#budget)
    const places = placesIn(window, first)
    for (const [index, [number, offset]] of places.entries()) {
      this.#budget.checkTime()
      const at = first + offset
      const next = places[index + 1]?.[1] ?? -1
      const end = next > offset ? first + next : Number.POSITIVE_INFINITY
      this.#index.add(number, at, container, end)
      const lexer = new Lexer(window, at, end)
      this.facts.add({ number, generation: 0, isPlain: true }, lexer.object())
      this.facts.addEscapedNames(lexer.escapedNames)
      if (lexer.isCut) this.facts.isCut = true
    }
  }

  #dictionaryAt(at: number): PdfDictionary {
    this.#window.drop()
    const value = new Lexer(this.#window, at).object()
    return value instanceof Map ? value : new Map<string, PdfValue>()
  }

  /** A string of an object; undefined: it is encrypted. */
  string(bytes: Uint8Array, holder: Holder): Uint8Array | undefined {
    if (this.#security === undefined || holder.isPlain) return bytes
    return this.isLocked ? undefined : decryptString(this.#security, bytes, holder)
  }

  /** Where the object of a reference lies, for the decryption of its strings. */
  holderOf(reference: PdfReference): Holder {
    const place = this.#index.find(reference)
    return {
      number: reference.number,
      generation: reference.generation,
      isPlain: place !== undefined && place.container >= 0,
    }
  }

  /** The decoded content; undefined: nothing of it can be read, and why has been reported. */
  open(stream: PdfStream, report: StreamReport): ByteSource | undefined {
    const dictionary = this.#dictionaryAt(stream.at)
    const end = this.#endOf(stream, dictionary)
    const raw = sliceSource(this.#source, stream.start, end - stream.start)
    const { names, parameters } = this.#filtersOf(dictionary)
    const decryption = this.#decryptionOf(stream, dictionary, { names, parameters })
    if (decryption === 'locked') {
      report('encrypted', 'needs a password')
      return undefined
    }
    const steps: FilterStep[] = decryption === undefined ? [] : [decryption]
    for (const [index, name] of names.entries()) {
      if (name === 'Crypt') continue
      const own = parameters[index]
      const found = stepsOf(name, {
        number: (key, otherwise) => {
          const value = own === undefined ? null : this.resolve(own.get(key))
          return typeof value === 'number' ? value : otherwise
        },
      })
      if (found === 'image') break
      if (found === undefined || index >= maxFilters) {
        report('unsupported-method', `filter ${name.slice(0, 40)} is not supported`)
        break
      }
      steps.push(...found)
    }
    if (steps.length === 0) return raw
    const options = {
      budget: this.#budget,
      isWhole: stream.isWhole,
      report: (message: string) => report('damaged', message),
    }
    return decodedBy(raw, steps, options)
  }

  /** A length that is an object of its own is known only now. */
  #endOf(stream: PdfStream, dictionary: PdfDictionary): number {
    const value = dictionary.get('Length')
    if (!(value instanceof PdfReference)) return stream.end
    const length = this.resolve(value)
    if (typeof length !== 'number' || length < 0 || stream.start + length === stream.end) return stream.end
    this.#window.drop()
    return endsAt(this.#window, stream.start + length) ? stream.start + length : stream.end
  }

  #filtersOf(dictionary: PdfDictionary): Filters {
    const filter = this.resolve(dictionary.get('Filter') ?? dictionary.get('F'))
    const decode = this.resolve(dictionary.get('DecodeParms') ?? dictionary.get('DP'))
    const list = isArray(filter) ? filter.slice(0, maxFilters + 1) : [filter]
    const names = list.map((item) => this.resolve(item)).filter((item) => typeof item === 'string')
    const parameters = names.map((_, index) => {
      const value = isArray(decode) ? this.resolve(decode[index]) : decode
      return value instanceof Map ? value : undefined
    })
    return { names, parameters }
  }

  #decryptionOf(
    stream: PdfStream,
    dictionary: PdfDictionary,
    { names, parameters }: Filters,
  ): FilterStep | 'locked' | undefined {
    const security = this.#security
    const type = this.resolve(dictionary.get('Type'))
    if (security === undefined || type === 'XRef') return undefined
    if (type === 'Metadata' && !security.encryptsMetadata) return undefined
    const crypt = names.indexOf('Crypt')
    const named = crypt < 0 ? undefined : this.resolve(parameters[crypt]?.get('Name'))
    const usual = type === 'EmbeddedFile' ? 'EFF' : 'StmF'
    const own = typeof named === 'string' ? named : 'Identity'
    const method = security.method(crypt < 0 ? usual : own)
    if (method === 'none') return undefined
    return security.key === undefined ? 'locked' : decryptionStep(security.key, method, stream)
  }
}

interface Filters {
  readonly names: readonly string[]
  readonly parameters: readonly (PdfDictionary | undefined)[]
}

/** Number and offset of each object: pairs of integers before `first`. */
function placesIn(window: ByteWindow, first: number): (readonly [number: number, offset: number])[] {
  const places: [number, number][] = []
  let number: number | undefined
  for (let at = 0; at < first && places.length < maxStreamObjects;) {
    let value = -1
    for (; at < first; at++) {
      const digit = window.byteAt(at) - 48
      if (digit < 0 || digit > 9) break
      value = Math.max(0, value) * 10 + digit
    }
    if (window.byteAt(at) < 0) break
    if (value < 0) at++
    else if (number === undefined) number = value
    else {
      places.push([number, value])
      number = undefined
    }
  }
  return places
}
