// lastlog(8) of glibc on 64-bit Linux: 292 bytes for each uid (time of 32 bits, line 32, host 256), a sparse file that
// may seem a terabyte long. So it is read by uid, never as a whole.

import { readSync } from 'node:fs'

import { textAt } from './utmp.ts'

export const lastlogRecordBytes = 292

export interface LastLogin {
  /** Milliseconds since 1970; 0: never. */
  readonly timeMs: number
  readonly tty: string
  readonly host: string
  readonly service?: string
}

/** Undefined when the bytes are no whole record. */
export function parseLastlogRecord(bytes: Buffer): LastLogin | undefined {
  if (bytes.length < lastlogRecordBytes) return undefined
  return {
    timeMs: bytes.readUInt32LE(0) * 1000,
    tty: textAt(bytes, 4, 32),
    host: textAt(bytes, 36, 256),
  }
}

/** The record of a user; undefined when the file ends before it. */
export function readLastlogOf(fd: number, uid: number): LastLogin | undefined {
  const bytes = Buffer.alloc(lastlogRecordBytes)
  const read = readSync(fd, bytes, 0, lastlogRecordBytes, uid * lastlogRecordBytes)
  return parseLastlogRecord(bytes.subarray(0, read))
}
