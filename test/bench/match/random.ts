// Repeatable random numbers in bulk: the keystream of AES in counter mode, the same on every machine.

import { type Cipheriv, createCipheriv } from 'node:crypto'

const poolBytes = 64 * 1024

export class Random {
  readonly #stream: Cipheriv
  #pool = Buffer.alloc(0)
  #at = 0

  constructor(seed: number) {
    const key = Buffer.alloc(16)
    key.writeUInt32LE(seed)
    this.#stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  }

  bytes(length: number): Buffer {
    if (length > poolBytes) return this.#stream.update(Buffer.alloc(length))
    if (this.#at + length > this.#pool.length) {
      this.#pool = this.#stream.update(Buffer.alloc(poolBytes))
      this.#at = 0
    }
    this.#at += length
    return this.#pool.subarray(this.#at - length, this.#at)
  }

  /** From 0 up to, without, 1. */
  fraction(): number {
    return this.bytes(4).readUInt32LE(0) / 2 ** 32
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1))
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.between(0, list.length - 1)]
    if (picked === undefined) throw new RangeError('nothing to pick from')
    return picked
  }
}
