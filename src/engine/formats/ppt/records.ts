// Records of PowerPoint and of Office drawings ([MS-PPT] 2.3.1, [MS-ODRAW] 2.2.1): containers of records, and atoms.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'

export interface OfficeRecord {
  readonly type: number
  readonly instance: number
  /** Where its data begins. */
  readonly at: number
  readonly length: number
}

const headerBytes = 8
const containerVersion = 0x0f

/** All atoms, and the heads of containers, in the order of the stream; what a container holds follows it. */
export function* recordsOf(source: ByteSource, budget: Budget): Generator<OfficeRecord> {
  const { size } = source
  let count = 0
  for (let at = 0; at + headerBytes <= size;) {
    if ((++count & 255) === 0) budget.checkTime()
    const header = source.read(at, headerBytes)
    if (header.length < headerBytes) return
    const version = u16(header, 0) & 0x0f
    const instance = u16(header, 0) >> 4
    const type = u16(header, 2)
    const claimed = u32(header, 4)
    const length = Math.min(claimed, size - at - headerBytes)
    yield { type, instance, at: at + headerBytes, length }
    at += headerBytes + (version === containerVersion ? 0 : length)
  }
}
