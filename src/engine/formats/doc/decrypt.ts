// Encrypted Word documents ([MS-DOC] 2.2.6): the table stream begins with the description, text, tables and data are
// encrypted in blocks of 512 bytes.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { type BinaryCipher, openBinaryEncryption, Rc4Blocks } from '../../parsers/office-crypto/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'

const encryptedFlag = 0x0100
const obfuscatedFlag = 0x8000
const blockBytes = 512
/** The base of the file information block stays readable. */
const plainBytes = 68
const maxHeaderBytes = 4096

/** `head` is the begin of the stream `WordDocument`. */
export function isEncrypted(head: Uint8Array): boolean {
  return (u16(head, 10) & encryptedFlag) !== 0
}

interface Parts {
  readonly document: ByteSource
  readonly table: ByteSource | undefined
  readonly data: ByteSource | undefined
}

export type Decrypted = Parts

export function decryptDocument(
  { document, table, data }: Parts,
  head: Uint8Array,
  passwords: readonly string[],
  budget: Budget,
): Decrypted | 'encrypted' | 'unsupported' {
  if ((u16(head, 10) & obfuscatedFlag) !== 0 || table === undefined) return 'unsupported'
  const headerBytes = Math.min(u32(head, 14), maxHeaderBytes)
  const cipher = openBinaryEncryption(new Uint8Array(table.read(0, headerBytes)), passwords)
  if (typeof cipher === 'string') return cipher
  const open = (source: ByteSource, plain: number): ByteSource =>
    new DecodedSource(() => new BlockDecoder(source, cipher, plain), budget, source.size)
  return {
    document: open(document, plainBytes),
    table: open(table, headerBytes),
    data: data === undefined ? undefined : open(data, 0),
  }
}

class BlockDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #blocks: Rc4Blocks
  readonly #plain: number
  #at = 0

  constructor(source: ByteSource, cipher: BinaryCipher, plain: number) {
    this.#source = source
    this.#blocks = new Rc4Blocks(blockBytes, (block) => cipher.keyOf(block))
    this.#plain = plain
  }

  get consumed(): number {
    return this.#at
  }

  read(out: Uint8Array): number {
    const view = this.#source.read(this.#at, out.length)
    for (const [index, byte] of view.entries()) {
      const position = this.#at + index
      out[index] = position < this.#plain ? byte : byte ^ this.#blocks.at(position)
    }
    this.#at += view.length
    return view.length
  }
}
