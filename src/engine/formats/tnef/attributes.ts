// The attributes of a TNEF stream ([MS-OXTNEF] 2.1.1): level, identifier, length, data, a checksum that real writers get
// wrong and nobody checks.

import type { ByteSource } from '../../source/byte-source.ts'

export const signature = 0x223e9f78
/** Signature and legacy key. */
const headerBytes = 6
/** Level, identifier, length. */
const attributeHeaderBytes = 9
const checksumBytes = 2
const levelMessage = 1
const levelAttachment = 2

export interface Attribute {
  readonly level: number
  /** Without the type in its upper half. */
  readonly id: number
  readonly start: number
  readonly length: number
}

/** In their order; ends with what is cut off, whose length reaches behind the end. */
export function* attributesOf(source: ByteSource): Generator<Attribute> {
  const { size } = source
  for (let at = headerBytes; at + attributeHeaderBytes <= size;) {
    const head = source.read(at, attributeHeaderBytes)
    const view = new DataView(head.buffer, head.byteOffset, head.length)
    const level = view.getUint8(0)
    if (level !== levelMessage && level !== levelAttachment) return
    const length = view.getUint32(5, true)
    const start = at + attributeHeaderBytes
    yield { level, id: view.getUint16(1, true), start, length }
    at = start + length + checksumBytes
  }
}
