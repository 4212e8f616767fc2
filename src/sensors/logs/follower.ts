// Follows one log path through everything that rotation, administrators and attackers do to it, and tells every line of
// it once. Contents that are over (`olds`) are held and read until nobody writes to them.

import { dirname } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import { pathOfFd } from '../../platform/linux/processes.ts'
import type { FileAction, FollowerTimes } from './following.ts'
import { Generation, type LineListener } from './generation.ts'
import { type FileKey, type FileLook, lookAt, lookAtFd, markOf, openLog, sameFile } from './log-file.ts'
import { type ContentHost, MissingContents } from './missing-contents.ts'
import { OldContents, type OldContentsHost } from './old-contents.ts'
import { findCompressed } from './search.ts'
import type { SavedContents, SavedGeneration } from './saved.ts'
import { siblingsOf } from './siblings.ts'
import type { SplitCounts } from './split.ts'

/** Who hears what happens to the file itself. */
export interface FileListener {
  happened(follower: Follower, action: FileAction, detail: string): void
  /** Something was or may have been written, after `fromMs` (since 1970), that nobody can read any more. */
  lost(follower: Follower, fromMs: number): void
  notice(message: string): void
}

export class Follower {
  /** Bytes in a latin1 string. */
  readonly path: string
  readonly counts: SplitCounts = { lines: 0, cutBytes: 0, nulBytes: 0 }
  /** Something may be there to read. */
  dirty = true
  /** The path or its neighbours may be others than before. */
  moved = true
  /** The durable state is behind. */
  changed = true
  readonly #listener: FileListener
  readonly #times: FollowerTimes
  readonly #missing: MissingContents
  readonly #olds: OldContents
  #begin: 'start' | 'end' = 'start'
  #current: Generation | undefined
  /** Milliseconds since 1970. */
  #lastLook: number
  #goneSinceMs = 0
  #goneTold = false
  #otherTold = false
  #faultTold = ''
  /** Of the path at the last look. */
  #mark = 0
  #closed = false

  /** `knownSince`: milliseconds since 1970; what is older was there before us. */
  constructor(
    path: string,
    context: { readonly listener: FileListener; readonly times: FollowerTimes; readonly knownSince: number },
  ) {
    this.path = path
    this.#listener = context.listener
    this.#times = context.times
    this.#lastLook = context.knownSince
    this.#olds = new OldContents(this.#hostOfOlds())
    this.#missing = new MissingContents(this.#hostOfMissing())
  }

  /** First sight: what is there already is left (`end`), or told (`start`). */
  begin(how: 'start' | 'end'): void {
    this.#begin = how
    if (how === 'end') this.#olds.rememberSiblings()
  }

