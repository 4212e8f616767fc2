// Encoders for the methods of zip that no program writes any more (APPNOTE 5.1 to 5.3), as plain as they can be. What
// `shrunk` and `imploded` make, unzip 6.0 unpacks; for `reduced` there is no such witness.

import type { ZipMember } from '../../support/zip-writer.ts'

/** Bits, least significant first. */
class BitWriter {
  readonly #bytes: number[] = []
  #bit = 0

  put(value: number, count: number): void {
    for (let i = 0; i < count; i++, this.#bit++) {
      if ((this.#bit & 7) === 0) this.#bytes.push(0)
      const at = this.#bit >> 3
      this.#bytes[at] = (this.#bytes[at] ?? 0) | (((value >> i) & 1) << (this.#bit & 7))
    }
  }

  /** Huffman codes come most significant bit first. */
  putReversed(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.put((value >> i) & 1, 1)
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

type Packed = NonNullable<ZipMember['packed']>

/** LZW with codes that widen when they are needed, and a table that keeps what it has once it is full. */
export function shrunk(data: Uint8Array): Packed {
  const writer = new BitWriter()
  const codes = new Map<string, number>(
    Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(byte), byte]),
  )
  let width = 9
  let next = 257
  let word = ''
  const emit = (text: string): void => {
    const code = codes.get(text) ?? 0
    while (code >= 1 << width) {
      writer.put(256, width)
      writer.put(1, width)
      width++
    }
    writer.put(code, width)
  }
  for (const byte of data) {
    const longer = word + String.fromCharCode(byte)
    if (codes.has(longer)) {
      word = longer
      continue
    }
    emit(word)
    if (next < 8192) codes.set(longer, next++)
    word = String.fromCharCode(byte)
  }
  if (word !== '') emit(word)
  return { method: 1, bytes: writer.bytes }
}

/** Each byte may be followed by those that really follow it most; runs become matches. */
export function reduced(data: Uint8Array, factor: 1 | 2 | 3 | 4): Packed {
  const symbols = withMatches(data, factor)
  const followers = followersOf(symbols)
  const writer = new BitWriter()
  for (let byte = 255; byte >= 0; byte--) {
    const set = followers[byte] ?? []
    writer.put(set.length, 6)
    for (const follower of set) writer.put(follower, 8)
  }
  let previous = 0
  for (const symbol of symbols) {
    const set = followers[previous] ?? []
    const place = set.indexOf(symbol)
    if (set.length > 0) writer.put(place < 0 ? 1 : 0, 1)
    if (place < 0) writer.put(symbol, 8)
    else writer.put(place, Math.max(1, Math.ceil(Math.log2(set.length))))
    previous = symbol
  }
  return { method: factor + 1, bytes: writer.bytes }
}

function withMatches(data: Uint8Array, factor: number): number[] {
  const lengthBits = 8 - factor
  const mask = (1 << lengthBits) - 1
  const symbols: number[] = []
  for (let at = 0; at < data.length;) {
    const { length, distance } = matchAt(data, at, { longest: mask + 255 + 3, farthest: 256 << factor })
    if (length > 5) {
      const rest = length - 3
      const high = (distance - 1) >> 8
      symbols.push(144, (high << lengthBits) | Math.min(rest, mask))
      if (rest >= mask) symbols.push(rest - mask)
      symbols.push((distance - 1) & 0xff)
      at += length
    } else {
      const byte = data[at++] ?? 0
      symbols.push(byte)
      if (byte === 144) symbols.push(0)
    }
  }
  return symbols
}

function followersOf(symbols: readonly number[]): number[][] {
  const counts = Array.from({ length: 256 }, () => new Map<number, number>())
  let previous = 0
  for (const symbol of symbols) {
    const row = counts[previous]
    row?.set(symbol, (row.get(symbol) ?? 0) + 1)
    previous = symbol
  }
  return counts.map((row) => {
    const common = [...row].filter(([, count]) => count > 1).toSorted(([, a], [, b]) => b - a)
    return common.slice(0, 32).map(([symbol]) => symbol)
  })
}

function matchAt(data: Uint8Array, at: number, bounds: { longest: number; farthest: number }) {
  let best = { length: 0, distance: 0 }
  for (let distance = 1; distance <= Math.min(at, bounds.farthest); distance++) {
    let length = 0
    while (
      length < bounds.longest &&
      at + length < data.length &&
      data[at + length] === data[at + length - distance]
    )
      length++
    // A first distance byte of zero would be the escape itself.
    if (length > best.length) best = { length, distance }
  }
  return best
}

interface ImplodeForm {
  readonly isLargeWindow: boolean
  readonly hasLiteralTree: boolean
}

/** Trees in which all codes are equally long. */
export function imploded(data: Uint8Array, form: ImplodeForm): Packed {
  const writer = new BitWriter()
  // A run of up to 16 codes of one length a byte.
  const flatTree = (count: number, bits: number): void => {
    writer.put(count / 16 - 1, 8)
    for (let i = 0; i < count / 16; i++) writer.put(0xf0 | (bits - 1), 8)
  }
  if (form.hasLiteralTree) flatTree(256, 8)
  flatTree(64, 6)
  flatTree(64, 6)
  const lowBits = form.isLargeWindow ? 7 : 6
  const shortest = form.hasLiteralTree ? 3 : 2
  // Codes are given from the last symbol on.
  const code = (symbol: number, bits: number): void => writer.putReversed((1 << bits) - 1 - symbol, bits)
  for (let at = 0; at < data.length;) {
    const { length, distance } = matchAt(data, at, { longest: shortest + 63 + 255, farthest: 64 << lowBits })
    if (length >= shortest) {
      writer.put(0, 1)
      writer.put((distance - 1) & ((1 << lowBits) - 1), lowBits)
      code((distance - 1) >> lowBits, 6)
      code(Math.min(63, length - shortest), 6)
      if (length - shortest >= 63) writer.put(length - shortest - 63, 8)
      at += length
      continue
    }
    writer.put(1, 1)
    if (form.hasLiteralTree) code(data[at] ?? 0, 8)
    else writer.put(data[at] ?? 0, 8)
    at++
  }
  return {
    method: 6,
    bytes: writer.bytes,
    flags: (form.isLargeWindow ? 2 : 0) | (form.hasLiteralTree ? 4 : 0),
  }
}
