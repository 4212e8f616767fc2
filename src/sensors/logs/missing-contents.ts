// Contents of a log that are no longer where they were read: truncated, replaced, or gone while nobody watched. Each is
// searched in the rotated files; what took its place waits until then, so that lines come in order, and so that an edited
// copy of the log is known for what it is.

import { findCompressed, findContent, resumeOffset } from './search.ts'
import type { FileAction } from './following.ts'
import type { Generation } from './generation.ts'
import { type FileKey, lookAtFd } from './log-file.ts'
import { type Sibling, siblingsOf } from './siblings.ts'

/**
 * `truncated`: its file begins anew. `unlinked`: it is open, but has no name. Of an earlier run: `stopped` was at the
 * path, `over` had been rotated and told, `copy` was being read from a rotated file.
 */
type MissingKind = 'truncated' | 'unlinked' | 'stopped' | 'over' | 'copy'

export interface Missing {
  readonly kind: MissingKind
  readonly generation: Generation
  /** What took its place and waits. */
  readonly next: Generation | undefined
  /** Monotonic milliseconds. */
  readonly sinceMs: number
  /** Milliseconds since 1970 of the last moment at which it was known to be whole. */
  readonly wholeAt: number
}

/** What the search needs of the log's follower. */
export interface ContentHost {
  readonly path: string
  /** How long a copy is searched. */
  readonly graceMs: number
  /** Files that are being read. */
  keys(): FileKey[]
  isClosed(): boolean
  /** Reads on in the file that `generation` has now. */
  attach(generation: Generation): void
  readCompressed(generation: Generation, sibling: Sibling): Promise<void>
  /** It will not be read any more. */
  forget(generation: Generation): void
  happened(action: FileAction, detail: string): void
  lost(fromMs: number): void
  /** A search has ended. */
  settled(): void
}

const maxCompressed = 64

export class MissingContents {
  readonly #host: ContentHost
  #missing: Missing[] = []
  readonly #searching = new Set<Missing>()

  constructor(host: ContentHost) {
    this.#host = host
  }

  get size(): number {
    return this.#missing.length
  }

  add(missing: Missing): void {
    // Nothing was ever in it: there is nothing to find.
    if (missing.generation.head.length > 0) this.#missing.push(missing)
  }

  /** Whether it waits for the end of a search. */
  holds(generation: Generation): boolean {
    return this.#missing.some(({ next }) => next === generation)
  }

  /** Whether it is searched itself. */
  has(generation: Generation): boolean {
    return this.#missing.some((missing) => missing.generation === generation)
  }

