// The contents of a log that are over, as far as they are still of use: those that are read to their end in files that
// were renamed or copied, those that are read from compressed files, and the beginnings of those that are done.

import { messageOf } from '../../base/app-error.ts'
import { unpack, unpackHead } from './decompress.ts'
import type { FollowerTimes } from './following.ts'
import { Generation, headMaxBytes, type LineListener } from './generation.ts'
import { lookAtFd, sameFile } from './log-file.ts'
import { isPast, type PastContent, pastOf } from './saved.ts'
import { openSibling, type Sibling, siblingsOf } from './siblings.ts'
import type { SplitCounts } from './split.ts'
import { UnpackedReading } from './unpacked-reading.ts'

/** The newest contents that are over are held however quiet: a writer that was not told of the rotation uses them. */
const heldOlds = 2
const maxOlds = 32
const maxPast = 16
/** A line without end in a content that is over is told after this time. */
const partialAfterMs = 3000
/** Times of files are those of the kernel's last tick. */
const clockSlackMs = 20

/** What the old contents need of the log's follower. */
export interface OldContentsHost {
  readonly path: string
  readonly times: FollowerTimes
  isClosed(): boolean
  /** Whether it takes part in a search and must be kept. */
  isSearched(generation: Generation): boolean
  /** Whether a content that is not over begins like this. */
  knows(head: Buffer): boolean
  /** Something may be there to read. */
  touched(): void
  changed(): void
  notice(message: string): void
  /** Something cannot be read any more. */
  lost(): void
}

export class OldContents {
  readonly #host: OldContentsHost
  /** In the order of their age, the oldest first. */
  files: Generation[] = []
  past: PastContent[] = []
  /** Contents that were read from rotated files. */
  recovered = 0
  #unpacking: UnpackedReading[] = []

  constructor(host: OldContentsHost) {
    this.#host = host
  }

  /** Every content that is not done. */
  *all(): Generator<Generation> {
    for (const { generation } of this.#unpacking) yield generation
    yield* this.files
  }

  replace(old: Generation, next: Generation): void {
    this.files = this.files.map((one) => (one === old ? next : one))
  }

  knows(head: Buffer): boolean {
    for (const generation of this.all()) if (generation.beginsLike(head)) return true
    return this.past.some((past) => isPast(past, head))
  }

  /** Reads on in the file that it has now. */
  attach(generation: Generation): void {
    const nowMs = performance.now()
    generation.observe(nowMs)
    generation.grewAtMs = nowMs
    generation.over = generation.copied
    this.files.push(generation)
    if (generation.backlogBytes > 0) this.recovered++
    this.#host.touched()
  }

  async readCompressed(generation: Generation, sibling: Sibling): Promise<void> {
    const { compression, path } = sibling
    if (compression === undefined) return
    try {
      const unpacked = await unpack(path, compression)
      if (this.#host.isClosed()) {
        unpacked.close()
        return
      }
      this.#unpacking.push(new UnpackedReading(generation, path, unpacked))
      this.recovered++
      this.#host.touched()
    } catch (thrown) {
      this.#host.notice(`the rotated log ${path} cannot be read: ${messageOf(thrown)}`)
      this.#host.lost()
    }
  }

  /** One turn for each compressed file; `wait` when none has something ready. */
  readCompressedFiles(listener: LineListener, counts: SplitCounts): 'more' | 'wait' | 'done' {
    const turns = new Set(this.#unpacking.map((reading) => this.#readUnpacked(reading, listener, counts)))
    if (turns.has('more')) return 'more'
    return turns.has('wait') ? 'wait' : 'done'
  }

  close(): void {
    for (const file of this.files) file.close()
    for (const reading of this.#unpacking) reading.close()
  }

  #readUnpacked(
    reading: UnpackedReading,
    listener: LineListener,
    counts: SplitCounts,
  ): 'more' | 'wait' | 'done' {
    const before = reading.generation.offset
    const turn = reading.read(listener, counts)
    if (reading.generation.offset !== before) this.#host.changed()
    if (turn !== 'done') return turn
    this.#unpacking = this.#unpacking.filter((one) => one !== reading)
    this.remember(reading.generation)
    if (reading.fault !== '') {
      this.#host.notice(`the rotated log ${reading.path} is damaged: ${reading.fault}`)
      this.#host.lost()
    }
    return turn
  }

  /** Contents that came and went between two looks are in rotated files that nobody has seen. */
  adoptUnseen(sinceMs: number, current: Generation | undefined): void {
    const busy = this.files.map(({ fileKey }) => fileKey)
    if (current !== undefined) busy.push(current.fileKey)
    const fresh = siblingsOf(this.#host.path, 'beside').filter(
      ({ look }) =>
        look.size > 0 &&
        look.mtimeMs >= sinceMs - clockSlackMs &&
        !busy.some((key) => sameFile(key, look.key)),
    )
    // The oldest first.
    for (const sibling of fresh.toReversed()) {
      if (sibling.compression === undefined) this.#adoptPlain(sibling)
      else void this.#adoptCompressed(sibling)
    }
  }

  #adoptPlain(sibling: Sibling): void {
    const opened = openSibling(sibling)
    if (opened === undefined) return
    const generation = new Generation({ key: sibling.look.key, truncations: 0 })
    generation.fd = opened.fd
    if (this.#isKnown(opened.head)) {
      generation.close()
      return
    }
    this.attach(generation)
  }

  async #adoptCompressed(sibling: Sibling): Promise<void> {
    if (sibling.compression === undefined) return
    const head = await unpackHead(sibling.path, sibling.compression, headMaxBytes)
    if (head === undefined || head.length === 0 || this.#host.isClosed() || this.#isKnown(head)) return
    const generation = new Generation({ key: sibling.look.key, truncations: 0 })
    generation.head = Buffer.from(head)
    await this.readCompressed(generation, sibling)
  }

  #isKnown(head: Buffer): boolean {
    return this.#host.knows(head) || this.knows(head)
  }

  /** What is there already is known. */
  rememberSiblings(): void {
    for (const sibling of siblingsOf(this.#host.path, 'beside').slice(0, maxPast / 2)) {
      if (sibling.compression !== undefined) continue
      const opened = openSibling(sibling)
      if (opened === undefined) continue
      const generation = new Generation({ key: sibling.look.key, truncations: 0 })
      generation.fd = opened.fd
      generation.head = opened.head
      this.remember(generation)
      generation.close()
    }
  }

  remember(generation: Generation): void {
    if (generation.head.length === 0) return
    this.past = [...this.past, pastOf(generation)].slice(-maxPast)
    this.#host.changed()
  }

  /** Lets go of contents that are over. */
  retire(nowMs: number): void {
    const held = new Set(this.files.slice(-heldOlds))
    const isFull = this.files.length > maxOlds
    this.files = this.files.filter((old) => {
      if (this.#host.isSearched(old)) return true
      old.observe(nowMs)
      const quietFor = nowMs - old.grewAtMs
      old.over ||= quietFor >= Math.min(partialAfterMs, this.#host.times.quietMs)
      if (old.size > old.offset) {
        this.#host.touched()
        return true
      }
      const isHeld = held.has(old) && lookAtFd(old.fd).links > 0
      if (!old.copied && !isFull && (isHeld || quietFor < this.#host.times.quietMs)) return true
      this.remember(old)
      old.close()
      return false
    })
  }
}
