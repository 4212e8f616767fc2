// Records of utmp, wtmp and btmp (utmp(5)) as glibc on 64-bit Linux writes them: 384 bytes, little-endian, times of
// 32 bits (unsigned here: they last until 2106).

import { ipOfBytes } from './address.ts'

export const utmpRecordBytes = 384

/** ut_type. */
export const utmpTypes = {
  empty: 0,
  runLevel: 1,
  bootTime: 2,
  newTime: 3,
  oldTime: 4,
  initProcess: 5,
  loginProcess: 6,
  userProcess: 7,
  deadProcess: 8,
  accounting: 9,
} as const

export interface UtmpRecord {
  readonly type: number
  readonly pid: number
  /** Terminal without `/dev/`. */
  readonly line: string
  readonly id: string
  readonly user: string
  readonly host: string
  readonly session: number
  /** Milliseconds since 1970, with microseconds as fractions. */
  readonly timeMs: number
  /** ut_addr_v6 as text; undefined when it is all zero. */
  readonly ip: string | undefined
}

const offsets = {
  type: 0,
  pid: 4,
  line: 8,
  id: 40,
  user: 44,
  host: 76,
  session: 336,
  seconds: 340,
  microseconds: 344,
  address: 348,
} as const

/** The whole record at `at`; undefined when it does not lie in the bytes. */
export function parseUtmpRecord(bytes: Buffer, at: number): UtmpRecord | undefined {
  if (at < 0 || at + utmpRecordBytes > bytes.length) return undefined
  const microseconds = bytes.readInt32LE(at + offsets.microseconds)
  const fraction = microseconds >= 0 && microseconds < 1_000_000 ? microseconds / 1000 : 0
  return {
    type: bytes.readInt16LE(at + offsets.type),
    pid: bytes.readInt32LE(at + offsets.pid),
    line: textAt(bytes, at + offsets.line, 32),
    id: textAt(bytes, at + offsets.id, 4),
    user: textAt(bytes, at + offsets.user, 32),
    host: textAt(bytes, at + offsets.host, 256),
    session: bytes.readInt32LE(at + offsets.session),
    timeMs: bytes.readUInt32LE(at + offsets.seconds) * 1000 + fraction,
    ip: ipOfBytes(bytes.subarray(at + offsets.address, at + offsets.address + 16)),
  }
}

/** All whole records. */
export function parseUtmp(bytes: Buffer): UtmpRecord[] {
  const records: UtmpRecord[] = []
  for (let at = 0; at + utmpRecordBytes <= bytes.length; at += utmpRecordBytes) {
    const record = parseUtmpRecord(bytes, at)
    if (record !== undefined) records.push(record)
  }
  return records
}

/** Type and seconds since 1970 of the record at `at`, without its texts: for checks over whole files. */
export function peekUtmpRecord(
  bytes: Buffer,
  at: number,
): { readonly type: number; readonly seconds: number } {
  return { type: bytes.readInt16LE(at), seconds: bytes.readUInt32LE(at + offsets.seconds) }
}

/** A field ends at its first NUL, or fills its length. Names are UTF-8 by custom; other bytes become U+FFFD. */
export function textAt(bytes: Buffer, at: number, length: number): string {
  const end = bytes.subarray(at, at + length).indexOf(0)
  return bytes.toString('utf8', at, at + (end < 0 ? length : end))
}