  /** Those without a file. */
  *lostContents(): Generator<Generation> {
    for (const { generation, kind } of this.#missing) if (kind !== 'unlinked') yield generation
  }

  search(nowMs: number): void {
    if (this.#missing.length === 0) return
    const siblings = siblingsOf(this.#host.path, 'below')
    for (const missing of this.#missing.slice()) {
      if (this.#searching.has(missing)) continue
      if (missing.kind === 'unlinked') this.#judgeUnlinked(missing, siblings, nowMs)
      else if (!this.#findPlain(missing, siblings)) this.#findElsewhere(missing, siblings, nowMs)
    }
  }

  #findPlain(missing: Missing, siblings: readonly Sibling[]): boolean {
    const { generation, kind } = missing
    const found = findContent(generation, siblings, this.#host.keys())
    if (found === undefined) return false
    const { sibling, fd, how } = found
    generation.continueIn({ fd, key: sibling.look.key, how })
    this.#host.attach(generation)
    this.#settle(missing)
    if (kind !== 'over' && kind !== 'copy') {
      this.#host.happened('log-rotated', `${how === 'copy' ? 'copied' : 'renamed'} to ${sibling.path}`)
    }
    return true
  }

  #findElsewhere(missing: Missing, siblings: readonly Sibling[], nowMs: number): void {
    const compressed = siblings.filter(({ compression }) => compression !== undefined).slice(0, maxCompressed)
    if (compressed.length > 0) void this.#findCompressed(missing, compressed)
    else if (nowMs - missing.sinceMs >= this.#host.graceMs) this.#giveUp(missing)
  }

  async #findCompressed(missing: Missing, compressed: readonly Sibling[]): Promise<void> {
    this.#searching.add(missing)
    const found = await findCompressed(missing.generation, compressed)
    this.#searching.delete(missing)
    if (this.#host.isClosed() || !this.#missing.includes(missing)) return
    if (found === undefined) {
      if (performance.now() - missing.sinceMs >= this.#host.graceMs) this.#giveUp(missing)
      return
    }
    this.#searching.add(missing)
    // What was over and told is in a compressed file now: it cannot grow.
    if (missing.kind === 'over') this.#host.forget(missing.generation)
    else {
      this.#host.happened('log-rotated', `compressed to ${found.path}`)
      await this.#host.readCompressed(missing.generation, found)
    }
    this.#settle(missing)
  }

  /** An unlinked file is told to its end before it is known what took its place. */
  #judgeUnlinked(missing: Missing, siblings: readonly Sibling[], nowMs: number): void {
    const { generation, next } = missing
    if (!generation.drained) return
    const compressed = siblings.filter(({ compression }) => compression !== undefined).slice(0, maxCompressed)
    if (compressed.length > 0) {
      this.#searching.add(missing)
      void findCompressed(generation, compressed).then((copy) => {
        if (!this.#host.isClosed()) this.#judgeReplaced(missing, copy)
        return undefined
      })
    } else if ((next?.size ?? 0) > 0 || nowMs - missing.sinceMs >= this.#host.graceMs) {
      this.#judgeReplaced(missing, undefined)
    }
  }

  #judgeReplaced(missing: Missing, copy: Sibling | undefined): void {
    const { generation, next } = missing
    const resume = next === undefined || next.fd < 0 ? undefined : resumeOffset(generation, next.fd)
    if (next !== undefined && resume !== undefined) {
      next.seek(resume)
      this.#host.happened('log-truncated', 'it was replaced by an edited copy of itself')
    } else if (copy === undefined) this.#host.happened('log-deleted', 'it was deleted and created anew')
    else this.#host.happened('log-rotated', `compressed to ${copy.path}`)
    this.#settle(missing)
  }

  /** No copy is there: somebody has cleared or edited the log, or it went while nobody watched. */
  #giveUp(missing: Missing): void {
    const { generation, next, kind, wholeAt } = missing
    this.#settle(missing)
    this.#host.forget(generation)
    if (kind === 'over') return
    const resume = next === undefined || next.fd < 0 ? undefined : resumeOffset(generation, next.fd)
    if (next !== undefined && resume !== undefined) {
      next.seek(resume)
      this.#host.happened('log-truncated', 'lines were removed from it')
      return
    }
    if (kind !== 'truncated' || next === undefined || next.fd < 0) {
      this.#host.lost(wholeAt)
      return
    }
    this.#cleared(generation, next, wholeAt)
  }

  #cleared(generation: Generation, next: Generation, wholeAt: number): void {
    const host = this.#host
    // More was there than was told.
    if (generation.size > generation.offset) host.lost(wholeAt)
    const { size } = lookAtFd(next.fd)
    const isShorter =
      generation.stamped && size > 0 && size < generation.offset && next.beginsLike(generation.head)
    if (isShorter) {
      next.seek(size)
      host.happened('log-truncated', `its end was cut off: ${generation.offset} bytes became ${size}`)
    } else
      host.happened('log-cleared', `it was cleared at ${Math.max(generation.size, generation.offset)} bytes`)
  }

  #settle(missing: Missing): void {
    this.#searching.delete(missing)
    this.#missing = this.#missing.filter((one) => one !== missing)
    this.#host.settled()
  }
}
