// One history file and what is known of it: how far it was read, what its beginning and the bytes before that point
// were, and the hashes of its last entries. So each entry is told once, whether the file grows or is written anew.

import { createHash } from 'node:crypto'
import { closeSync, lstatSync, type Stats } from 'node:fs'

import { compareHistories } from './compare.ts'
import { type HistoryEntry, type HistoryPlace } from '../../evidence/shell-history/index.ts'
import { openHistory, type OpenedHistory, readAt } from './history-file.ts'

/** What survives a restart. */
export interface FileMemory {
  readonly kind: 'file' | 'absent' | 'null'
  readonly inode: number
  readonly device: number
  /** Bytes that were read and understood. */
  readonly offset: number
  /** SHA-256 of the first bytes, and of those before `offset`. */
  readonly head: string
  readonly tail: string
  /** How many entries the file had. */
  readonly total: number
  /** Hashes of the last ones: unsigned 32-bit numbers, little endian, base64. */
  readonly hashes: string
}

export type ClearedReason = 'deleted' | 'emptied' | 'linked-to-null' | 'replaced'

export interface HistoryFindings {
  readonly entries: readonly HistoryEntry[]
  readonly cleared?: ClearedReason
  /** Entries that somebody took out. */
  readonly removed: number
  /** Milliseconds since 1970: of the file, else now. */
  readonly changedMs: number
  /** Bytes that are too many to be read; they were passed over. */
  readonly skippedBytes: number
  /** There is more to be read at once. */
  readonly hasMore: boolean
}

const headBytes = 64
const tailBytes = 256
const maxKeptHashes = 2048
/** Read at a time: about 5 ms of work. */
const maxReadBytes = 512 * 1024

export interface TrackedPlace {
  /** Bytes in a latin1 string. */
  readonly path: string
  readonly uid: number
  readonly place: HistoryPlace
}

export class TrackedFile {
  readonly at: TrackedPlace
  #memory: FileMemory | undefined
  /** The inode as it was last looked at; a file that has not changed is not opened. */
  #mark: string | undefined
  #refused = ''

  constructor(at: TrackedPlace, memory: FileMemory | undefined) {
    this.at = at
    this.#memory = memory
  }

  get memory(): FileMemory | undefined {
    return this.#memory
  }

  /** Why it is not read; empty when it is, or is not there. */
  get refused(): string {
    return this.#refused
  }

  /**
   * What has come since the last look; undefined when nothing has. The first look at a file of which nothing is known
   * tells of all its entries, or of none when `start` is `baseline`.
   */
  look(start: 'baseline' | 'all'): HistoryFindings | undefined {
    const mark = markOf(this.at.path)
    if (mark !== undefined && mark === this.#mark) return undefined
    const opened = openHistory(this.at.path, this.at.uid)
    this.#refused = opened.kind === 'refused' ? opened.why : ''
    if (opened.kind !== 'file') {
      this.#mark = mark
      return this.#withoutFile(opened)
    }
    try {
      const found = this.#read(opened.fd, opened.stat, start)
      this.#mark = found?.hasMore === true ? undefined : mark
      return found
    } finally {
      closeSync(opened.fd)
    }
  }

  #withoutFile({ kind }: Exclude<OpenedHistory, { kind: 'file' }>): HistoryFindings | undefined {
    const before = this.#memory
    if (kind === 'refused' || before?.kind === kind) return undefined
    if (kind === 'absent' && before === undefined) return undefined
    this.#memory = { ...(before ?? nothing), kind, offset: 0, head: '', tail: '' }
    if (kind === 'null') return cleared('linked-to-null', Date.now())
    return before?.kind === 'file' && before.total > 0 ? cleared('deleted', Date.now()) : undefined
  }

  #read(fd: number, stat: Stats, start: 'baseline' | 'all'): HistoryFindings | undefined {
    const before = this.#memory
    if (before === undefined) return this.#readFirst(fd, stat, start)
    if (before.kind === 'file' && this.#isAppended(fd, stat, before)) return this.#readOn(fd, stat, before)
    return this.#readAnew(fd, stat, before)
  }

