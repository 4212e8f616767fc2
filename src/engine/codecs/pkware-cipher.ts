// The traditional encryption of PKWARE (APPNOTE 6.1), which zip, alz and egg have. Weak, and still what most malware in
// mail is sealed with.

import type { ByteSource } from '../source/byte-source.ts'
import { RangeDecoder } from './range-decoder.ts'

/** The encrypted header that is decrypted before the data. */
export const pkwareHeaderBytes = 12

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320
  return crc
})

export class PkwareKeys {
  #key0: number
  #key1: number
  #key2: number

  private constructor(key0: number, key1: number, key2: number) {
    this.#key0 = key0
    this.#key1 = key1
    this.#key2 = key2
  }

  /**
   * The keys behind the encrypted header, the first `pkwareHeaderBytes` of `header`; undefined when its last byte is not
   * `checkByte`: the password is wrong. A wrong one passes once in 256.
   */
  static open(password: Uint8Array, header: Uint8Array, checkByte: number): PkwareKeys | undefined {
    if (header.length < pkwareHeaderBytes) return undefined
    const keys = new PkwareKeys(0x12345678, 0x23456789, 0x34567890)
    for (const byte of password) keys.#update(byte)
    const plain = new Uint8Array(pkwareHeaderBytes)
    keys.decrypt(header, plain)
    return plain.at(-1) === checkByte ? keys : undefined
  }

  /** The same keys, for another run over the data. */
  copy(): PkwareKeys {
    return new PkwareKeys(this.#key0, this.#key1, this.#key2)
  }

  /** Fills `out`, which is no longer than `bytes` and may be the same. */
  decrypt(bytes: Uint8Array, out: Uint8Array): void {
    for (let i = 0; i < out.length; i++) {
      const mixed = (this.#key2 & 0xffff) | 2
      const plain = (bytes[i]! ^ (Math.imul(mixed, mixed ^ 1) >>> 8)) & 0xff
      out[i] = plain
      this.#update(plain)
    }
  }

  #update(byte: number): void {
    this.#key0 = crcTable[(this.#key0 ^ byte) & 0xff]! ^ (this.#key0 >>> 8)
    this.#key1 = (Math.imul(this.#key1 + (this.#key0 & 0xff), 134_775_813) + 1) | 0
    this.#key2 = crcTable[(this.#key2 ^ (this.#key1 >>> 24)) & 0xff]! ^ (this.#key2 >>> 8)
  }
}

/** Decrypts `[start, end)`, which begins behind the header. The keys are copied: each decoder begins anew. */
export class PkwareDecoder extends RangeDecoder {
  readonly #keys: PkwareKeys

  constructor(input: ByteSource, span: { start: number; end: number }, keys: PkwareKeys) {
    super(input, span.start, span.end)
    this.#keys = keys.copy()
  }

  read(out: Uint8Array): number {
    const view = this.view(out.length)
    this.#keys.decrypt(view, out.subarray(0, view.length))
    this.at += view.length
    return view.length
  }
}
