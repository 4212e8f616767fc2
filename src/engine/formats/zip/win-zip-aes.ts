// WinZip's AES encryption, AE-1 and AE-2 (https://www.winzip.com/en/support/aes-encryption/): PBKDF2 with
// HMAC-SHA-1, AES in counter mode with a little-endian counter from 1, and 10 bytes of HMAC-SHA-1 at the end.

import { type Cipheriv, createCipheriv, createHmac, type Hmac, pbkdf2Sync } from 'node:crypto'

import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'
import type { Report } from './checked.ts'

const iterations = 1000
const verifierBytes = 2
export const authBytes = 10
const blockBytes = 16
/** Keystream made at once. */
const streamBytes = 4096

export interface AesKeys {
  readonly cipher: Uint8Array
  readonly auth: Uint8Array
}

/** Salt and verifier before the data; undefined for an unknown strength. */
export function aesHeaderBytes(strength: number): number | undefined {
  return strength >= 1 && strength <= 3 ? 4 + strength * 4 + verifierBytes : undefined
}

/** The keys if `password` fits the verifier, which a wrong one does once in 65,536. */
export function deriveAesKeys(header: Uint8Array, strength: number, password: string): AesKeys | undefined {
  const saltBytes = 4 + strength * 4
  const keyBytes = 8 + strength * 8
  const salt = header.subarray(0, saltBytes)
  const derived = pbkdf2Sync(password, salt, iterations, 2 * keyBytes + verifierBytes, 'sha1')
  const verifier = derived.subarray(2 * keyBytes)
  if (!verifier.equals(header.subarray(saltBytes, saltBytes + verifierBytes))) return undefined
  return { cipher: derived.subarray(0, keyBytes), auth: derived.subarray(keyBytes, 2 * keyBytes) }
}

export class WinZipAes implements Decoder {
  readonly #input: ByteSource
  readonly #span: { start: number; end: number }
  readonly #report: Report
  readonly #hmac: Hmac
  readonly #cipher: Cipheriv
  readonly #counters = Buffer.alloc(streamBytes)
  #stream = Buffer.alloc(0)
  #streamAt = 0
  #block = 1
  #next: number
  #isChecked = false

  /** Decrypts `[start, end)`; the authentication code is behind `end`, unless that is infinite. */
  constructor(input: ByteSource, span: { start: number; end: number }, keys: AesKeys, report: Report) {
    this.#input = input
    this.#span = span
    this.#next = span.start
    this.#report = report
    this.#hmac = createHmac('sha1', keys.auth)
    this.#cipher = createCipheriv(`aes-${keys.cipher.length * 8}-ecb`, keys.cipher, null)
    this.#cipher.setAutoPadding(false)
  }

  get consumed(): number {
    return this.#next - this.#span.start
  }

  read(out: Uint8Array): number {
    const wanted = Math.min(out.length, 64 * 1024, this.#span.end - this.#next)
    const view = wanted > 0 ? this.#input.read(this.#next, wanted) : out.subarray(0, 0)
    if (view.length === 0) {
      this.#check()
      return 0
    }
    this.#hmac.update(view)
    for (let i = 0; i < view.length; i++) {
      if (this.#streamAt === this.#stream.length) this.#refill()
      out[i] = (view[i] ?? 0) ^ (this.#stream[this.#streamAt++] ?? 0)
    }
    const count = view.length
    this.#next += count
    // At once: whoever knows the length does not ask for the end.
    if (this.#next >= this.#span.end) this.#check()
    return count
  }

  #refill(): void {
    for (let at = 0; at < streamBytes; at += blockBytes, this.#block++) {
      this.#counters.writeUInt32LE(this.#block >>> 0, at)
      this.#counters.writeUInt32LE(Math.floor(this.#block / 2 ** 32), at + 4)
    }
    this.#stream = this.#cipher.update(this.#counters)
    this.#streamAt = 0
  }

  #check(): void {
    if (this.#isChecked || this.#span.end === Number.POSITIVE_INFINITY) return
    this.#isChecked = true
    const told = this.#input.read(this.#span.end, authBytes)
    const made = this.#hmac.digest().subarray(0, authBytes)
    if (!made.equals(told)) this.#report('the authentication code is wrong')
  }
}
