// Encrypted workbooks ([MS-XLS] 2.2.10): every record's data is encrypted, headers and a few records are not.

import { u16 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { recordsOf, recordTypes } from '../../parsers/biff/index.ts'
import {
  openBinaryEncryption,
  openXorObfuscation,
  Rc4Blocks,
  type XorKey,
} from '../../parsers/office-crypto/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'

/** Records that stay as they are: begin, FilePass, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead. */
const plain = new Set<number>([recordTypes.bof, recordTypes.filePass, 0x0194, 0x0195, 0x00e1, 0x0196, 0x0138])
/** A sheet's place in the stream stays readable. */
const plainSheetBytes = 4
const rc4BlockBytes = 1024
const headerBytes = 4

/** What one byte at a place of the stream, in a record that begins there, really is. */
type Unlock = (byte: number, position: number, record: { at: number; length: number }) => number

/** The stream decrypted; undefined: it is not encrypted. */
export function decryptWorkbook(
  source: ByteSource,
  passwords: readonly string[],
  budget: Budget,
): DecodedSource | 'encrypted' | 'unsupported' | undefined {
  const pass = filePassOf(source, budget)
  if (pass === undefined) return undefined
  const unlock = pass[0] === 0 && pass[1] === 0 ? openXor(pass, passwords) : openRc4(pass, passwords)
  if (typeof unlock === 'string') return unlock
  return new DecodedSource(() => new WorkbookDecoder(source, unlock()), budget, source.size)
}

function filePassOf(source: ByteSource, budget: Budget): Uint8Array | undefined {
  if (u16(source.read(0, 2), 0) !== recordTypes.bof) return undefined
  for (const { type, at, length } of recordsOf(source, 0, budget)) {
    if (type === recordTypes.filePass) return new Uint8Array(source.read(at, length))
    if (type === recordTypes.eof) break
  }
  return undefined
}

function openXor(pass: Uint8Array, passwords: readonly string[]): 'encrypted' | (() => Unlock) {
  // Before version 8 there is no word for the method in front.
  const at = pass.length >= 6 ? 2 : 0
  const key = openXorObfuscation(u16(pass, at), u16(pass, at + 2), passwords)
  return key === undefined ? 'encrypted' : () => unlockXor(key)
}

function unlockXor({ bytes }: XorKey): Unlock {
  return (byte, position, { length }) => {
    const turned = ((byte << 3) | (byte >> 5)) & 0xff
    return turned ^ (bytes[(position + length) & 15] ?? 0)
  }
}

function openRc4(
  pass: Uint8Array,
  passwords: readonly string[],
): 'encrypted' | 'unsupported' | (() => Unlock) {
  const cipher = openBinaryEncryption(pass.subarray(2), passwords)
  if (typeof cipher === 'string') return cipher
  return () => {
    const blocks = new Rc4Blocks(rc4BlockBytes, (block) => cipher.keyOf(block))
    return (byte, position) => byte ^ blocks.at(position)
  }
}

class WorkbookDecoder implements Decoder {
  readonly #source: ByteSource
  readonly #unlock: Unlock
  #at = 0
  #record = { type: 0, at: 0, length: 0 }

  constructor(source: ByteSource, unlock: Unlock) {
    this.#source = source
    this.#unlock = unlock
  }

  get consumed(): number {
    return this.#at
  }

  read(out: Uint8Array): number {
    const view = this.#source.read(this.#at, out.length)
    const total = view.length
    out.set(view)
    for (let done = 0; done < total;) {
      if (this.#at >= this.#record.at + this.#record.length && !this.#begin()) {
        this.#at += total - done
        break
      }
      const { type, at, length } = this.#record
      const isHeader = this.#at < at
      const count = Math.min((isHeader ? at : at + length) - this.#at, total - done)
      if (!isHeader && !plain.has(type)) this.#open(out.subarray(done, done + count))
      done += count
      this.#at += count
    }
    return total
  }

  /** Reads the header of the record that begins here; false at the end of the stream. */
  #begin(): boolean {
    const header = this.#source.read(this.#at, headerBytes)
    if (header.length < headerBytes) return false
    this.#record = { type: u16(header, 0), at: this.#at + headerBytes, length: u16(header, 2) }
    return true
  }

  #open(bytes: Uint8Array): void {
    const { at, type } = this.#record
    const plainEnd = type === recordTypes.boundSheet ? at + plainSheetBytes : at
    for (let index = 0; index < bytes.length; index++) {
      const position = this.#at + index
      if (position < plainEnd) continue
      bytes[index] = this.#unlock(bytes[index] ?? 0, position, this.#record)
    }
  }
}
