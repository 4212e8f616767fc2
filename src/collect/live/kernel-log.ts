// The kernel's log from /dev/kmsg (Documentation/ABI/testing/dev-kmsg): a record a read, without waiting for more.

import { closeSync, constants, openSync, readSync } from 'node:fs'

import { notePart, type Part, rowsPart } from './parts.ts'

const recordBytes = 8192
const maxRecords = 200_000
const rowsInOneGo = 2048

export function* kernelLog(): Generator<Part, void> {
  const fd = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const buffer = Buffer.alloc(recordBytes)
    let rows: object[] = []
    for (let count = 0; count < maxRecords; count++) {
      const length = next(fd, buffer)
      if (length === 0) break
      if (length > 0) rows.push(recordOf(buffer.toString('utf8', 0, length)))
      else yield notePart('the log of the kernel was overwritten while it was read')
      if (rows.length < rowsInOneGo) continue
      yield rowsPart('kernel-log', rows)
      rows = []
    }
    yield rowsPart('kernel-log', rows)
  } finally {
    closeSync(fd)
  }
}

/** Bytes of the next record; 0 at the end, negative when records were lost. Throws what fs throws. */
function next(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer, 0, buffer.length, null)
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'EAGAIN') return 0
    if (code === 'EPIPE') return -1
    throw thrown
  }
}

/** `6,339,5140900,-;text`, then lines ` KEY=value`. */
function recordOf(record: string): object {
  const semicolon = record.indexOf(';')
  const [prefix, sequence, us] = record.slice(0, Math.max(0, semicolon)).split(',', 4)
  const lines = record.slice(semicolon + 1).split('\n')
  const facility = Math.floor(Number(prefix) / 8)
  return {
    sequence: Number(sequence),
    /** Since boot. */
    us: Number(us),
    level: Number(prefix) % 8,
    facility,
    message: unescape(lines[0] ?? ''),
    ...(lines.length > 2
      ? {
          dictionary: lines
            .slice(1)
            .filter(Boolean)
            .map((line) => line.trim()),
        }
      : {}),
  }
}

/** Control characters and bytes that are no ASCII stand as `\xNN`. */
function unescape(text: string): string {
  if (!text.includes(String.raw`\x`)) return text
  const latin = text.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(latin, 'latin1').toString('utf8')
}
