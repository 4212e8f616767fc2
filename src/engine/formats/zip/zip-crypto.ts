// The traditional encryption of PKWARE (APPNOTE 6.1). Weak, and still what most malware in mail is sealed with.

import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

export const cryptoHeaderBytes = 12

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320
  return crc
})

function stepCrc(crc: number, byte: number): number {
  return (crcTable[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
}

export class ZipCrypto implements Decoder {
  readonly #input: ByteSource
  readonly #start: number
  readonly #end: number
  #next: number
  #key0 = 0x12345678
  #key1 = 0x23456789
  #key2 = 0x34567890
  /** The last byte of the decrypted header: equal to the check byte if the password is right (or by chance). */
  readonly checkByte: number

  constructor(input: ByteSource, start: number, end: number, password: Uint8Array) {
    this.#input = input
    this.#start = start
    this.#end = end
    this.#next = start
    for (const byte of password) this.#update(byte)
    const header = new Uint8Array(cryptoHeaderBytes)
    this.checkByte = this.read(header) === cryptoHeaderBytes ? (header.at(-1) ?? -1) : -1
  }

  get consumed(): number {
    return this.#next - this.#start
  }

  read(out: Uint8Array): number {
    const wanted = Math.min(out.length, 64 * 1024, this.#end - this.#next)
    if (wanted <= 0) return 0
    const view = this.#input.read(this.#next, wanted)
    for (let i = 0; i < view.length; i++) {
      const mixed = (this.#key2 & 0xffff) | 2
      const plain = ((view[i] ?? 0) ^ (Math.imul(mixed, mixed ^ 1) >>> 8)) & 0xff
      out[i] = plain
      this.#update(plain)
    }
    this.#next += view.length
    return view.length
  }

  #update(byte: number): void {
    this.#key0 = stepCrc(this.#key0, byte)
    this.#key1 = (Math.imul(this.#key1 + (this.#key0 & 0xff), 134_775_813) + 1) | 0
    this.#key2 = stepCrc(this.#key2, this.#key1 >>> 24)
  }
}
