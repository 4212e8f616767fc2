// The pages of an SQLite database as a reader without locks sees them: the main file, overlaid with the committed frames
// of its write-ahead log (https://www.sqlite.org/fileformat2.html, sections 1.3 and 4). Everything in it may lie.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

import { AppError } from '../../base/app-error.ts'

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
  readonly #fd: number
  readonly #walFd: number | undefined
  /** Page number → offset of its newest committed content in the log. */
  readonly #frames: ReadonlyMap<number, number>
  readonly #stamp: string

  private constructor(fd: number, walFd: number | undefined) {
    this.#fd = fd
    this.#walFd = walFd
    const header = readAt(fd, headerBytes, 0)
    if (header.length < headerBytes || !header.subarray(0, 16).equals(magic))
      throw damaged('it has no header')
    const size = header.readUInt16BE(16)
    this.pageBytes = size === 1 ? 65_536 : size
    if (this.pageBytes < 512 || (this.pageBytes & (this.pageBytes - 1)) !== 0) throw damaged('page size')
    this.usableBytes = this.pageBytes - header.readUInt8(20)
    if (this.usableBytes < 480) throw damaged('reserved bytes')
    const { frames, pages } = readWal(walFd, this.pageBytes)
    this.#frames = frames
    this.pageCount = pages ?? Math.ceil(fstatSync(fd).size / this.pageBytes)
    // A database that was never written to but in its log has the encoding there.
    const first = frames.has(1) ? this.page(1) : header
    this.encoding = encodings[first.readUInt32BE(56)] ?? 'utf8'
    this.#stamp = this.#stampNow()
  }

  /** Throws AppError when it is no database, and what fs throws. */
  static open(path: string): SqlitePages {
    const fd = openSync(path, 'r')
    let walFd: number | undefined
    try {
      walFd = openIfThere(`${path}-wal`)
      return new SqlitePages(fd, walFd)
    } catch (thrown) {
      closeSync(fd)
      if (walFd !== undefined) closeSync(walFd)
      throw thrown
    }
  }

  /** The page of a number (the first is 1). Throws AppError when there is none. */
  page(number: number): Buffer {
    if (number < 1 || number > this.pageCount) throw damaged(`page ${number} does not exist`)
    const frame = this.#frames.get(number)
    const bytes =
      frame !== undefined && this.#walFd !== undefined
        ? readAt(this.#walFd, this.pageBytes, frame)
        : readAt(this.#fd, this.pageBytes, (number - 1) * this.pageBytes)
    if (bytes.length < this.pageBytes) throw damaged(`page ${number} is cut`)
    return bytes
  }

  /** Whether nobody wrote the main file or began the log anew since it was opened. */
  unchanged(): boolean {
    return this.#stampNow() === this.#stamp
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
    if (this.#walFd !== undefined) closeSync(this.#walFd)
  }

  #stampNow(): string {
    const { size, mtimeNs } = fstatSync(this.#fd, { bigint: true })
    const wal = this.#walFd === undefined ? '' : readAt(this.#walFd, walHeaderBytes, 0).toString('latin1')
    return `${size} ${mtimeNs} ${wal}`
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

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  }
}

function readAt(fd: number, length: number, at: number): Buffer {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, readSync(fd, bytes, 0, length, at))
}

interface Wal {
  readonly frames: ReadonlyMap<number, number>
  /** Pages of the database after the last commit; undefined when the log has none. */
  readonly pages: number | undefined
}

/** Frames up to the last commit whose salts and running checksum are right: the rest is left over from earlier. */
function readWal(fd: number | undefined, pageBytes: number): Wal {
  const frames = new Map<number, number>()
  let pages: number | undefined
  if (fd === undefined) return { frames, pages }
  const header = readAt(fd, walHeaderBytes, 0)
  if (header.length < walHeaderBytes || (header.readUInt32BE(0) & ~1) >>> 0 !== walMagic)
    return { frames, pages }
  if (header.readUInt32BE(8) !== pageBytes) return { frames, pages }
  const sum = new WalChecksum((header.readUInt32BE(0) & 1) === 1)
  sum.add(header.subarray(0, 24))
  if (!sum.equals(header, 24)) return { frames, pages }
  const uncommitted = new Map<number, number>()
  const step = frameHeaderBytes + pageBytes
  const end = Math.min(fstatSync(fd).size, maxWalBytes)
  for (let at = walHeaderBytes; at + step <= end; at += step) {
    const frame = readAt(fd, step, at)
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