  /** Goes on where an earlier run ended, `knownSince` being the time of its end. */
  restore(saved: SavedContents, nowMs: number): void {
    this.#olds.past = [...saved.past]
    // Not the time of the end: what came and went after the last reading is not known either.
    for (const { role, generation } of saved.generations) {
      if (role === 'current') this.#lastLook = Math.min(this.#lastLook, generation.wholeAt)
    }
    const here = lookAt(this.path)
    const elsewhere = saved.generations.filter((one) => !this.#isHere(one, here, nowMs))
    const isRotated = this.#current === undefined
    if (isRotated) this.#openCurrent(nowMs)
    for (const { role, generation } of elsewhere) {
      const oldKind = generation.copied ? 'copy' : 'over'
      const isCurrent = role === 'current'
      this.#missing.add({
        kind: isCurrent ? 'stopped' : oldKind,
        generation,
        next: isCurrent ? this.#current : undefined,
        sinceMs: nowMs,
        wholeAt: generation.wholeAt,
      })
    }
    this.#missing.search(nowMs)
    if (isRotated) this.#olds.adoptUnseen(this.#lastLook, this.#current)
  }

  /** Bytes that are known to wait. */
  get backlogBytes(): number {
    let bytes = this.#current?.backlogBytes ?? 0
    for (const old of this.#olds.files) bytes += old.backlogBytes
    return bytes
  }

  /** Contents that were read from rotated files. */
  get recovered(): number {
    return this.#olds.recovered
  }

  /** Whether the path's file is open. */
  get reading(): boolean {
    return this.#current !== undefined
  }

  /** Its folder is watched. */
  get folder(): string {
    return dirname(this.path)
  }

  /** Files that are open for it: nobody else may follow them under another name. */
  get keys(): FileKey[] {
    const open = this.#olds.files.map(({ fileKey }) => fileKey)
    if (this.#current !== undefined) open.push(this.#current.fileKey)
    return open
  }

  /** Whether a file that begins with `head` holds a content of this log. */
  knows(head: Buffer): boolean {
    return this.#olds.knows(head) || this.#knowsAsUnfinished(head)
  }

  /** What the path is now. About once a second, and when its folder changes. `wallMs`: milliseconds since 1970. */
  look(nowMs: number, wallMs: number): void {
    const mark = markOf(this.path)
    // Nothing has happened, as most often: neither to the path nor to what is searched or held.
    if (
      !this.moved &&
      mark !== 0 &&
      mark === this.#mark &&
      this.#missing.size === 0 &&
      this.#olds.files.length === 0
    ) {
      this.#lastLook = wallMs
      return
    }
    this.#mark = mark
    this.#lookAtPlace(lookAt(this.path), nowMs)
    this.#missing.search(nowMs)
    this.#olds.retire(nowMs)
    this.moved = false
    this.#lastLook = wallMs
  }

  /** One turn for each content that has something to tell. True when there is more. */
  read(listener: LineListener, nowMs: number): boolean {
    const unpacked = this.#olds.readCompressedFiles(listener, this.counts)
    let more = unpacked === 'more'
    const files = this.#current === undefined ? this.#olds.files : [...this.#olds.files, this.#current]
    for (const file of files) {
      if (!this.#missing.holds(file)) more = this.#turn(file, listener, nowMs) || more
    }
    this.dirty = more || unpacked === 'wait'
    return more
  }

  /** Whether a content waits for `record`. */
  get unrecorded(): boolean {
    for (const generation of this.#all()) if (!generation.recorded && generation.head.length > 0) return true
    return false
  }

  /** Whether nothing was at the path, or written to what was there, for the time. */
  isGoneFor(ms: number, nowMs: number): boolean {
    if (this.#goneSinceMs === 0 || nowMs - this.#goneSinceMs < ms) return false
    return this.#current === undefined || nowMs - this.#current.grewAtMs >= ms
  }

  /** Names the contents that begin; true when there are some: they must be in the durable state before they are told. */
  record(): boolean {
    let fresh = false
    for (const generation of this.#all()) {
      if (generation.recorded || generation.head.length === 0) continue
      generation.name()
      generation.recorded = true
      fresh = true
    }
    return fresh
  }

  saved(): SavedContents {
    const generations: SavedGeneration[] = []
    for (const generation of this.#all()) {
      generations.push({ role: generation === this.#current ? 'current' : 'old', generation })
    }
    return { generations, past: this.#olds.past }
  }

  close(): void {
    this.#closed = true
    this.#olds.close()
    this.#current?.close()
  }

  *#all(): Generator<Generation> {
    yield* this.#missing.lostContents()
    yield* this.#olds.all()
    if (this.#current !== undefined) yield this.#current
  }

  #hostOfMissing(): ContentHost {
    return {
      path: this.path,
      graceMs: this.#times.graceMs,
      keys: () => this.keys,
      isClosed: () => this.#closed,
      attach: (generation) => this.#olds.attach(generation),
      readCompressed: (generation, sibling) => this.#olds.readCompressed(generation, sibling),
      forget: (generation) => this.#olds.remember(generation),
      happened: (action, detail) => this.#happened(action, detail),
      lost: (fromMs) => this.#listener.lost(this, fromMs),
      settled: () => {
        this.dirty = true
        this.changed = true
      },
    }
  }

  #hostOfOlds(): OldContentsHost {
    return {
      path: this.path,
      times: this.#times,
      isClosed: () => this.#closed,
      isSearched: (generation) => this.#missing.holds(generation) || this.#missing.has(generation),
      knows: (head) => this.#knowsAsUnfinished(head),
      touched: () => (this.dirty = true),
      changed: () => (this.changed = true),
      notice: (message) => this.#listener.notice(message),
      lost: () => this.#listener.lost(this, this.#lastLook),
    }
  }

  #knowsAsUnfinished(head: Buffer): boolean {
    if (this.#current?.beginsLike(head) === true) return true
    for (const generation of this.#missing.lostContents()) if (generation.beginsLike(head)) return true
    return false
  }

  /** A saved content that is still at the path becomes the current one. */
  #isHere({ role, generation }: SavedGeneration, here: FileLook | undefined, nowMs: number): boolean {
    if (role !== 'current' || here?.type !== 'file' || this.#current !== undefined) return false
    const fd = this.#open()
    if (fd < 0) return false
    generation.fd = fd
    generation.fileKey = here.key
    // In the same file, reading compares head and tail. Another file with the same bytes was restored, or copied and moved.
    const isSame = sameFile(here.key, generation.key)
    if (!isSame && !(here.size >= generation.offset && generation.head.length > 0 && generation.holds())) {
      generation.close()
      return false
    }
    this.#current = generation
    generation.observe(nowMs)
    return true
  }

  #lookAtPlace(here: FileLook | undefined, nowMs: number): void {
    if (here === undefined) {
      this.#gone(nowMs)
      return
    }
    if (here.type !== 'file') {
      if (!this.#otherTold) this.#happened('log-replaced', 'something that is no file has taken its place')
      this.#otherTold = true
      return
    }
    const current = this.#current
    if (current === undefined) this.#appeared(nowMs)
    else if (sameFile(current.fileKey, here.key)) {
      const wasEmpty = current.head.length === 0
      if (here.size !== current.size) this.dirty = true
      current.observe(nowMs)
      // Filled, copied and emptied again between two looks: nothing but the copy tells of it.
      if (wasEmpty && this.moved) this.#olds.adoptUnseen(this.#lastLook, this.#current)
    } else this.#rotated(current, nowMs)
    this.#otherTold = false
    this.#goneSinceMs = 0
    this.#goneTold = false
  }

  #appeared(nowMs: number): void {
    this.#openCurrent(nowMs)
    if (this.#begin === 'start') this.#olds.adoptUnseen(this.#lastLook, this.#current)
    if (this.#current !== undefined) this.#begin = 'start'
  }

  #openCurrent(nowMs: number): void {
    const fd = this.#open()
    if (fd < 0) return
    const next = new Generation({ key: lookAtFd(fd).key, truncations: 0 })
    next.fd = fd
    if (this.#begin === 'end') next.skipToEnd()
    next.observe(nowMs)
    this.#current = next
    this.dirty = true
    this.changed = true
  }

  #open(): number {
    try {
      const fd = openLog(this.path)
      this.#faultTold = ''
      return fd
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') this.#fault(thrown)
      return -1
    }
  }

  #fault(thrown: unknown): void {
    const fault = messageOf(thrown)
    if (fault !== this.#faultTold) this.#listener.notice(`the log ${this.path} cannot be read: ${fault}`)
    this.#faultTold = fault
  }

  /** There is another file at the path now. */
  #rotated(old: Generation, nowMs: number): void {
    const since = this.#lastLook
    this.#openCurrent(nowMs)
    const next = this.#current
    if (next === undefined || next === old) return
    old.observe(nowMs)
    old.grewAtMs = nowMs
    old.drained = false
    this.#olds.files.push(old)
    if (lookAtFd(old.fd).links > 0) {
      if (!this.#goneTold) this.#happened('log-rotated', `renamed to ${pathOfFd(old.fd) ?? 'another name'}`)
    } else {
      // Compressed already, deleted, or replaced by an edited copy: which one is known when it is read to its end.
      this.#missing.add({ kind: 'unlinked', generation: old, next, sinceMs: nowMs, wholeAt: since })
    }
    this.#olds.adoptUnseen(since, this.#current)
  }

  /** Nothing is at the path: in the middle of a rotation, or deleted. */
  #gone(nowMs: number): void {
    const current = this.#current
    this.#begin = 'start'
    if (this.#goneSinceMs === 0) this.#goneSinceMs = nowMs
    if (current === undefined) return
    current.observe(nowMs)
    if (current.size > current.offset) this.dirty = true
    if (this.#goneTold) return
    if (nowMs - this.#goneSinceMs < this.#times.graceMs) return
    this.#goneTold = true
    if (lookAtFd(current.fd).links === 0) void this.#judgeGone(current)
    else this.#happened('log-rotated', `renamed to ${pathOfFd(current.fd) ?? 'another name'}`)
  }

  async #judgeGone(generation: Generation): Promise<void> {
    const copy = await findCompressed(generation, siblingsOf(this.path, 'below'))
    if (this.#closed) return
    if (copy === undefined) this.#happened('log-deleted', 'it was deleted, and no rotated copy is there')
    else this.#happened('log-rotated', `compressed to ${copy.path}`)
  }

  #turn(generation: Generation, listener: LineListener, nowMs: number): boolean {
    const before = generation.offset
    try {
      const turn = generation.read(listener, this.counts)
      if (turn === 'rewritten') this.#rewritten(generation, nowMs)
      else if (turn === 'idle' && generation.over) generation.tellPartial(listener, this.counts)
      if (generation.offset !== before) this.changed = true
      return turn === 'more' || turn === 'rewritten'
    } catch (thrown) {
      this.#fault(thrown)
      return false
    }
  }

  /** The file was truncated, or written anew in place. */
  #rewritten(old: Generation, nowMs: number): void {
    const next = new Generation({ key: old.key, truncations: old.truncations + 1 })
    next.fileKey = old.fileKey
    next.fd = old.release()
    next.observe(nowMs)
    next.grewAtMs = nowMs
    if (old === this.#current) this.#current = next
    else this.#olds.replace(old, next)
    this.#missing.add({ kind: 'truncated', generation: old, next, sinceMs: nowMs, wholeAt: old.wholeAt })
    this.changed = true
    this.#missing.search(nowMs)
    this.#olds.adoptUnseen(old.wholeAt, this.#current)
  }

  #happened(action: FileAction, detail: string): void {
    this.changed = true
    this.#listener.happened(this, action, detail)
  }
}
