// The archive that PyInstaller appends to its loader (PyInstaller/archive/writers.py, "CArchive"): entries, a table of
// contents, and a cookie that says where both are. Numbers are big-endian.

import type { ByteSource } from '../../source/byte-source.ts'

const cookieMark = Buffer.from('MEI\x0c\x0b\x0a\x0b\x0e', 'latin1')
const cookieBytes = 24
/** Since 2.1 the name of Python's library follows. */
const longCookieBytes = 88
const entryBytes = 18
const maxEntries = 65_536
const tailBytes = 64 * 1024
const largestTable = 16 * 1024 * 1024

export interface Cookie {
  /** Where the archive begins. */
  readonly start: number
  readonly tableStart: number
  readonly tableBytes: number
  /** Major * 100 + minor of Python. */
  readonly python: number
}

export interface Entry {
  readonly name: string
  /** `s` script, `m` module, `M` package, `z` library of modules, `b` binary, `x` data … */
  readonly type: string
  readonly offset: number
  readonly packedBytes: number
  readonly unpackedBytes: number
  readonly isPacked: boolean
}

/** The last cookie near the end; signatures may follow it. */
export function findCookie(source: ByteSource): Cookie | undefined {
  const { size } = source
  const from = Math.max(0, size - tailBytes)
  const view = source.read(from, tailBytes)
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.length)
  const at = bytes.lastIndexOf(cookieMark)
  if (at < 0 || at + cookieBytes > bytes.length) return undefined
  const length = bytes.readUInt32BE(at + 8)
  const library = bytes.toString('latin1', at + cookieBytes, at + cookieBytes + 10)
  const hasLibrary = /^(?:lib)?python|^Python/i.test(library)
  const end = from + at + (hasLibrary ? longCookieBytes : cookieBytes)
  const version = bytes.readUInt32BE(at + 20)
  const start = end - length
  const [tableStart, tableBytes] = [start + bytes.readUInt32BE(at + 12), bytes.readUInt32BE(at + 16)]
  if (start < 0 || tableStart > size) return undefined
  return {
    start,
    tableStart,
    tableBytes,
    python: version < 100 ? Math.floor(version / 10) * 100 + (version % 10) : version,
  }
}

/** Up to the first entry that makes no sense; `isCut` says that there was one. */
export function readEntries(source: ByteSource, cookie: Cookie): { entries: Entry[]; isCut: boolean } {
  const entries: Entry[] = []
  const end = Math.min(cookie.tableStart + Math.min(cookie.tableBytes, largestTable), source.size)
  let at = cookie.tableStart
  while (at + entryBytes <= end && entries.length < maxEntries) {
    const view = source.read(at, entryBytes + 4096)
    const bytes = Buffer.from(view.buffer, view.byteOffset, view.length)
    const length = bytes.readUInt32BE(0)
    if (length < entryBytes || at + length > end) return { entries, isCut: true }
    const name = bytes.toString('utf8', entryBytes, Math.min(length, bytes.length))
    entries.push({
      name: name.slice(0, Math.max(0, `${name}\0`.indexOf('\0'))),
      type: String.fromCharCode(bytes.readUInt8(17)),
      offset: cookie.start + bytes.readUInt32BE(4),
      packedBytes: bytes.readUInt32BE(8),
      unpackedBytes: bytes.readUInt32BE(12),
      isPacked: bytes.readUInt8(16) === 1,
    })
    at += length
  }
  return { entries, isCut: at < end }
}
