// One block of bzip2: its tables, its Huffman and move-to-front codes, and the list that undoes the sorting.

import type { MsbReader } from './msb-reader.ts'

const cutOff = 'the bzip2 data end early'
const maxSelectors = 18_002
const groupSymbols = 50
const longestCode = 20
const rootBits = 10
const maxTables = 6
const maxSymbols = 258
/** Bytes that one group of 50 symbols may take, and some more. */
const groupBytes = 128

/** A canonical code: short codes by a table, long ones by comparing. */
interface CodeTable {
  /** `symbol << 5 | length` by the next 10 bits; 0: longer, or none. */
  readonly short: Uint16Array
  /** By length: behind the last code of it, aligned to 20 bits. */
  readonly limits: Int32Array
  /** By length: what to add to the code to get its place in `symbols`. */
  readonly bases: Int32Array
  readonly symbols: Uint16Array
}

function newTable(): CodeTable {
  return {
    short: new Uint16Array(1 << rootBits),
    limits: new Int32Array(longestCode + 2),
    bases: new Int32Array(longestCode + 2),
    symbols: new Uint16Array(maxSymbols),
  }
}

export class Bzip2Block {
  /** `position of the next byte << 8 | byte`. */
  next = new Uint32Array(0)
  length = 0
  /** Where following `next` begins. */
  first = 0
  readonly #tables: CodeTable[] = Array.from({ length: maxTables }, newTable)
  readonly #selectors = new Uint8Array(maxSelectors)
  readonly #lengths = new Uint8Array(maxSymbols)
  readonly #front = new Uint8Array(256)
  readonly #counts = new Int32Array(256)
  #selectorCount = 0
  #byteCount = 0

  /** Reads a block behind its magic, CRC and the randomised bit; the result is what is wrong with it. */
  read(input: MsbReader, maxBytes: number): string | undefined {
    if (this.next.length < maxBytes) this.next = new Uint32Array(maxBytes)
    const origin = input.take(24)
    const fault = this.#readMap(input) ?? this.#readTables(input) ?? this.#readSymbols(input, maxBytes)
    if (fault !== undefined) return fault
    if (origin >= this.length) return 'a block does not say where it begins'
    this.#link(origin)
    return undefined
  }

