// Strings out of a stream of bytes: blocks are searched for each encoding, what was found is given in the order of its place.

import { findBits, wideBits } from './bit-runs.ts'
import { type Classifier, createClassifier } from './classify.ts'
import { type CodePage, unitTable } from './code-page.ts'
import { type Block, findMultiByte, findNarrow, findUnits, Runs } from './runs.ts'

const blockBytes = 1024 * 1024
/** Longer strings are given in parts. */
const maxStringBytes = 64 * 1024

export type StringEncoding = 'ascii' | 'utf-16le' | 'utf-16be' | 'code-page'

export interface StringOptions {
  /** Fewest characters of a string, at least 1. */
  readonly least: number
  readonly encodings: readonly Exclude<StringEncoding, 'code-page'>[]
  /** Takes the place of ASCII, and adds its script's letters to UTF-16. */
  readonly codePage?: CodePage
}

/** `bytes[start, end)` is a string at `offset` of the stream; the bytes are valid until the function returns. */
export type TakeString = (
  bytes: Uint8Array,
  place: { readonly start: number; readonly end: number; readonly offset: number },
  encoding: StringEncoding,
) => void

interface Search {
  readonly encoding: StringEncoding
  readonly runs: Runs
  /** `words` of the classifier's bits are there. */
  readonly find: (block: Block, words: number) => void
}

export class StringScanner {
  readonly #take: TakeString
  readonly #least: number
  readonly #searches: readonly Search[]
  readonly #classifier = createClassifier(blockBytes + maxStringBytes)
  readonly #block = this.#classifier.bytes
  #filled = 0
  /** Of the block's beginning in the stream. */
  #offset = 0
  /** Where the strings that were given end. */
  #givenTo = 0

  constructor(options: StringOptions, take: TakeString) {
    this.#take = take
    this.#least = options.least
    this.#searches = searchesOf(options, this.#classifier)
  }

  /** Any number of bytes. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + this.#block.length - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === this.#block.length) this.#search(false)
    }
  }

  /** Nothing follows, or something from another place does: `offset` is that of the next byte pushed. */
  end(offset = 0): void {
    this.#search(true)
    this.#filled = 0
    this.#offset = offset
    this.#givenTo = 0
  }

  #search(isLast: boolean): void {
    const block = { bytes: this.#block, end: this.#filled, least: this.#least }
    const words = this.#classifier.classify(this.#filled)
    for (const { runs, find } of this.#searches) {
      runs.length = 0
      find({ ...block, runs }, words)
    }
    const cut = isLast ? this.#filled : this.#cut()
    this.#give(cut)
    this.#block.copyWithin(0, cut, this.#filled)
    this.#offset += cut
    this.#filled -= cut
  }

  /**
   * Up to where the block is finished. What begins behind is searched once more with the bytes that follow, so no string may
   * lie across; of a long one a number of whole parts lies before.
   */
  #cut(): number {
    let cut = this.#filled - 4 * this.#least - 8
    // Strings of several encodings may overlap; a few rounds settle what can be settled.
    for (let round = 0; round < 4; round++) {
      const before = cut
      for (const { runs } of this.#searches) cut = cutFor(runs, cut)
      if (cut === before) break
    }
    return Math.max(cut, maxStringBytes)
  }

  /** All runs that begin before `limit`, in order, as far as they reach before it. */
  #give(limit: number): void {
    const next = this.#searches.map(() => 0)
    for (;;) {
      let best = -1
      let bestStart = limit
      for (let index = 0; index < this.#searches.length; index++) {
        const { places, length } = this.#searches[index]?.runs ?? none
        const at = next[index] ?? 0
        const start = at < length ? (places[at] ?? 0) : limit
        if (start >= bestStart) continue
        best = index
        bestStart = start
      }
      const search = this.#searches[best]
      if (search === undefined) return
      const at = next[best] ?? 0
      next[best] = at + 2
      this.#giveRun(search.encoding, bestStart, Math.min(search.runs.places[at + 1] ?? 0, limit))
    }
  }

  #giveRun(encoding: StringEncoding, start: number, end: number): void {
    // Two bytes of an Eastern code page, or of UTF-16 in the other order, may look like a character too.
    if (encoding.startsWith('utf-16') && this.#offset + end <= this.#givenTo) return
    this.#givenTo = Math.max(this.#givenTo, this.#offset + end)
    for (let at = start; at < end; at += maxStringBytes) {
      const place = { start: at, end: Math.min(end, at + maxStringBytes), offset: this.#offset + at }
      this.#take(this.#block, place, encoding)
    }
  }
}

const none = new Runs()

function cutFor({ places, length }: Runs, cut: number): number {
  for (let at = length - 2; at >= 0; at -= 2) {
    const start = places[at] ?? 0
    if (start >= cut) continue
    if ((places[at + 1] ?? 0) <= cut) return cut
    return start + maxStringBytes * Math.floor((cut - start) / maxStringBytes)
  }
  return cut
}

function searchesOf({ encodings, codePage }: StringOptions, classifier: Classifier): Search[] {
  const searches: Search[] = codePage === undefined ? [] : [codePageSearch(codePage)]
  if (codePage === undefined && encodings.includes('ascii')) {
    searches.push({
      encoding: 'ascii',
      runs: new Runs(),
      find: ({ least, runs }, words) => {
        findBits(classifier.printable, words, least, runs)
      },
    })
  }
  const units = codePage === undefined ? undefined : unitTable(codePage)
  for (const encoding of ['utf-16le', 'utf-16be'] as const) {
    if (!encodings.includes(encoding)) continue
    const isBigEndian = encoding === 'utf-16be'
    const into = new Int32Array(classifier.printable.length)
    searches.push({
      encoding,
      runs: new Runs(),
      find: (block, words) => {
        if (units !== undefined) {
          findUnits(block, units, isBigEndian)
          return
        }
        wideBits(classifier, words, { into, isBigEndian })
        findBits(into, words, 2 * block.least, block.runs)
      },
    })
  }
  return searches
}

function codePageSearch(codePage: CodePage): Search {
  const runs = new Runs()
  if (codePage.kind === 'narrow') {
    return { encoding: 'code-page', runs, find: (block) => findNarrow(block, codePage.table) }
  }
  return { encoding: 'code-page', runs, find: (block) => findMultiByte(block, codePage.lengthAt) }
}
