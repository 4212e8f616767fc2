// A file of the host goes into the package: its data while it lasts, its facts in any case. The header comes first, so it says
// how long the data is; what can then not be read is zeros, and the manifest says where.

import { createHash, type Hash } from 'node:crypto'

import { messageOf } from '../../base/app-error.ts'
import type { FileItem } from '../step.ts'
import { frameBytes } from './frame-writer.ts'
import type { EntryKind } from './manifest-entry.ts'
import { isStorable } from './member-name.ts'
import type { Draft, MemberWriter } from './member-writer.ts'
import { type Extent, type KnowingSource, sparseExtents, sparseMap } from './sparse.ts'

export interface FileLimits {
  readonly maxFileBytes: number
  /** What the package may still take. */
  readonly leftBytes: number
  /** Time for this file. */
  readonly maxFileMs: number
  /** Time for the step; the earlier one counts. */
  leftMs(): number
}

export interface FileResult {
  /** Of content that is in the package. */
  readonly bytes: number
  /** Why content is not there. */
  readonly left?: string
  readonly problems: readonly string[]
}

/** More than these, and the rest of the file is given up. */
const mostFaults = 16
/** Zeros of holes are hashed up to here: a second's work. */
const mostHashedHoles = 1_073_741_824
const typeMask = 0o170000
const fifoType = 0o010000

/** Throws only what the sink throws. */
export async function writeFileItem(
  writer: MemberWriter,
  item: FileItem,
  step: string,
  limits: FileLimits,
): Promise<FileResult> {
  const start = performance.now()
  const facts = draftOf(item, step)
  const leave = async (left: string, problems: readonly string[] = []): Promise<FileResult> => {
    const ms = elapsed(start)
    await writer.note({ ...facts, ms, left, ...(problems.length === 0 ? {} : { problems }) })
    return { bytes: 0, left, problems }
  }
  if (!isStorable(item.file.path, item.volume, item.stream))
    return leave('its name cannot stand in an archive')
  if (facts.kind === 'other')
    return leave('neither a regular file nor a folder, link or FIFO: it is never opened')
  if (facts.kind !== 'file') {
    const placed = await writer.beginMember({ ...facts, stored: 0, isSparse: false })
    await writer.endMember(placed)
    await writer.note({ ...facts, ms: elapsed(start) }, placed)
    return { bytes: 0, problems: [] }
  }
  const opened = attempt(() => item.open())
  if (opened.fault !== undefined) return leave('it cannot be opened', [opened.fault])
  if (opened.value === undefined) return leave('it was gone, or had no content, when it was to be read')
  using source: KnowingSource = opened.value
  const { value: extents, fault } = attempt(() => sparseExtents(source))
  if (fault !== undefined) return await leave('where its data lies cannot be read', [fault])
  const { size } = source
  const stored = extents?.reduce((sum, extent) => sum + extent.length, 0) ?? size
  if (stored > limits.maxFileBytes) return await leave(`larger than ${limits.maxFileBytes} bytes`)
  if (stored > limits.leftBytes) return await leave('the package has reached its limit')
  const copy = new FileCopy(writer, source, limits, start)
  const draft = { ...facts, size }
  if (extents === undefined) await copy.plain(draft)
  else await copy.sparse(draft, extents)
  return { bytes: stored, problems: copy.problems }
}

function attempt<T>(act: () => T): { readonly value?: T; readonly fault?: string } {
  try {
    return { value: act() }
  } catch (thrown) {
    return { fault: messageOf(thrown) }
  }
}

function draftOf({ file, volume, stream }: FileItem, step: string): Draft {
  const { path, mode, uid, gid, inode, target } = file
  return {
    kind: kindOf(file.kind, mode),
    path,
    ...(volume === undefined ? {} : { volume }),
    ...(stream === undefined ? {} : { stream }),
    size: file.size,
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(inode === undefined ? {} : { inode }),
    times: file.times,
    ...(target === undefined ? {} : { target }),
    step,
    ms: 0,
  }
}

function kindOf(kind: FileItem['file']['kind'], mode: number | undefined): EntryKind {
  return kind === 'other' && mode !== undefined && (mode & typeMask) === fifoType ? 'fifo' : kind
}

class FileCopy {
  readonly problems: string[] = []
  readonly #writer: MemberWriter
  readonly #source: KnowingSource
  readonly #limits: FileLimits
  readonly #start: number
  readonly #unread: [number, number][] = []
  #hasRead = false
  #isGivenUp = false

