// Follows wtmp or btmp: every record once, across rotation and restarts, and says when somebody has changed what
// only ever grows: records changed or zeroed, the file cut, replaced or gone, times that run backwards.

import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

import { BlockDigests, blockBytes, type KeptDigests } from './block-digests.ts'
import { isZero, RecordOrder } from './record-order.ts'
import { newestSibling, siblingWithInode } from './rotation.ts'
import { parseUtmpRecord, type UtmpRecord, utmpRecordBytes } from '../../evidence/logins/index.ts'

/** How far a file was read and what it held, for the next run. */
export interface KeptPlace extends KeptDigests {
  readonly inode: string
}

export interface FollowOptions {
  readonly path: string
  readonly kept: KeptPlace | undefined
  readonly onRecord: (record: UtmpRecord) => void
  /** One sentence: what was done to the file. */
  readonly onTampered: (what: string) => void
}

/** Records and blocks taken in one look (about 1 ms): the rest waits for the next. */
const recordsAtOnce = 256
const blocksAtOnce = 8
/** A partial record or a missing file is told after so many looks. */
const patience = 10
/** A compressed file that appeared within this time is the rotated one. */
const rotationMs = 120_000

const recordBuffer = Buffer.alloc(recordsAtOnce * utmpRecordBytes)

export class AccountingFile {
  readonly #options: FollowOptions
  #fd: number | undefined
  #inode = ''
  #digests = new BlockDigests()
  #order = new RecordOrder()
  #offset = 0
  /** Size at the last look. */
  #size = 0
  /** Records up to this second are known, though they are read once more. */
  #knownSeconds = 0
  #ctimeNs = 0n
  /** Next block to check; undefined: none is due. */
  #check: number | undefined
  #misses = 0
  #partials = 0
  #kept: KeptPlace | undefined

  constructor(options: FollowOptions) {
    this.#options = options
    this.#kept = options.kept
  }

  /** Whether there is such a file and it holds a record: it is in use on this host. */
  get isUsed(): boolean {
    return this.#fd !== undefined && this.#offset > 0
  }

  /** Whether the last look left nothing to read or to check. */
  get isCurrent(): boolean {
    return (
      this.#fd === undefined || (this.#check === undefined && this.#offset + utmpRecordBytes > this.#size)
    )
  }

  get place(): KeptPlace | undefined {
    return this.#fd === undefined ? this.#kept : { inode: this.#inode, ...this.#digests.kept() }
  }

