// Records of a workbook stream ([MS-XLS] 2.1.4): a type, a length, data.

import { u16 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'

export const recordTypes = {
  formula: 0x0006,
  eof: 0x000a,
  externSheet: 0x0017,
  name: 0x0018,
  externName: 0x0023,
  filePass: 0x002f,
  continue: 0x003c,
  codePage: 0x0042,
  boundSheet: 0x0085,
  mulRk: 0x00bd,
  sst: 0x00fc,
  labelSst: 0x00fd,
  supBook: 0x01ae,
  number: 0x0203,
  label: 0x0204,
  string: 0x0207,
  rk: 0x027e,
  sharedFormula: 0x04bc,
  bof: 0x0809,
} as const

export interface BiffRecord {
  readonly type: number
  /** Where its data begins. */
  readonly at: number
  readonly length: number
}

const headerBytes = 4

/** From a record's begin on; ends where the stream does. */
export function* recordsOf(source: ByteSource, from: number, budget: Budget): Generator<BiffRecord> {
  let count = 0
  for (let at = from; ;) {
    if ((++count & 1023) === 0) budget.checkTime()
    const header = source.read(at, headerBytes)
    if (header.length < headerBytes) return
    const type = u16(header, 0)
    const length = u16(header, 2)
    yield { type, at: at + headerBytes, length }
    at += headerBytes + length
  }
}

/** A copy of a record's data. */
export function dataOf(source: ByteSource, { at, length }: BiffRecord): Uint8Array {
  return new Uint8Array(source.read(at, length))
}
