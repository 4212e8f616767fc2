// KWAJ method 4: MSZIP blocks ([MS-MCI]), each a deflate stream that goes on with the history of the one before.

import { inflateRawSync } from 'node:zlib'

import { u16 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Decoder } from '../../source/decoded-source.ts'

const blockBytes = 32_768
const signature = 0x4b43

export class MsZip implements Decoder {
  readonly #source: ByteSource
  readonly #start: number
  readonly #tell: (message: string) => void
  #history: Uint8Array = new Uint8Array(0)
  #block: Uint8Array = new Uint8Array(0)
  #blockAt = 0
  consumed = 0

  constructor(source: ByteSource, start: number, tell: (message: string) => void) {
    this.#source = source
    this.#start = start
    this.#tell = tell
  }

  read(out: Uint8Array): number {
    if (this.#blockAt === this.#block.length && !this.#nextBlock()) return 0
    const part = this.#block.subarray(this.#blockAt, this.#blockAt + out.length)
    out.set(part)
    this.#blockAt += part.length
    return part.length
  }

  /** The length (u16) counts the signature `CK`; a length of 0 is the end. */
  #nextBlock(): boolean {
    const at = this.#start + this.consumed
    const length = u16(this.#source.read(at, 2), 0)
    const packed = this.#source.read(at + 2, length).slice()
    if (length === 0 || packed.length < 2) return false
    this.consumed += 2 + packed.length
    const block = u16(packed, 0) === signature ? this.#inflate(packed.subarray(2)) : undefined
    if (block === undefined) {
      this.#tell('a block cannot be decoded')
      return false
    }
    this.#history = block
    this.#block = block
    this.#blockAt = 0
    return block.length > 0
  }

  #inflate(packed: Uint8Array): Uint8Array | undefined {
    const options = { maxOutputLength: blockBytes }
    const dictionary = this.#history.length > 0 ? { dictionary: this.#history } : {}
    try {
      return inflateRawSync(packed, { ...options, ...dictionary })
    } catch {
      return undefined
    }
  }
}