  /** To be called about once a second, and at once again while it is not current. True when the place changed. */
  look(): boolean {
    const there = statSync(this.#options.path, { bigint: true, throwIfNoEntry: false })
    this.#size = Number(there?.size ?? 0)
    if (this.#fd === undefined) return there === undefined ? this.#absent() : this.#begin(there)
    const before = this.#offset
    if (there !== undefined && String(there.ino) === this.#inode && Number(there.size) < this.#offset)
      this.#cut(this.#fd, Number(there.size))
    this.#read(this.#fd)
    if (there === undefined || String(there.ino) !== this.#inode) {
      // What came last into a file that was moved away is read before it is let go.
      if (this.#offset === before) this.#moved(there)
      return true
    }
    this.#misses = 0
    this.#checkSome(this.#fd, there)
    return this.#offset !== before
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  #absent(): boolean {
    if (this.#kept === undefined) return false
    this.#misses += 1
    if (this.#misses < patience) return false
    // Some rotate without creating a new one.
    if (siblingWithInode(this.#options.path, this.#kept.inode) === undefined)
      this.#options.onTampered('the file is gone')
    this.#kept = undefined
    return true
  }

  #begin(there: BigIntStats): boolean {
    if (!there.isFile()) return false
    const kept = this.#kept
    const fd = this.#open(there)
    if (kept === undefined) this.#skipTo(fd, Number(there.size))
    else if (kept.inode === this.#inode) this.#resume(fd, kept)
    else this.#rotatedWhileAway(fd, kept)
    return true
  }

  #open(there: BigIntStats): number {
    const fd = openSync(this.#options.path, 'r')
    this.#fd = fd
    this.#kept = undefined
    this.#inode = String(there.ino)
    this.#ctimeNs = there.ctimeNs
    this.#misses = 0
    this.#partials = 0
    this.#startOver(0)
    return fd
  }

  #startOver(knownSeconds: number): void {
    this.#digests = new BlockDigests()
    this.#order = new RecordOrder()
    this.#offset = 0
    this.#knownSeconds = knownSeconds
    this.#check = undefined
  }

  #resume(fd: number, kept: KeptPlace): void {
    this.#digests = new BlockDigests(kept)
    this.#offset = kept.bytes
    this.#check = this.#digests.range.first
    this.#judgeRange(fd, Math.max(0, kept.bytes - utmpRecordBytes), kept.bytes)
  }

  /** What was there before the first run is not told; its last records are looked over. */
  #skipTo(fd: number, size: number): void {
    const whole = size - (size % utmpRecordBytes)
    this.#digests.extend(fd, whole)
    this.#offset = this.#digests.bytes
    this.#judgeRange(fd, Math.max(0, this.#offset - blockBytes), this.#offset)
  }

  #judgeRange(fd: number, from: number, to: number): void {
    const bytes = Buffer.alloc(to - from)
    const length = readSync(fd, bytes, 0, bytes.length, from)
    for (let at = 0; at + utmpRecordBytes <= length; at += utmpRecordBytes) this.#judge(bytes, at, from + at)
  }

  #judge(bytes: Buffer, start: number, at: number): void {
    const wrong = this.#order.judge(bytes, start, at)
    if (wrong !== undefined) this.#options.onTampered(wrong)
  }

  #read(fd: number): void {
    const bytes = recordBuffer
    const length = readSync(fd, bytes, 0, bytes.length, this.#offset)
    const whole = length - (length % utmpRecordBytes)
    for (let at = 0; at < whole; at += utmpRecordBytes) {
      this.#judge(bytes, at, this.#offset + at)
      this.#tell(bytes, at)
    }
    // Only a rest that stays is somebody's work: a record may be half written.
    this.#partials = length === whole || whole > 0 ? 0 : this.#partials + 1
    if (this.#partials === patience)
      this.#options.onTampered('its size is no multiple of the size of a record')
    if (whole === 0) return
    this.#offset += whole
    this.#digests.extend(fd, this.#offset)
  }

  #tell(bytes: Buffer, at: number): void {
    const record = parseUtmpRecord(bytes, at)
    if (record !== undefined && record.timeMs / 1000 > this.#knownSeconds) this.#options.onRecord(record)
  }

  #checkSome(fd: number, there: BigIntStats): void {
    if (there.ctimeNs !== this.#ctimeNs) {
      this.#ctimeNs = there.ctimeNs
      // The end of the file is checked each time that somebody writes, all of it when only its content was written.
      this.#check ??= this.#digests.range.first
    }
    if (this.#check === undefined) return
    const { end } = this.#digests.range
    const until = Math.min(end, this.#check + blocksAtOnce)
    const changed: number[] = []
    for (let block = this.#check; block < until; block += 1)
      if (!this.#digests.holds(fd, block)) changed.push(block)
    this.#check = until < end ? until : undefined
    if (changed.length > 0) this.#changed(fd, changed)
  }

  #changed(fd: number, blocks: readonly number[]): void {
    const zeroed = blocks.flatMap((block) => zeroedRecords(fd, block, this.#offset)).slice(0, 10)
    const from = (blocks[0] ?? 0) * blockBytes
    const to = Math.min(this.#offset, ((blocks.at(-1) ?? 0) + 1) * blockBytes)
    this.#options.onTampered(
      zeroed.length === 0
        ? `records that were read already were changed between bytes ${from} and ${to}`
        : `records that were read already were zeroed at byte ${zeroed.join(', ')}`,
    )
    this.#digests = new BlockDigests()
    this.#digests.extend(fd, this.#offset)
    this.#check = undefined
  }

  /** Smaller than what was read of it: copied and truncated by a rotation, or cut by somebody. */
  #cut(fd: number, size: number): void {
    const copy = newestSibling(this.#options.path)
    const isRotation = copy !== undefined && !copy.isCompressed && this.#isCopyOfHead(copy.path)
    if (!isRotation) this.#options.onTampered(`it was cut from ${this.#offset} to ${size} bytes`)
    this.#startOver(isRotation ? 0 : this.#order.lastSeconds)
    this.#ctimeNs = fstatSync(fd, { bigint: true }).ctimeNs
  }

  #isCopyOfHead(path: string): boolean {
    const fd = openSync(path, 'r')
    try {
      return (
        this.#digests.bytes > 0 && fstatSync(fd).size >= this.#digests.bytes && this.#digests.holdsFirst(fd)
      )
    } finally {
      closeSync(fd)
    }
  }

  /** The name leads elsewhere or nowhere: rotated, or replaced, or removed. */
  #moved(there: BigIntStats | undefined): void {
    this.#misses += 1
    if (there === undefined && this.#misses < patience) return
    const isRotation = this.#wasRotated(this.#inode, Date.now() - rotationMs)
    const old = this.#digests
    const { lastSeconds } = this.#order
    this.close()
    if (there === undefined) {
      if (!isRotation) this.#options.onTampered('the file is gone')
      return
    }
    this.#compareWithOld(this.#open(there), old, { isRotation, lastSeconds })
  }

  #wasRotated(inode: string, sinceMs: number): boolean {
    if (siblingWithInode(this.#options.path, inode) !== undefined) return true
    const newest = newestSibling(this.#options.path)
    return newest?.isCompressed === true && newest.ctimeMs > sinceMs
  }

  /** The rest of the old file is read from where it was moved to. */
  #rotatedWhileAway(fd: number, kept: KeptPlace): void {
    const old = new BlockDigests(kept)
    const path = siblingWithInode(this.#options.path, kept.inode)
    if (path !== undefined) this.#finishOld(path, old)
    this.#compareWithOld(fd, old, { isRotation: this.#wasRotated(kept.inode, 0), lastSeconds: 0 })
  }

  #finishOld(path: string, digests: BlockDigests): void {
    const fd = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(Math.min(16 * 1024 * 1024, Math.max(0, fstatSync(fd).size - digests.bytes)))
      const length = readSync(fd, bytes, 0, bytes.length, digests.bytes)
      for (let at = 0; at + utmpRecordBytes <= length; at += utmpRecordBytes) this.#tell(bytes, at)
      const { first, end } = digests.range
      for (let block = first; block < end; block += 1) {
        if (digests.holds(fd, block)) continue
        this.#options.onTampered('records that were read already were changed before it was rotated')
        return
      }
    } finally {
      closeSync(fd)
    }
  }

  #compareWithOld(
    fd: number,
    old: BlockDigests,
    { isRotation, lastSeconds }: { isRotation: boolean; lastSeconds: number },
  ): void {
    const isCopy = old.bytes > 0 && fstatSync(fd).size > 0 && old.holdsFirst(fd)
    if (!isCopy && isRotation) return
    this.#options.onTampered(
      isCopy
        ? 'it was replaced by an altered copy of itself'
        : 'it was replaced by another file, and no rotated one is there',
    )
    // Told already are the records up to the last one that was read.
    this.#knownSeconds = lastSeconds
    if (lastSeconds === 0) this.#skipTo(fd, fstatSync(fd).size)
  }
}

function zeroedRecords(fd: number, block: number, end: number): number[] {
  const bytes = Buffer.alloc(blockBytes)
  const from = block * blockBytes
  const length = readSync(fd, bytes, 0, Math.min(blockBytes, end - from), from)
  const zeroed: number[] = []
  for (let at = 0; at + utmpRecordBytes <= length; at += utmpRecordBytes)
    if (isZero(bytes, at)) zeroed.push(from + at)
  return zeroed
}
