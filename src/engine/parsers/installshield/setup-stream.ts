// What InstallShield appends to its setup program: files one after the other, each behind its name. Three forms: plain ones
// with texts before them, "InstallShield" with rows of a fixed size, "ISSetupStream" with rows and names of any length. In
// the latter two the data are hidden by the file's name.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { ByteSource } from '../../source/byte-source.ts'

export interface SetupFile {
  readonly name: string
  readonly offset: number
  readonly length: number
  /** What hides the data: the name's bytes; undefined: nothing. */
  readonly key: Uint8Array | undefined
}

export interface SetupStream {
  readonly files: readonly SetupFile[]
  readonly isCut: boolean
}

const maxFiles = 10_000
const longestText = 1024
const longestName = 260
const space = 0x20
const headerBytes = 46
const rowBytes = 312
const nameBytes = 260
const wideRowBytes = 24
/** A debug record of the linker may stand before. */
const debugMark = 0x3031424e
const longestDebugRecord = 512
const markBytes = 14
const marks = ['InstallShield\0', 'ISSetupStream\0'] as const
/** Of a row: the data are hidden. */
const flagHidden = 6

/** Undefined: nothing of InstallShield's. */
export function readSetupStream(source: ByteSource, head: Uint8Array): SetupStream | undefined {
  const place = markPlace(head)
  if (place !== undefined) return place.isWide ? wideRows(source, place.at) : rows(source, place.at)
  const first = plainFileAt(source, 0, false) === undefined ? wideStart(source) : { at: 0, isWide: false }
  return first && plainFiles(source, first)
}

/** Cheap: looks at the head only. */
export function isSetupStream(head: Uint8Array): boolean {
  return markPlace(head) !== undefined || isPlain(head) || isPlainWide(head)
}

function isPlain(head: Uint8Array): boolean {
  let end = 0
  while (end < longestName && (head[end] ?? 0) >= space) end++
  const isText = end > 0 && head[end] === 0 && (head[end + 1] ?? 0) > space
  return isText && plainPattern.test(latin1(head, 600))
}

/** Behind the number of files, below 65,536. */
function isPlainWide(head: Uint8Array): boolean {
  const isText = (head[4] ?? 0) > space && head[5] === 0 && (head[6] ?? 0) > space && head[7] === 0
  if (!isText || head[2] !== 0 || head[3] !== 0) return false
  return plainPattern.test(Buffer.from(head.subarray(4, 1204)).toString('utf16le'))
}

/** Name, path, version, size in decimal digits. */
const plainPattern = /^[^\0]{1,259}\0[^\0]{1,259}\0\d+\.\d+\.\d+\.\d+\0\d{1,10}\0/
function latin1(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, length)).toString('latin1')
}

function markPlace(head: Uint8Array): { readonly at: number; readonly isWide: boolean } | undefined {
  const [first] = head
  if (first !== 0x49 && u32(head, 0) !== debugMark) return undefined
  const text = latin1(head, longestDebugRecord)
  for (const [index, mark] of marks.entries()) {
    // Behind the debug record, or at the beginning.
    const at = text.startsWith(mark) ? 0 : text.indexOf(`\0${mark}`) + 1
    if (at > 0 || text.startsWith(mark)) return { at, isWide: index === 1 }
  }
  return undefined
}

function rows(source: ByteSource, start: number): SetupStream {
  const files: SetupFile[] = []
  const count = Math.min(u16(source.read(start + markBytes, 2), 0), maxFiles)
  let at = start + headerBytes
  while (files.length < count) {
    const row = source.read(at, rowBytes).slice()
    if (row.length < rowBytes) return { files, isCut: true }
    const end = row.indexOf(0)
    const name = row.subarray(0, Math.min(end < 0 ? nameBytes : end, nameBytes))
    const length = u32(row, nameBytes + 8)
    const isHidden = (u32(row, nameBytes) & flagHidden) !== 0
    files.push({
      name: latin1(name, nameBytes),
      offset: at + rowBytes,
      length,
      key: isHidden ? name : undefined,
    })
    at += rowBytes + length
  }
  return { files, isCut: at > source.size }
}

function wideRows(source: ByteSource, start: number): SetupStream {
  const files: SetupFile[] = []
  const header = source.read(start + markBytes, 8)
  const count = Math.min(u16(header, 0), maxFiles)
  // Rows of type 4 have as many bytes more behind the name.
  const more = u32(header, 2) === 4 ? wideRowBytes : 0
  let at = start + headerBytes
  while (files.length < count) {
    const row = source.read(at, wideRowBytes).slice()
    const bytesOfName = u32(row, 0)
    if (row.length < wideRowBytes || bytesOfName > longestText) return { files, isCut: true }
    const name = Buffer.from(source.read(at + wideRowBytes, bytesOfName)).toString('utf16le')
    const length = u32(row, 10)
    const offset = at + wideRowBytes + bytesOfName + more
    const isHidden = (u32(row, 4) & flagHidden) !== 0
    files.push({ name, offset, length, key: isHidden ? Buffer.from(name) : undefined })
    at = offset + length
  }
  return { files, isCut: at > source.size }
}

function wideStart(source: ByteSource): { at: number; isWide: boolean } | undefined {
  return plainFileAt(source, 4, true) === undefined ? undefined : { at: 4, isWide: true }
}

function plainFiles(source: ByteSource, { at: start, isWide }: { at: number; isWide: boolean }): SetupStream {
  const files: SetupFile[] = []
  let at = start
  while (files.length < maxFiles) {
    const file = plainFileAt(source, at, isWide)
    if (file === undefined) break
    files.push(file)
    at = file.offset + file.length
  }
  return { files, isCut: at > source.size }
}

function plainFileAt(source: ByteSource, at: number, isWide: boolean): SetupFile | undefined {
  const width = isWide ? 2 : 1
  const text = Buffer.from(source.read(at, longestText * width)).toString(isWide ? 'utf16le' : 'latin1')
  const [name = '', path = '', version = '', size = ''] = text.split('\0', 5)
  if (name === '' || !/^\d+\.\d+\.\d+\.\d+$/.test(version) || !/^\d{1,10}$/.test(size)) return undefined
  const characters = name.length + path.length + version.length + size.length + 4
  return { name, offset: at + characters * width, length: Number(size), key: undefined }
}
