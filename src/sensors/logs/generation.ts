// One content that a log path had: from its creation, or from its truncation, until nothing is written to it any more. A
// rotation ends one generation and begins the next; the content itself may move on (rename, copy, compression). Every
// generation knows where its reading stands and how to know its content again: its first bytes (head) and the last ones
// that were read (tail).

import { createHash } from 'node:crypto'
import { closeSync, fstatSync, readSync } from 'node:fs'

import type { FileKey } from './log-file.ts'
import { type LineMark, type Position, splitLines, type SplitCounts } from './split.ts'

export const headMaxBytes = 256
/** The tail has at least so many bytes, and all of the last line: with its time, so that it is no other line that ends alike. */
const tailMinBytes = 128
const tailMaxBytes = 1024
/** Read at once: a line of the greatest length and as much again. */
const chunkBytes = 2 * 65_536

// All generations are read in one thread, one after the other.
const shared = Buffer.allocUnsafe(tailMaxBytes + chunkBytes)
const sharedHead = Buffer.allocUnsafe(headMaxBytes)

/** Who hears the lines. `enough` is asked every 32 lines; true ends this turn. */
export interface LineListener {
  line(generation: Generation, text: string, at: { readonly offset: number; readonly mark: LineMark }): void
  enough(): boolean
}

/**
 * `more`: there is more to read now. `idle`: everything was read. `rewritten`: the content is not the one that was read
 * before (nothing was told). `failed`: the file cannot be read.
 */
export type Turn = 'more' | 'idle' | 'rewritten' | 'failed'

export interface GenerationStart {
  readonly key: FileKey
  /** How often the content of this inode was seen to begin anew. */
  readonly truncations: number
  readonly offset?: number
  /** Milliseconds since 1970; now when not given. */
  readonly wholeAt?: number
}

export class Generation implements Position {
  /** The file in which the content was first seen: it stays when the content is read from a copy. */
  readonly key: FileKey
  readonly truncations: number
  /** Names this content for ever; empty until its first line is known. */
  id = ''
  head: Buffer = Buffer.alloc(0)
  tail: Buffer = Buffer.alloc(0)
  offset: number
  skipping = false
  midLine = false
  /** Descriptor, -1 for none. */
  fd = -1
  /** Size at the last look. */
  size = 0
  /** Monotonic milliseconds of the last growth that was seen. */
  grewAtMs = 0
  /** Read from a copy: it does not grow. */
  copied = false
  /** Milliseconds since 1970 of the last moment at which the file was seen to hold this content. */
  wholeAt: number
  /** Whether the durable state has it: nothing is told of it before. */
  recorded = false
  /** The file that is open now: the same, or another name or copy of the content. */
  fileKey: FileKey
  /** Whether the last read came to the end. */
  drained = false
  /** Whether nobody is expected to write to it any more: a last line without end is told then. */
  over = false
  /** Whether the last line carried a time that could be read: then equal bytes mean the same lines. */
  stamped = false

  constructor(start: GenerationStart) {
    this.key = start.key
    this.fileKey = start.key
    this.truncations = start.truncations
    this.offset = start.offset ?? 0
    this.wholeAt = start.wholeAt ?? Date.now()
  }

  /** Bytes that are known to wait. */
  get backlogBytes(): number {
    return this.fd < 0 ? 0 : Math.max(0, this.size - this.offset)
  }

  /** Looks at size and head, so that the content is known again even if it is never read in this file. */
  observe(nowMs: number): void {
    if (this.fd < 0) return
    const size = Number(fstatSync(this.fd, { bigint: true }).size)
    if (size !== this.size) this.grewAtMs = nowMs
    this.size = size
    if (this.head.length < headMaxBytes) this.headHolds()
  }

  /** Begins after what is there now. */
  skipToEnd(): void {
    this.size = Number(fstatSync(this.fd, { bigint: true }).size)
    this.headHolds()
    this.seek(this.size)
  }

  /** Reading goes on at `offset`. */
  seek(offset: number): void {
    this.offset = offset
    const back = Math.min(tailMaxBytes, offset)
    const tail = Buffer.alloc(back)
    const count = back === 0 ? 0 : readSync(this.fd, tail, 0, back, offset - back)
    this.tail = tailOf(tail.subarray(0, count))
    // In the middle of a line: its beginning was there before us.
    this.midLine = count > 0 && tail[count - 1] !== 10
  }

