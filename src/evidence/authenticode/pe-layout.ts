// The four places of a PE file that signing leaves out of the digest, and where the certificate table is (Microsoft PE
// Format, "Process for Generating the Authenticode PE Image Hash").

import type { EvidenceSource } from '../source.ts'

const dosMagic = 0x5a4d
const peMagic = 0x4550
const pe32PlusMagic = 0x20b
const securityDirectory = 4
const optionalOffset = 24

export interface PeLayout {
  readonly size: number
  readonly checksumOffset: number
  /** Of entry 4 of the data directories; undefined: the header has no such entry. */
  readonly entryOffset: number | undefined
  /** Undefined: no certificate table. As the header says, not clamped to the file. */
  readonly table: { readonly offset: number; readonly size: number } | undefined
  readonly sectionAlignment: number
}

/** Undefined: not a PE file. */
export function peLayoutOf(source: EvidenceSource): PeLayout | undefined {
  const dos = buffer(source.read(0, 64))
  if (dos.length < 64 || dos.readUInt16LE(0) !== dosMagic) return undefined
  const peOffset = dos.readUInt32LE(60)
  const head = buffer(source.read(peOffset, optionalOffset + 112 + 40))
  if (head.length < optionalOffset + 96 || head.readUInt32LE(0) !== peMagic) return undefined
  const optionalBytes = head.readUInt16LE(optionalOffset) === pe32PlusMagic ? 112 : 96
  // A header that ends before its count of directories has none.
  const hasCount = head.length >= optionalOffset + optionalBytes
  const count = hasCount ? head.readUInt32LE(optionalOffset + optionalBytes - 4) : 0
  const entry = optionalOffset + optionalBytes + securityDirectory * 8
  const hasEntry = count > securityDirectory && entry + 8 <= head.length
  const offset = hasEntry ? head.readUInt32LE(entry) : 0
  const size = hasEntry ? head.readUInt32LE(entry + 4) : 0
  return {
    size: source.size,
    checksumOffset: peOffset + optionalOffset + 64,
    entryOffset: hasEntry ? peOffset + entry : undefined,
    table: offset > 0 && size > 0 ? { offset, size } : undefined,
    sectionAlignment: head.readUInt32LE(optionalOffset + 32),
  }
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}
