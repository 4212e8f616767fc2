// The shape of a compiled program: words of an Int32Array that may lie anywhere in a larger one. All places are counted
// from the program's own first word. An instruction's first word is its operation and, above bit 8, its operand.

/** Words before the first instruction. */
export const headerWords = 14

/** Fields of the header, by word. */
export const header = {
  /** Words of the whole program. */
  length: 0,
  /** Words up to the table of sets: what a place of an instruction is below. */
  places: 1,
  flags: 2,
  /** Lanes of all counters. */
  lanes: 3,
  /** Bytes that the counters' pending entries need. */
  pending: 4,
  /** Entries that the counters' queues of matured values need. */
  queued: 5,
  /** 8 words: the bytes that a match can begin with, in reading order. */
  first: 6,
} as const

export const flag = {
  backward: 1,
  wide: 2,
  /** It can match without reading a byte: nothing may be skipped. */
  nullable: 4,
} as const

/** Operations; those that read a byte come first and have one word. */
export const op = {
  /** Operand: the byte. */
  byte: 0,
  /** Operand: place of 8 words. */
  set: 1,
  any: 2,
  match: 3,
  /** Operand: place to go on. */
  jump: 4,
  /** Goes on here and at the operand. */
  split: 5,
  /** Operand: index into `assertions`. */
  assert: 6,
  /** A counter; its words follow, see `counter`. */
  count: 7,
} as const

export const assertions = [
  'start',
  'end',
  'line-start',
  'line-end',
  'word-boundary',
  'not-word-boundary',
] as const

/** Words of a counter, from its instruction; the places of its lanes' sets follow. */
export const counter = {
  /** Bytes of one item. */
  lanes: 1,
  /** Bytes from the entry to the first possible exit. */
  least: 2,
  /** Bytes from the entry to the last possible exit; −1: no end. */
  most: 3,
  /** Its first lane in the memory of lanes. */
  lane: 4,
  /** Its ring of pending entries: where it begins, and its size less one (a power of two less one). */
  ring: 5,
  ringMask: 6,
  /** Its lanes' queues of matured values: where the first begins, and the size of each less one. */
  queue: 7,
  queueMask: 8,
  sets: 9,
} as const
