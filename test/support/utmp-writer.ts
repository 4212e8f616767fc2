// Writes utmp records, as login programs do: for tests only.

import { utmpRecordBytes } from '../../src/evidence/logins/index.ts'

export interface WrittenRecord {
  readonly type: number
  readonly seconds: number
  readonly microseconds?: number
  readonly pid?: number
  readonly line?: string
  readonly id?: string
  readonly user?: string
  readonly host?: string
  /** IPv4, or 16 bytes. */
  readonly ip?: string | Uint8Array
}

export function writeUtmpRecord(record: WrittenRecord): Buffer {
  const bytes = Buffer.alloc(utmpRecordBytes)
  bytes.writeInt16LE(record.type, 0)
  bytes.writeInt32LE(record.pid ?? 0, 4)
  bytes.write(record.line ?? '', 8, 32)
  bytes.write(record.id ?? '', 40, 4)
  bytes.write(record.user ?? '', 44, 32)
  bytes.write(record.host ?? '', 76, 256)
  bytes.writeUInt32LE(record.seconds, 340)
  bytes.writeInt32LE(record.microseconds ?? 0, 344)
  const ip = typeof record.ip === 'string' ? record.ip.split('.').map(Number) : (record.ip ?? [])
  bytes.set(ip, 348)
  return bytes
}

export function writeUtmp(records: readonly WrittenRecord[]): Buffer {
  return Buffer.concat(records.map((record) => writeUtmpRecord(record)))
}