  #isAppended(fd: number, stat: Stats, before: FileMemory): boolean {
    if (this.at.place.isRewritten === true || stat.ino !== before.inode || stat.dev !== before.device)
      return false
    if (stat.size < before.offset) return false
    const { head, tail } = marksOf(fd, before.offset)
    return head === before.head && tail === before.tail
  }

  #readFirst(fd: number, stat: Stats, start: 'baseline' | 'all'): HistoryFindings {
    const { entries, end, skippedBytes } = this.#parseTail(fd, stat)
    this.#keep(fd, stat, { end, hashes: hashesOf(entries), total: entries.length })
    const told = start === 'all' ? entries : []
    return findings(told, stat, { skippedBytes: start === 'all' ? skippedBytes : 0 })
  }

  #readOn(fd: number, stat: Stats, before: FileMemory): HistoryFindings | undefined {
    const length = Math.min(maxReadBytes, stat.size - before.offset)
    const text = readAt(fd, before.offset, length)
    const { entries, consumed } = this.#parse(text, fd)
    // An entry longer than all that is read at a time is none: pass over it, or nothing would ever follow.
    const isStuck = consumed === 0 && text.length === maxReadBytes
    const end = before.offset + (isStuck ? text.length : consumed)
    if (end === before.offset) return undefined
    const hashes = joined(unpacked(before.hashes), hashesOf(entries))
    this.#keep(fd, stat, { end, hashes, total: before.total + entries.length })
    return findings(entries, stat, {
      skippedBytes: isStuck ? text.length : 0,
      hasMore: end < stat.size && text.length === maxReadBytes,
    })
  }

  #readAnew(fd: number, stat: Stats, before: FileMemory): HistoryFindings | undefined {
    const { entries, end, skippedBytes } = this.#parseTail(fd, stat)
    const hashes = hashesOf(entries)
    const known = unpacked(before.hashes)
    // Of a long file only the end is compared, with as much as is known.
    const total = skippedBytes === 0 ? before.total : known.length
    const { fresh, removed, isCleared } = compareHistories(known, total, hashes)
    this.#keep(fd, stat, { end, hashes, total: entries.length })
    // Its going was told when it went.
    const wasThere = before.kind === 'file' && before.total > 0
    const reason: ClearedReason = stat.size === 0 ? 'emptied' : 'replaced'
    const told = fresh.flatMap((at) => entries[at] ?? [])
    if (told.length === 0 && removed === 0 && !(wasThere && isCleared)) return undefined
    return findings(told, stat, {
      // What is passed over at the front of a long file was told before, unless all of it is new.
      skippedBytes: fresh.length === entries.length ? skippedBytes : 0,
      ...(wasThere && isCleared ? { cleared: reason } : { removed: wasThere ? removed : 0 }),
    })
  }

  /** The last entries of a file; of a long one the first that is read may be cut, and is left out. */
  #parseTail(
    fd: number,
    stat: Stats,
  ): { readonly entries: readonly HistoryEntry[]; readonly end: number; readonly skippedBytes: number } {
    const from = Math.max(0, stat.size - maxReadBytes)
    const text = readAt(fd, from, stat.size - from)
    const cut = from === 0 ? 0 : text.indexOf('\n') + 1
    const { entries, consumed } = this.#parse(text.slice(cut), fd)
    return { entries, end: from + cut + consumed, skippedBytes: from + cut }
  }

  #parse(text: string, fd: number): { readonly entries: readonly HistoryEntry[]; readonly consumed: number } {
    return this.at.place.parse?.(text, readAt(fd, 0, headBytes)) ?? { entries: [], consumed: text.length }
  }

  #keep(
    fd: number,
    stat: Stats,
    { end, hashes, total }: { readonly end: number; readonly hashes: Uint32Array; readonly total: number },
  ): void {
    this.#memory = {
      kind: 'file',
      inode: stat.ino,
      device: stat.dev,
      offset: end,
      ...marksOf(fd, end),
      total,
      hashes: packed(hashes.subarray(-maxKeptHashes)),
    }
  }
}

const nothing: FileMemory = {
  kind: 'absent',
  inode: 0,
  device: 0,
  offset: 0,
  head: '',
  tail: '',
  total: 0,
  hashes: '',
}

function findings(
  entries: readonly HistoryEntry[],
  stat: Stats,
  more: Partial<HistoryFindings>,
): HistoryFindings {
  return { entries, removed: 0, changedMs: stat.mtimeMs, skippedBytes: 0, hasMore: false, ...more }
}

function cleared(reason: ClearedReason, changedMs: number): HistoryFindings {
  return { entries: [], cleared: reason, removed: 0, changedMs, skippedBytes: 0, hasMore: false }
}

/** Undefined when it says nothing. */
function markOf(path: string): string | undefined {
  try {
    const stat = lstatSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false })
    if (stat === undefined) return 'absent'
    // What a link leads to may change while the link does not.
    if (stat.isSymbolicLink()) return undefined
    return `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`
  } catch {
    return 'absent'
  }
}

function marksOf(fd: number, offset: number): Pick<FileMemory, 'head' | 'tail'> {
  const from = Math.max(0, offset - tailBytes)
  return {
    head: sha256(readAt(fd, 0, Math.min(headBytes, offset))),
    tail: sha256(readAt(fd, from, offset - from)),
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex')
}

function hashesOf(entries: readonly HistoryEntry[]): Uint32Array {
  return Uint32Array.from(entries, ({ command }) => hashOf(command))
}

/** FNV-1a (draft-eastlake-fnv). Users forge it at will, and only hide a command of theirs from the file's part. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

function joined(one: Uint32Array, other: Uint32Array): Uint32Array {
  const all = new Uint32Array(one.length + other.length)
  all.set(one)
  all.set(other, one.length)
  return all
}

function packed(hashes: Uint32Array): string {
  return Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength).toString('base64')
}

function unpacked(text: string): Uint32Array {
  const bytes = Buffer.from(text, 'base64')
  const count = Math.min(maxKeptHashes, bytes.length >>> 2)
  return Uint32Array.from({ length: count }, (_, at) => bytes.readUInt32LE(at * 4))
}