  /** Which bytes occur: 16 bits for groups of 16, then 16 bits for each that does. */
  #readMap(input: MsbReader): string | undefined {
    const groups = input.take(16)
    let count = 0
    for (let group = 0; group < 16; group++) {
      if ((groups & (0x8000 >> group)) === 0) continue
      const used = input.take(16)
      for (let i = 0; i < 16; i++) if ((used & (0x8000 >> i)) !== 0) this.#front[count++] = group * 16 + i
    }
    this.#byteCount = count
    return count === 0 ? 'a block uses no bytes' : undefined
  }

  #readTables(input: MsbReader): string | undefined {
    const tableCount = input.take(3)
    if (tableCount < 2 || tableCount > maxTables) return 'a block has a wrong number of codes'
    const selectorCount = input.take(15)
    if (selectorCount === 0) return 'a block has no selectors'
    const order = Uint8Array.of(0, 1, 2, 3, 4, 5)
    for (let i = 0; i < selectorCount; i++) {
      let at = 0
      while (input.take(1) === 1) if (++at >= tableCount) return 'a selector is wrong'
      const table = order[at]!
      order.copyWithin(1, 0, at)
      order[0] = table
      // Some writers pad with more selectors than any block can use.
      if (i < maxSelectors) this.#selectors[i] = table
      if (input.isOverrun) return cutOff
    }
    this.#selectorCount = Math.min(selectorCount, maxSelectors)
    for (let i = 0; i < tableCount; i++) {
      const fault = this.#readLengths(input) ?? this.#buildTable(this.#tables[i]!)
      if (fault !== undefined) return fault
    }
    return undefined
  }

  #readLengths(input: MsbReader): string | undefined {
    let length = input.take(5)
    for (let symbol = 0; symbol < this.#byteCount + 2; symbol++) {
      for (;;) {
        if (length < 1 || length > longestCode) return 'a code has a wrong length'
        if (input.take(1) === 0) break
        length += input.take(1) === 0 ? 1 : -1
      }
      this.#lengths[symbol] = length
    }
    return input.isOverrun ? cutOff : undefined
  }

  #buildTable({ short, limits, bases, symbols }: CodeTable): string | undefined {
    const lengths = this.#lengths
    const count = this.#byteCount + 2
    short.fill(0)
    let code = 0
    let index = 0
    for (let length = 1; length <= longestCode; length++) {
      bases[length] = index - code
      for (let symbol = 0; symbol < count; symbol++) {
        if (lengths[symbol] !== length) continue
        symbols[index++] = symbol
        if (length <= rootBits && code < 1 << length) {
          const from = code << (rootBits - length)
          short.fill((symbol << 5) | length, from, from + (1 << (rootBits - length)))
        }
        code++
      }
      if (code > 1 << length) return 'a block has more codes than fit'
      limits[length] = code << (longestCode - length)
      code <<= 1
    }
    return undefined
  }

  /** The symbols of the block, until its end symbol: runs of the front byte, or the place of another one. */
  #readSymbols(input: MsbReader, maxBytes: number): string | undefined {
    const { next } = this
    const front = this.#front
    const counts = this.#counts
    const endSymbol = this.#byteCount + 1
    const source = input.input
    counts.fill(0)
    let to = 0
    let run = 0
    let weight = 1
    for (let group = 0; group < this.#selectorCount; group++) {
      const { short, limits, bases, symbols } = this.#tables[this.#selectors[group]!]!
      if (source.ready < groupBytes) source.fill()
      if (input.isOverrun) return cutOff
      const bytes = source.bytes
      const lastByte = bytes.length
      let at = source.at
      let hold = input.hold
      let bits = input.bits
      let symbol = -1
      for (let i = 0; i < groupSymbols; i++) {
        while (bits < longestCode) {
          hold = (hold << 8) | (at < lastByte ? bytes[at]! : 0)
          at++
          bits += 8
        }
        const entry = short[(hold >>> (bits - rootBits)) & ((1 << rootBits) - 1)]!
        if (entry !== 0) {
          symbol = entry >>> 5
          bits -= entry & 31
        } else {
          const code = (hold >>> (bits - longestCode)) & ((1 << longestCode) - 1)
          let length = rootBits + 1
          while (length <= longestCode && code >= limits[length]!) length++
          if (length > longestCode) return 'a code stands for nothing'
          symbol = symbols[(code >>> (longestCode - length)) + bases[length]!]!
          bits -= length
        }
        if (symbol <= 1) {
          // Run lengths in a number system of the digits 1 and 2.
          run += weight << symbol
          weight <<= 1
          if (run > maxBytes) return 'a block is longer than its stream allows'
          continue
        }
        if (run > 0) {
          if (to + run > maxBytes) return 'a block is longer than its stream allows'
          const byte = front[0]!
          counts[byte]! += run
          next.fill(byte, to, to + run)
          to += run
          run = 0
          weight = 1
        }
        if (symbol === endSymbol) break
        if (to >= maxBytes) return 'a block is longer than its stream allows'
        const place = symbol - 1
        const byte = front[place]!
        if (place > 24) front.copyWithin(1, 0, place)
        else for (let j = place; j > 0; j--) front[j] = front[j - 1]!
        front[0] = byte
        counts[byte]!++
        next[to++] = byte
      }
      source.at = Math.min(at, lastByte)
      input.hold = hold
      input.bits = bits
      if (symbol === endSymbol) {
        this.length = to
        return undefined
      }
    }
    return input.isOverrun ? cutOff : 'a block has no end'
  }

  #link(origin: number): void {
    const { next, length } = this
    const counts = this.#counts
    let sum = 0
    for (let byte = 0; byte < 256; byte++) {
      const count = counts[byte]!
      counts[byte] = sum
      sum += count
    }
    for (let i = 0; i < length; i++) {
      const place = counts[next[i]! & 0xff]!++
      next[place]! |= i << 8
    }
    this.first = next[origin]! >>> 8
  }
}
