// The base block: the first 4096 bytes of a hive, and, cut to a sector, of its transaction logs. After M. Suhanov's "Windows
// registry file format specification".

import { filetime, u32, utf16 } from '../fields.ts'

/** Where the hive bins begin in a primary file; all offsets in cells count from there. */
export const binsStart = 4096
const checkedBytes = 508
const signature = 0x66_67_65_72 // regf

/** Of a base block: a hive, or a log of one of the two formats. */
export type FileType = 'primary' | 'old log' | 'new log' | 'unknown'

export interface BaseBlock {
  readonly hasSignature: boolean
  readonly isChecksumRight: boolean
  readonly primarySequence: number
  readonly secondarySequence: number
  /** Last write to the hive. */
  readonly time: string | undefined
  readonly majorVersion: number
  readonly minorVersion: number
  readonly fileType: FileType
  /** From the beginning of the hive bins. */
  readonly rootOffset: number
  /** Size of the hive bins in bytes. */
  readonly binsBytes: number
  /** Of the disk it was written to, in bytes. */
  readonly sectorBytes: number
  readonly fileName: string
}

/** Any bytes: fields beyond their end are 0. */
export function readBaseBlock(bytes: Buffer): BaseBlock {
  const at = (offset: number): number => u32(bytes, offset)
  return {
    hasSignature: at(0) === signature,
    isChecksumRight: bytes.length >= checkedBytes + 4 && checksumOf(bytes) === at(checkedBytes),
    primarySequence: at(4),
    secondarySequence: at(8),
    time: filetime(bytes, 12),
    majorVersion: at(20),
    minorVersion: at(24),
    fileType: typeOf(at(28)),
    rootOffset: at(36),
    binsBytes: at(40),
    sectorBytes: 512 * Math.min(8, Math.max(1, at(44))),
    fileName: utf16(bytes, 48, 32),
  }
}

/** A write was begun and not ended, or the base block itself was half written: the logs are to be replayed. */
export function isDirty(base: BaseBlock): boolean {
  return !base.isChecksumRight || base.primarySequence !== base.secondarySequence
}

/** XOR of the first 127 words; 0 and 2^32-1 are written as 1 and 2^32-2. */
export function checksumOf(bytes: Buffer): number {
  let sum = 0
  for (let offset = 0; offset < checkedBytes; offset += 4) sum ^= bytes.readInt32LE(offset)
  sum >>>= 0
  if (sum === 0) return 1
  return sum === 0xff_ff_ff_ff ? 0xff_ff_ff_fe : sum
}

function typeOf(number: number): FileType {
  if (number === 0) return 'primary'
  // 2 was written by Windows 2000 and Vista for the second of two logs.
  if (number === 1 || number === 2) return 'old log'
  return number === 6 ? 'new log' : 'unknown'
}