  /** Tells lines until the turn or the content is over. Throws what read(2) throws. */
  read(listener: LineListener, counts: SplitCounts): Turn {
    const back = this.tail.length
    const beganAt = Date.now()
    const count = readSync(this.fd, shared, 0, back + chunkBytes, this.offset - back)
    // The head is compared after the read: a truncation before or during it is seen.
    if (!this.#tailHolds(shared.subarray(0, count)) || !this.headHolds()) return 'rewritten'
    this.wholeAt = beganAt
    if (count === back) {
      this.drained = true
      return 'idle'
    }
    if (!this.recorded) return 'more'
    const bytes = shared.subarray(0, count)
    const before = this.offset
    this.drained = false
    let stopped = false
    const used = splitLines(bytes, back, this, {
      counts,
      sink: {
        line: (text, offset, mark) => listener.line(this, text, { offset, mark }),
        enough: () => (stopped = listener.enough()),
      },
    })
    if (this.offset !== before) this.tail = tailOf(bytes.subarray(0, used))
    this.drained = !stopped && count < back + chunkBytes
    return this.drained ? 'idle' : 'more'
  }

  /** Tells what stands after the last line end. For contents that are over. */
  tellPartial(listener: LineListener, counts: SplitCounts): void {
    if (this.fd < 0 || this.skipping) return
    const count = readSync(this.fd, shared, 0, chunkBytes, this.offset)
    const bytes = shared.subarray(0, count)
    if (count === 0 || bytes.includes(10) || bytes.every((byte) => byte === 0)) return
    const mark = this.midLine ? 'continued' : 'partial'
    counts.lines++
    listener.line(this, bytes.toString('utf8'), { offset: this.offset, mark })
    this.tail = tailOf(bytes)
    this.offset += count
    this.midLine = true
  }

  /** The content goes on in another file: a copy, or the file under another name. */
  continueIn(file: { readonly fd: number; readonly key: FileKey; readonly how: 'copy' | 'same file' }): void {
    this.close()
    this.fd = file.fd
    this.fileKey = file.key
    this.copied = file.how === 'copy'
  }

  /** Hands the descriptor to the next generation of the same file. */
  release(): number {
    const { fd } = this
    this.fd = -1
    return fd
  }

  close(): void {
    if (this.fd >= 0) closeSync(this.release())
  }

  /** Whether the head is as before; it grows with the file up to 256 bytes. */
  headHolds(): boolean {
    const count = readSync(this.fd, sharedHead, 0, headMaxBytes, 0)
    const known = this.head.length
    if (count < known || sharedHead.compare(this.head, 0, known, 0, known) !== 0) return false
    if (count > known) this.head = Buffer.from(sharedHead.subarray(0, count))
    return true
  }

  /** Whether `head` and the bytes before the offset in `fd` are of this content. */
  isIn(fd: number, head: Buffer): boolean {
    return this.beginsLike(head) && this.#tailIsIn(fd)
  }

  /** Whether what is open is this content, as far as it was read. Throws what read(2) throws. */
  holds(): boolean {
    return this.headHolds() && this.#tailIsIn(this.fd)
  }

  beginsLike(head: Buffer): boolean {
    const { length } = this.head
    return length > 0 && head.length >= length && head.compare(this.head, 0, length, 0, length) === 0
  }

  /** From the file, its birth and its first line: the same after kill -9, another one after each truncation. */
  name(): void {
    if (this.id !== '') return
    const end = this.head.indexOf(10)
    const line = end < 0 ? this.head : this.head.subarray(0, end + 1)
    const { device, inode, birthNs } = this.key
    const text = `${device} ${inode} ${birthNs} ${this.truncations} `
    this.id = createHash('sha256').update(text).update(line).digest('hex').slice(0, 20)
  }

  #tailIsIn(fd: number): boolean {
    const { length } = this.tail
    if (length === 0) return true
    const there = Buffer.alloc(length)
    return readSync(fd, there, 0, length, this.offset - length) === length && there.equals(this.tail)
  }

  #tailHolds(bytes: Buffer): boolean {
    const { length } = this.tail
    return bytes.length >= length && bytes.compare(this.tail, 0, length, 0, length) === 0
  }
}

/** A copy of the end of what was read: from the line end before the last line, where that is not too far. */
function tailOf(bytes: Buffer): Buffer {
  const { length } = bytes
  const lineEnd = length < 2 ? -1 : bytes.lastIndexOf(10, length - 2)
  const from = Math.max(0, length - tailMaxBytes, Math.min(length - tailMinBytes, Math.max(lineEnd, 0)))
  return Buffer.from(bytes.subarray(from))
}
