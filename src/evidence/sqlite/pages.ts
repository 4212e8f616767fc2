// The pages of an SQLite database as a reader without locks sees them: the main file, overlaid with the committed frames
// of its write-ahead log (https://www.sqlite.org/fileformat2.html, sections 1.3 and 4). Everything in it may lie.

import { AppError } from '../../base/app-error.ts'
import type { EvidenceSource } from '../source.ts'

const headerBytes = 100
const walHeaderBytes = 32
const frameHeaderBytes = 24
const maxWalBytes = 64 * 1024 * 1024
const magic = Buffer.from('SQLite format 3\0', 'latin1')
/** The last bit says in which byte order the checksums of the log are counted. */
const walMagic = 0x377f0682

export class SqlitePages {
  readonly pageBytes: number
  /** Bytes of a page that hold content. */
  readonly usableBytes: number
  readonly encoding: 'utf8' | 'utf16le' | 'utf16be'
  readonly pageCount: number
  readonly #main: EvidenceSource
  readonly #wal: EvidenceSource | undefined
  /** Page number → offset of its newest committed content in the log. */
  readonly #frames: ReadonlyMap<number, number>

  /** `wal`: the file `-wal` beside it. Throws AppError when it is no database. */
  constructor(main: EvidenceSource, wal?: EvidenceSource) {
    this.#main = main
    this.#wal = wal
    const header = readAt(main, headerBytes, 0)
    if (header.length < headerBytes || !header.subarray(0, 16).equals(magic))
      throw damaged('it has no header')
    const size = header.readUInt16BE(16)
    this.pageBytes = size === 1 ? 65_536 : size
    if (this.pageBytes < 512 || (this.pageBytes & (this.pageBytes - 1)) !== 0) throw damaged('page size')
    this.usableBytes = this.pageBytes - header.readUInt8(20)
    if (this.usableBytes < 480) throw damaged('reserved bytes')
    const { frames, pages } = readWal(wal, this.pageBytes)
    this.#frames = frames
    this.pageCount = pages ?? Math.ceil(main.size / this.pageBytes)
    // A database that was never written to but in its log has the encoding there.
    const first = frames.has(1) ? this.page(1) : header
    this.encoding = encodings[first.readUInt32BE(56)] ?? 'utf8'
  }

  /** The page of a number (the first is 1). Throws AppError when there is none. */
  page(number: number): Buffer {
    if (number < 1 || number > this.pageCount) throw damaged(`page ${number} does not exist`)
    const frame = this.#frames.get(number)
    const bytes =
      frame !== undefined && this.#wal !== undefined
        ? readAt(this.#wal, this.pageBytes, frame)
        : readAt(this.#main, this.pageBytes, (number - 1) * this.pageBytes)
    if (bytes.length < this.pageBytes) throw damaged(`page ${number} is cut`)
    return bytes
  }
}

const encodings: Readonly<Record<number, 'utf8' | 'utf16le' | 'utf16be'>> = {
  1: 'utf8',
  2: 'utf16le',
  3: 'utf16be',
}

export function damaged(what: string): AppError {
  return new AppError('unsupported', `the SQLite database cannot be read: ${what}`)
}

function readAt(source: EvidenceSource, length: number, at: number): Buffer {
  const bytes = source.read(at, length)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

interface Wal {
  readonly frames: ReadonlyMap<number, number>
  /** Pages of the database after the last commit; undefined when the log has none. */
  readonly pages: number | undefined
}

/** Frames up to the last commit whose salts and running checksum are right: the rest is left over from earlier. */
function readWal(wal: EvidenceSource | undefined, pageBytes: number): Wal {
  const frames = new Map<number, number>()
  let pages: number | undefined
  if (wal === undefined) return { frames, pages }
  const header = readAt(wal, walHeaderBytes, 0)
  if (header.length < walHeaderBytes || (header.readUInt32BE(0) & ~1) >>> 0 !== walMagic)
    return { frames, pages }
  if (header.readUInt32BE(8) !== pageBytes) return { frames, pages }
  const sum = new WalChecksum((header.readUInt32BE(0) & 1) === 1)
  sum.add(header.subarray(0, 24))
  if (!sum.equals(header, 24)) return { frames, pages }
  const uncommitted = new Map<number, number>()
  const step = frameHeaderBytes + pageBytes
  const end = Math.min(wal.size, maxWalBytes)
  for (let at = walHeaderBytes; at + step <= end; at += step) {
    const frame = readAt(wal, step, at)
    if (frame.length < step || !frame.subarray(8, 16).equals(header.subarray(16, 24))) break
    sum.add(frame.subarray(0, 8))
    sum.add(frame.subarray(frameHeaderBytes))
    if (!sum.equals(frame, 16)) break
    uncommitted.set(frame.readUInt32BE(0), at + frameHeaderBytes)
    const committed = frame.readUInt32BE(4)
    if (committed === 0) continue
    pages = committed
    for (const [page, offset] of uncommitted) frames.set(page, offset)
    uncommitted.clear()
  }
  return { frames, pages }
}

/** Section 4.2: a sum over pairs of 32-bit words that runs through the header and all frames. */
class WalChecksum {
  readonly #bigEndian: boolean
  #first = 0
  #second = 0

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian
  }

  /** The length is a multiple of 8. */
  add(bytes: Buffer): void {
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
      const one = this.#bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)
      const two = this.#bigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)
      this.#first = (this.#first + one + this.#second) >>> 0
      this.#second = (this.#second + two + this.#first) >>> 0
    }
  }

  /** The two words are stored big-endian always. */
  equals(bytes: Buffer, at: number): boolean {
    return bytes.readUInt32BE(at) === this.#first && bytes.readUInt32BE(at + 4) === this.#second
  }
}
