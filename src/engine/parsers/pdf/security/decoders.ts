// Decryption as the first step of a stream's filters (ISO 32000-2, 7.6.3).

import { createDecipheriv, type Decipheriv } from 'node:crypto'

import { Rc4 } from '../../../codecs/rc4.ts'
import type { ByteSource } from '../../../source/byte-source.ts'
import type { Decoder } from '../../../source/decoded-source.ts'

const blockBytes = 16
const stepBytes = 64 * 1024

export class Rc4Decoder implements Decoder {
  readonly #source: ByteSource
  readonly #cipher: Rc4
  consumed = 0

  constructor(source: ByteSource, key: Uint8Array) {
    this.#source = source
    this.#cipher = new Rc4(key)
  }

  read(out: Uint8Array): number {
    const view = this.#source.read(this.consumed, Math.min(out.length, stepBytes))
    this.#cipher.apply(view, out)
    this.consumed += view.length
    return view.length
  }
}

/** A whole string. */
export function rc4(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length)
  new Rc4(key).apply(bytes, out)
  return out
}

/** AES in CBC mode: the first block is the initialisation vector, the last one ends with padding. */
export class AesDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #key: Uint8Array
  #cipher: Decipheriv | undefined
  /** Decrypted and not delivered; the last block waits until it is known to be the last. */
  #ready: Buffer = Buffer.alloc(0)
  #isAtEnd = false
  consumed = 0

  constructor(source: ByteSource, key: Uint8Array) {
    this.#source = source
    this.#key = key
  }

  read(out: Uint8Array): number {
    while (!this.#isAtEnd && this.#ready.length <= blockBytes) this.#decrypt()
    const most = this.#isAtEnd ? this.#ready.length : this.#ready.length - blockBytes
    const count = Math.min(out.length, most)
    out.set(this.#ready.subarray(0, count))
    this.#ready = this.#ready.subarray(count)
    return count
  }

  #decrypt(): void {
    if (this.#cipher === undefined) {
      const vector = this.#source.read(0, blockBytes)
      if (vector.length === blockBytes) this.#cipher = aesCipher(this.#key, vector)
      else this.#isAtEnd = true
      this.consumed = vector.length
      return
    }
    const view = this.#source.read(this.consumed, stepBytes)
    // What is left behind the last whole block cannot be decrypted by anybody.
    const length = view.length - (view.length % blockBytes)
    if (length > 0) this.#ready = Buffer.concat([this.#ready, this.#cipher.update(view.subarray(0, length))])
    this.consumed += view.length
    if (view.length === stepBytes) return
    this.#isAtEnd = true
    this.#ready = this.#ready.subarray(0, this.#ready.length - paddingOf(this.#ready))
  }
}

function aesCipher(key: Uint8Array, vector: Uint8Array): Decipheriv {
  return createDecipheriv(`aes-${key.length * 8}-cbc`, key, vector).setAutoPadding(false)
}

/** Padding bytes at the end; 0 where they are not what they should be. */
function paddingOf(bytes: Uint8Array): number {
  const last = bytes.at(-1) ?? 0
  return last >= 1 && last <= blockBytes && last <= bytes.length ? last : 0
}

/** A whole string. */
export function decryptAes(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const length = bytes.length - (bytes.length % blockBytes)
  if (length < 2 * blockBytes) return new Uint8Array(0)
  const plain = aesCipher(key, bytes.subarray(0, blockBytes)).update(bytes.subarray(blockBytes, length))
  return plain.subarray(0, plain.length - paddingOf(plain))
}
