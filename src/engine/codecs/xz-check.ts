// The checks that xz keeps of each block (XZ file format 1.2.0, 2.1.1.2).

import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

import { Crc64 } from './crc64.ts'

/** By id; those between are reserved, but have a size. */
export const xzCheckBytes: readonly number[] = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64]
const checkCrc32 = 1
const checkCrc64 = 4
const checkSha256 = 10

export interface XzCheck {
  update(bytes: Uint8Array): void
  /** As stored. */
  digest(): Uint8Array
}

/** Undefined: none, or one that nobody knows, which is skipped as xz does. */
export function newXzCheck(id: number): XzCheck | undefined {
  if (id === checkCrc32) return new Crc32()
  if (id === checkCrc64) return new Crc64()
  return id === checkSha256 ? new Sha256() : undefined
}

class Crc32 implements XzCheck {
  #crc = 0

  update(bytes: Uint8Array): void {
    this.#crc = crc32(bytes, this.#crc)
  }

  digest(): Uint8Array {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(this.#crc)
    return bytes
  }
}

class Sha256 implements XzCheck {
  readonly #hash = createHash('sha256')

  update(bytes: Uint8Array): void {
    this.#hash.update(bytes)
  }

  digest(): Uint8Array {
    return this.#hash.digest()
  }
}
