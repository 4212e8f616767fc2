// Changes bytes as damage and malice do: fields that lie, cut ends, pieces twice, pieces of another file.

/** Pseudo-random whole numbers below a bound; the same seed gives the same numbers (xorshift32). */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1
  }

  below(bound: number): number {
    let state = this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state >>> 0
    return this.#state % bound
  }
}

const fields: readonly (readonly number[])[] = [
  [0],
  [0xff],
  [0x7f],
  [0x80],
  [0, 0],
  [0xff, 0xff],
  [0xff, 0x7f],
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [1, 0, 0, 0],
  [0, 0, 0, 1],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
]

/** Heads are where formats keep what they believe in. */
function place(random: Random, length: number): number {
  if (length === 0) return 0
  return random.below(3) === 0 ? random.below(Math.min(length, 512)) : random.below(length)
}

type Mutation = (bytes: Buffer, random: Random, other: Uint8Array) => Buffer

const mutations: readonly Mutation[] = [
  (bytes, random) => {
    if (bytes.length > 0) bytes[place(random, bytes.length)] = random.below(256)
    return bytes
  },
  (bytes, random) => {
    const at = place(random, bytes.length)
    if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    return bytes
  },
  (bytes, random) => {
    const at = place(random, bytes.length)
    if (bytes.length > 0) bytes[at] = (bytes[at] ?? 0) + (random.below(2) === 0 ? 1 : 255)
    return bytes
  },
  (bytes, random) => {
    bytes.set((fields[random.below(fields.length)] ?? []).slice(0, bytes.length), 0)
    return bytes
  },
  (bytes, random) => {
    const field = fields[random.below(fields.length)] ?? []
    const at = place(random, bytes.length)
    if (at + field.length <= bytes.length) bytes.set(field, at)
    return bytes
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const from = place(random, bytes.length)
    const to = Math.min(bytes.length, from + 1 + random.below(64))
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  (bytes, random) => {
    const from = place(random, bytes.length)
    const piece = bytes.subarray(from, from + 1 + random.below(256))
    const at = place(random, bytes.length)
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)])
  },
  (bytes, random, other) => {
    const from = place(random, other.length)
    const piece = other.subarray(from, from + 1 + random.below(256))
    const at = place(random, bytes.length)
    return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + piece.length)])
  },
]

/** A copy with one to eight changes; `other` lends pieces. */
export function mutate(sample: Uint8Array, random: Random, other: Uint8Array): Uint8Array {
  let bytes: Buffer = Buffer.from(sample)
  for (let left = 1 + random.below(8); left > 0; left--) {
    bytes = mutations[random.below(mutations.length)]?.(bytes, random, other) ?? bytes
  }
  return bytes
}
