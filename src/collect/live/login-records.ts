// Records of utmp, wtmp and btmp as rows: of a very long file the last ones.

import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'
import { parseUtmp, utmpRecordBytes, utmpTypes } from '../../evidence/logins/index.ts'
import type { StepContext } from '../step.ts'

/** 200,000 records. */
const maxBytes = 200_000 * utmpRecordBytes
const names = new Map<number, string>(Object.entries(utmpTypes).map(([name, type]) => [type, name]))

/** Throws AppError for what is no file, and what fs throws. */
export function accountingRows(context: StepContext, path: string): readonly object[] {
  const fd = openSync(context.root + path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) throw new AppError('unsupported', `${path} is no regular file`)
    if (stat.size % utmpRecordBytes !== 0)
      context.note(`${path}: its size is no multiple of the size of a record`)
    const records = stat.size - (stat.size % utmpRecordBytes)
    const from = Math.max(0, records - maxBytes)
    if (from > 0)
      context.note(
        `${path}: of ${records / utmpRecordBytes} records the last ${maxBytes / utmpRecordBytes} were read`,
      )
    return rowsOf(readFrom(fd, from, records))
  } finally {
    closeSync(fd)
  }
}

function readFrom(fd: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from)
  let filled = 0
  while (filled < bytes.length) {
    const length = readSync(fd, bytes, filled, bytes.length - filled, from + filled)
    if (length === 0) break
    filled += length
  }
  return bytes.subarray(0, filled)
}

function rowsOf(bytes: Buffer): readonly object[] {
  return parseUtmp(bytes).map(({ type, timeMs, ip, ...record }) => ({
    type: names.get(type) ?? String(type),
    time: new Date(Math.floor(timeMs)).toISOString(),
    ip: ip ?? null,
    ...record,
  }))
}