  constructor(writer: MemberWriter, source: KnowingSource, limits: FileLimits, start: number) {
    this.#writer = writer
    this.#source = source
    this.#limits = limits
    this.#start = start
  }

  async plain(draft: Draft): Promise<void> {
    const { size } = draft
    const placed = await this.#writer.beginMember({ ...draft, stored: size, isSparse: false })
    const hash = createHash('sha256')
    await this.#range({ offset: 0, length: size }, [hash])
    await this.#writer.endMember(placed)
    await this.#writer.note({ ...this.#done(draft), sha256: hash.digest('hex') }, placed)
  }

  async sparse(draft: Draft, extents: readonly Extent[]): Promise<void> {
    const map = sparseMap(extents, draft.size)
    const bytes = extents.reduce((sum, extent) => sum + extent.length, 0)
    const stored = map.length + bytes
    const placed = await this.#writer.beginMember({ ...draft, stored, isSparse: true })
    const storedHash = createHash('sha256').update(map)
    const contentHash = draft.size - bytes > mostHashedHoles ? undefined : createHash('sha256')
    await this.#writer.frames.append(map)
    let end = 0
    for (const extent of extents) {
      if (contentHash !== undefined) hashZeros(contentHash, extent.offset - end)
      await this.#range(extent, contentHash === undefined ? [storedHash] : [storedHash, contentHash])
      end = extent.offset + extent.length
    }
    if (contentHash !== undefined) hashZeros(contentHash, draft.size - end)
    await this.#writer.endMember(placed)
    const sha256 = contentHash === undefined ? {} : { sha256: contentHash.digest('hex') }
    const hashes = { ...sha256, storedSha256: storedHash.digest('hex') }
    await this.#writer.note(
      { ...this.#done(draft), ...hashes, sparse: { extents: extents.length, bytes } },
      placed,
    )
  }

  #done(draft: Draft): Draft {
    const problem = this.#source.problem?.()
    if (problem !== undefined) this.problems.push(problem)
    return {
      ...draft,
      ms: elapsed(this.#start),
      ...(this.#unread.length === 0 ? {} : { unread: this.#unread }),
      ...(this.problems.length === 0 ? {} : { problems: this.problems }),
    }
  }

  /** Exactly this range of the file. */
  async #range({ offset, length }: Extent, hashes: readonly Hash[]): Promise<void> {
    const { frames } = this.#writer
    const end = offset + length
    let at = offset
    while (at < end) {
      if (this.#hasRead) this.#lookAtClock()
      if (this.#isGivenUp) break
      const room = frames.room().subarray(0, end - at)
      const got = this.#read(at, room)
      for (const hash of hashes) hash.update(room)
      if (got < room.length) this.#lost(at + got, room.length - got)
      at += room.length
      await frames.advance(room.length)
    }
    if (at === end) return
    this.#lost(at, end - at)
    for (const hash of hashes) hashZeros(hash, end - at)
    await frames.appendZeros(end - at)
  }

  /** Fills the room, with zeros where nothing could be read. Returns what was read. */
  #read(offset: number, room: Buffer): number {
    let got = 0
    try {
      got = this.#source.readInto?.(offset, room) ?? readInto(this.#source, offset, room)
      if (got < room.length) this.#giveUp('it became shorter while it was read')
    } catch (thrown) {
      this.problems.push(messageOf(thrown))
      if (this.problems.length >= mostFaults) this.#giveUp('reading it failed too often')
    }
    this.#hasRead = true
    room.fill(0, got)
    return got
  }

  #lookAtClock(): void {
    if (performance.now() - this.#start > this.#limits.maxFileMs)
      this.#giveUp('reading it took longer than a file may take')
    else if (this.#limits.leftMs() === 0) this.#giveUp('the time of the step was over')
  }

  #giveUp(problem: string): void {
    if (!this.#isGivenUp) this.problems.push(problem)
    this.#isGivenUp = true
  }

  #lost(offset: number, length: number): void {
    const last = this.#unread.at(-1)
    if (last !== undefined && last[0] + last[1] === offset) last[1] += length
    else this.#unread.push([offset, length])
  }
}

function readInto(source: KnowingSource, offset: number, room: Buffer): number {
  const bytes = source.read(offset, room.length)
  room.set(bytes)
  return bytes.length
}

const zeros = Buffer.alloc(frameBytes)

function hashZeros(hash: Hash, bytes: number): void {
  for (let left = bytes; left > 0; left -= frameBytes)
    hash.update(zeros.subarray(0, Math.min(left, frameBytes)))
}

function elapsed(start: number): number {
  return Math.round((performance.now() - start) * 10) / 10
}
