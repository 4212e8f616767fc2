// The first pass's tables: for each profile a bitmap over hashed 4-byte windows (and one over 2-byte windows where
// atoms are so short), and for all profiles one table from atom to the shapes that have it.

import { pairTableBytes, profileCount, sieveBits } from '../layout.ts'

const least = 15
const most = 22
/** Bits of a bitmap for each atom: one window in 16 or less is looked up in vain. */
const bitsPerAtom = 16
/** A folded byte has bit 0x20 set. */
const foldedBytes = 128
const pairBytes = 65536 / 8
/** Of 2-byte atoms: one bit each in the tables of collectPairs. */
const groups = 8
const lastOfList = 0x80000000

export class AtomTables {
  /** By size and spelling: the shapes with this atom. */
  readonly #lists = new Map<number, number[]>()
  /** Which profiles want the atom. */
  readonly #profiles = new Map<number, number>()

  add(shape: number, size: number, spellings: readonly number[], profiles: number): void {
    for (const spelling of spellings) {
      const key = keyOf(spelling, size)
      const list = this.#lists.get(key)
      if (list === undefined) this.#lists.set(key, [shape])
      else list.push(shape)
      this.#profiles.set(key, (this.#profiles.get(key) ?? 0) | profiles)
    }
  }

  sections(): Readonly<Record<string, Uint8Array>> {
    const total = this.#windows()
    const bits = Math.min(most, Math.max(least, Math.ceil(Math.log2(Math.max(1, total) * bitsPerAtom))))
    const bitmaps = new Uint8Array((profileCount * 2 ** bits) / 8)
    const sieves = new Uint8Array((profileCount * 2 ** sieveBits) / 8)
    for (const [key, profiles] of this.#profiles) {
      const size = sizeOf(key)
      if (size === 2) continue
      const windows = windowsOf(spellingOf(key), size)
      for (let profile = 0; profile < profileCount; profile++) {
        if (((profiles >>> profile) & 1) === 0) continue
        for (const window of windows) {
          setBit(bitmaps, profile * 2 ** bits + (hash(window) >>> (32 - bits)))
          setBit(sieves, profile * 2 ** sieveBits + sieveHash(window))
        }
      }
    }
    return { bitmaps, sieves, ...this.#pairs(), ...this.#slots(), bits: Uint8Array.of(bits) }
  }

  /** Two-byte atoms: a bitmap for each profile, the tables of collectPairs, and a byte that says whether there are any. */
  #pairs(): { pairs: Uint8Array; pairTables: Uint8Array; pairsUsed: Uint8Array } {
    const pairs = new Uint8Array(profileCount * pairBytes)
    const pairTables = new Uint8Array(profileCount * pairTableBytes)
    const pairsUsed = new Uint8Array(profileCount)
    const atoms = [...this.#profiles].filter(([key]) => sizeOf(key) === 2)
    for (let profile = 0; profile < profileCount; profile++) {
      const spellings = atoms
        .filter(([, profiles]) => ((profiles >>> profile) & 1) === 1)
        .map(([key]) => spellingOf(key))
        // By the first byte: atoms of one group are alike, so that few other windows look like one of them.
        .toSorted((left, right) => (left & 0xff) - (right & 0xff) || left - right)
      pairsUsed[profile] = spellings.length > 0 ? 1 : 0
      for (const [index, spelling] of spellings.entries()) {
        setBit(pairs, profile * 65536 + spelling)
        const group = Math.floor((index * groups) / spellings.length)
        addPair(pairTables, profile * pairTableBytes, spelling, 1 << group)
      }
    }
    return { pairs, pairTables, pairsUsed }
  }

  #windows(): number {
    let windows = 0
    for (const key of this.#lists.keys()) {
      const size = sizeOf(key)
      if (size !== 2) windows += size === 4 ? 1 : foldedBytes
    }
    return windows
  }

  #slots(): { slots: Uint8Array; lists: Uint8Array } {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(8, this.#lists.size * 2)))
    const slots = new Uint32Array(capacity * 2)
    // List 0 means none.
    const lists: number[] = [0]
    for (const [key, shapes] of this.#lists) {
      const spelling = spellingOf(key)
      let slot = (hash(spelling) >>> 7) & (capacity - 1)
      while (slots[slot * 2 + 1] !== 0) slot = (slot + 1) & (capacity - 1)
      slots[slot * 2] = spelling
      slots[slot * 2 + 1] = (lists.length << 2) | (4 - sizeOf(key))
      for (const [index, shape] of shapes.entries()) {
        lists.push(index === shapes.length - 1 ? (shape | lastOfList) >>> 0 : shape)
      }
    }
    const words = Uint32Array.from(lists)
    return {
      slots: new Uint8Array(slots.buffer),
      lists: new Uint8Array(words.buffer),
    }
  }
}

function keyOf(spelling: number, size: number): number {
  return size * 2 ** 32 + spelling
}

function sizeOf(key: number): number {
  return Math.floor(key / 2 ** 32)
}

function spellingOf(key: number): number {
  return key % 2 ** 32
}

/** The same as in kernel/assembly/sweep.ts, as `hash`. */
function sieveHash(window: number): number {
  return Math.imul(window, 0x85ebca6b) >>> (32 - sieveBits)
}

/** The same as in kernel/assembly/sweep.ts. */
function hash(window: number): number {
  return Math.imul(window, 0x9e3779b1) >>> 0
}

/** The 4-byte windows in which the atom shows. */
function windowsOf(spelling: number, size: number): number[] {
  if (size === 4) return [spelling]
  return Array.from({ length: foldedBytes }, (_, index) => (spelling | (foldedByte(index) << 24)) >>> 0)
}

function foldedByte(index: number): number {
  return ((index & 0x60) << 1) | 0x20 | (index & 0x1f)
}

/** The group's bit for each half of both bytes; bit 0x20 may be set or not. See collectPairs in the kernel. */
function addPair(tables: Uint8Array, base: number, spelling: number, bit: number): void {
  for (const [index, byte] of [spelling & 0xff, spelling >> 8].entries()) {
    tables[base + index * 32 + (byte & 0x0f)]! |= bit
    tables[base + index * 32 + 16 + (byte >> 4)]! |= bit
    tables[base + index * 32 + 16 + ((byte & 0xdf) >> 4)]! |= bit
  }
}

function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3]! |= 1 << (index & 7)
}
