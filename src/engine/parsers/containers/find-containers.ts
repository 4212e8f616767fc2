// Searches a source for archives, documents and programs that begin somewhere inside of it.

import { u16, u32 } from '../../codecs/little-endian.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import { type Container, containerAt, type ContainerKind, kinds } from './kinds.ts'
import { patternBytes, SignatureSearch } from './signature-search.ts'

/** Searched from the beginning, and at the end of what is larger. */
const headSpan = 64 * 1024 * 1024
const tailSpan = 4 * 1024 * 1024
/** Places that look like a signature; a file that is full of them is hostile. */
const maxHits = 65_536
/** Between `MZ` and `PE\0\0`. */
const longestDosPart = 4096

/** `PE\0\0` and the low byte of the machine: two letters at the beginning of a program are everywhere. */
const peMarks = [0x4c, 0x64, 0xc0, 0xc2, 0xc4, 0xbc, 0x66, 0x32].map(
  (machine) => `PE\0\0${String.fromCharCode(machine)}`,
)
const peKind = kinds.filter(({ id }) => id === 'pe')
const arjKind = kinds.filter(({ id }) => id === 'arj')
const streamKinds = kinds.filter(({ sort }) => sort === 'stream')
const patternKinds = kinds.filter(({ sort, id }) => sort !== 'stream' && id !== 'pe' && id !== 'arj')
const patterns = [...patternKinds.flatMap((kind) => kind.patterns), ...peMarks]
const search = new SignatureSearch(patterns)
const arjMark = Buffer.of(0x60, 0xea)
const streamMarks = streamKinds.flatMap((kind) =>
  kind.patterns.map((text) => Buffer.from(`\n${text}`, 'latin1')),
)

export interface SearchOptions {
  /** Where the last signature may begin. */
  readonly to: number
  /** Also compressed streams that begin behind the end of a line, as in self-extracting scripts. */
  readonly withStreams: boolean
  /** At most so many are found. */
  readonly limit: number
  /** What is known from elsewhere. */
  isKnown(offset: number): boolean
}

export interface Search {
  /** In the order of their offsets, none at 0. What lies inside an archive of known length is not told. */
  readonly found: readonly Container[]
  /** There are more places that look like something than are looked at. */
  readonly isCut: boolean
}

export function findContainers(source: ByteSource, options: SearchOptions): Search {
  const finder = new Finder(source, options)
  finder.search(0, Math.min(options.to, headSpan))
  if (options.to > headSpan) finder.search(Math.max(headSpan, options.to - tailSpan), options.to)
  return finder
}

class Finder {
  readonly found: Container[] = []
  isCut = false
  readonly #source: ByteSource
  readonly #options: SearchOptions
  readonly #hits = new Int32Array(4096)
  #hitsLeft = maxHits
  /** What lies before it is explained. */
  #from = 1

  constructor(source: ByteSource, options: SearchOptions) {
    this.#source = source
    this.#options = options
  }

  search(from: number, to: number): void {
    for (let at = from; at < to;) {
      at = Math.max(at, this.#from - 1)
      const view = this.#source.read(at, Math.min(maxRead, to - at + patternBytes - 1))
      if (view.length < patternBytes) return
      const step = view.length - patternBytes + 1
      for (const offset of this.#placesIn(view, at)) {
        if (!this.#examine(offset)) return
      }
      at += step
    }
  }

  /** Copied, because examining one reads elsewhere. */
  #placesIn(view: Uint8Array, at: number): number[] {
    const places: number[] = []
    for (let from = 0; ;) {
      const count = search.find(view.subarray(from), this.#hits)
      for (const place of this.#hits.subarray(0, count)) places.push(at + from + place)
      if (count < this.#hits.length) break
      from += (this.#hits[count - 1] ?? 0) + 1
    }
    const bytes = Buffer.from(view.buffer, view.byteOffset, view.length)
    const other = placesOf(bytes, arjMark).map((place) => at + place)
    if (this.#options.withStreams) {
      for (const mark of streamMarks) other.push(...placesOf(bytes, mark).map((place) => at + place + 1))
    }
    return other.length === 0 ? places : [...places, ...other].toSorted((a, b) => a - b)
  }

  /** False: enough was found. */
  #examine(place: number): boolean {
    this.isCut ||= this.#hitsLeft-- <= 0
    if (this.isCut) return false
    const container = this.#containerOf(place)
    if (container === undefined || container.offset < this.#from || this.#options.isKnown(container.offset))
      return true
    this.found.push(container)
    const { kind, offset, length } = container
    this.#from = kind.sort === 'archive' && Number.isFinite(length) ? offset + length : offset + 1
    return this.found.length < this.#options.limit
  }

  #containerOf(place: number): Container | undefined {
    const magic = Buffer.from(this.#source.read(place, patternBytes)).toString('latin1')
    if (peMarks.includes(magic)) return this.#peBefore(place)
    const fits = (kind: ContainerKind): boolean =>
      kind.patterns.some((pattern) => magic.startsWith(pattern.slice(0, patternBytes)))
    const kind = patternKinds.find(fits)
    if (kind !== undefined) return containerAt(this.#source, place - kind.at, [kind])
    return containerAt(this.#source, place, magic.startsWith('\x60\xea') ? arjKind : streamKinds)
  }

  /** The nearest DOS header that says that its PE header is at `place`. */
  #peBefore(place: number): Container | undefined {
    const from = Math.max(0, place - longestDosPart)
    const view = this.#source.read(from, place - from)
    for (let at = view.length - 64; at >= 0; at--) {
      if (u16(view, at) === 0x5a4d && u32(view, at + 60) === view.length - at) {
        return containerAt(this.#source, from + at, peKind)
      }
    }
    return undefined
  }
}

function placesOf(bytes: Buffer, mark: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(mark); at >= 0 && places.length < maxHits; at = bytes.indexOf(mark, at + 1)) {
    places.push(at)
  }
  return places
}
