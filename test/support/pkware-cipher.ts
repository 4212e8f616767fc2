// The traditional encryption of PKWARE (APPNOTE 6.1), the writing side, for test files of several formats.

import { crc32 } from 'node:zlib'

/** A generator of the cipher that has already taken in the password. */
export class PkwareCipher {
  #keys = [0x12345678, 0x23456789, 0x34567890] as [number, number, number]

  constructor(password: Uint8Array) {
    for (const byte of password) this.#step(byte)
  }

  encrypt(plain: Uint8Array): Buffer {
    const out = Buffer.alloc(plain.length)
    for (const [i, byte] of plain.entries()) {
      const seed = (this.#keys[2] | 2) >>> 0
      out[i] = byte ^ Number(((BigInt(seed) * BigInt(seed ^ 1)) >> 8n) & 0xffn)
      this.#step(byte)
    }
    return out
  }

  #step(byte: number): void {
    const [a, b, c] = this.#keys
    const first = rawCrc(a, byte)
    const second = Number((BigInt(b + (first & 0xff)) * 134_775_813n + 1n) & 0xffffffffn)
    this.#keys = [first, second, rawCrc(c, second >>> 24)]
  }
}

/** One step of the CRC's register, without the inversions before and after. */
function rawCrc(register: number, byte: number): number {
  return ~crc32(Uint8Array.of(byte), ~register >>> 0) >>> 0
}
