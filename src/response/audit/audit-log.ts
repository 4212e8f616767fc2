// responses.jsonl: appended to only, each line on the disk before the next thing happens. Several processes may append at once: a
// line is one write(2) of a file opened for appending.

import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { syncFolder } from '../quarantine/sync-folder.ts'
import { parseRecord, type ResponseRecord } from './record.ts'

/** No host responds so often: what is larger is not ours. */
const maxFileBytes = 256 * 1024 ** 2
const lineEnd = 0x0a

export interface AuditLog {
  readonly records: readonly ResponseRecord[]
  /** Lines that could not be read: cut off by a crash, or changed by somebody. */
  readonly damaged: number
}

export function auditFile(directory: string): string {
  return join(directory, 'responses.jsonl')
}

/** Throws AppError. */
export function readAudit(directory: string): AuditLog {
  const path = auditFile(directory)
  let text: string
  try {
    text = readWhole(path)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return { records: [], damaged: 0 }
    throw fault(`cannot read ${path}`, thrown)
  }
  const lines = text.split('\n').filter((line) => line !== '')
  const records = lines.flatMap((line) => parseRecord(line) ?? [])
  return { records, damaged: lines.length - records.length }
}

/** Returns when the line is on the disk. Throws AppError: then nothing may be done. */
export function appendAudit(directory: string, record: ResponseRecord): void {
  const path = auditFile(directory)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW
    const fd = openSync(path, flags, 0o600)
    try {
      const { mode, size } = fstatSync(fd)
      if ((mode & 0o7777) !== 0o600) chmodSync(path, 0o600)
      // After a line that a crash cut off.
      const start = size > 0 && lastByte(fd, size) !== lineEnd ? '\n' : ''
      const line = Buffer.from(`${start}${JSON.stringify(record)}\n`)
      if (writeSync(fd, line) !== line.length) throw new Error('the disk is full')
      fsyncSync(fd)
      if (size === 0) syncFolder(directory)
    } finally {
      closeSync(fd)
    }
  } catch (thrown) {
    throw fault(`cannot write ${path}`, thrown)
  }
}

function readWhole(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    if (fstatSync(fd).size > maxFileBytes) throw new Error('it is larger than 256 MiB')
    return readFileSync(fd, 'utf8')
  } finally {
    closeSync(fd)
  }
}

function lastByte(fd: number, size: number): number {
  const byte = Buffer.alloc(1)
  readSync(fd, byte, 0, 1, size - 1)
  return byte[0] ?? lineEnd
}

function fault(what: string, thrown: unknown): AppError {
  return new AppError('permission', `${what}: ${messageOf(thrown)}`, {
    hint: 'responses are written down first: run as root, or choose another folder in [response] directory',
    cause: thrown,
  })
}
