// Sets of bytes, shared between all trees: a database of a hundred thousand signatures needs only some hundred of them.

import type { ByteSet, Tree } from '../../../matcher/regex/tree.ts'

type Class = Extract<Tree, { kind: 'class' }>

export function setOf(characters: string): ByteSet {
  const set = new Uint32Array(8)
  for (let at = 0; at < characters.length; at++) add(set, characters.charCodeAt(at))
  return set
}

export function complement(set: ByteSet): ByteSet {
  return set.map((word) => ~word)
}

export function add(set: ByteSet, byte: number): void {
  set[byte >> 5]! |= 1 << (byte & 31)
}

const classes = new Map<string, Class>()

/** The class with this set; equal sets give the same object. At most `maxClasses` are kept. */
export function classOf(set: ByteSet): Class {
  const key = set.join()
  const known = classes.get(key)
  if (known !== undefined) return known
  const made: Class = { kind: 'class', set }
  if (classes.size < maxClasses) classes.set(key, made)
  return made
}

const maxClasses = 4096

function madeOf(test: (byte: number) => boolean): Class {
  const set = new Uint32Array(8)
  for (let byte = 0; byte < 256; byte++) if (test(byte)) add(set, byte)
  return classOf(set)
}

const nibbles = Array.from({ length: 16 }, (_, nibble) => nibble)

/** `??` */
export const anyByte: Class = madeOf(() => true)
/** `a?` */
export const highNibble: readonly Class[] = nibbles.map((nibble) => madeOf((byte) => byte >> 4 === nibble))
/** `?a` */
export const lowNibble: readonly Class[] = nibbles.map((nibble) => madeOf((byte) => (byte & 15) === nibble))

/** An ASCII letter in both cases; undefined for all other bytes. */
export const bothCases: readonly (Class | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  const lower = byte | 0x20
  if (lower < 0x61 || lower > 0x7a || byte > 0x7f) return undefined
  return madeOf((other) => other === lower || other === (lower & ~0x20))
})
