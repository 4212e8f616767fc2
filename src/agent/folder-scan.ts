// Folders that are watched: what appears in them or is written is scanned (and nothing is stopped: that would take a driver). When
// the system could not tell all names, the whole folder is looked through.

import { type Dirent, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { type FolderChange, type FolderListener, FolderWatch } from '../platform/windows/directory-changes.ts'
import type { WaitLoop } from '../platform/windows/wait-loop.ts'
import { isRunnable } from './runnable.ts'
import { ScanQueue } from './scan-queue.ts'

const restMs = 300
const workEveryMs = 50
const workMs = 20
const maxDepth = 64
const maxFiles = 1_000_000
/** Times of files are the writer's: a file may say that it is a little older than it is. */
const clockSlackMs = 5000

export interface FolderScanOptions {
  readonly folders: readonly string[]
  readonly loop: WaitLoop
  readonly scan: (path: string) => void
  readonly onNotice: (text: string) => void
}

/** Owns the watches and the files that wait. */
export class FolderScan implements AsyncDisposable {
  readonly #options: FolderScanOptions
  readonly #queue: ScanQueue
  readonly #watches: FolderWatch[] = []
  readonly #timer: NodeJS.Timeout
  /** Of each folder, since when names may be missing. */
  readonly #sinceMs = new Map<string, number>()
  #rescans = 0

  /** Throws AppError when a folder cannot be watched. */
  constructor(options: FolderScanOptions) {
    this.#options = options
    this.#queue = new ScanQueue({
      restMs,
      scan: (path) => this.#scan(path),
      onGivenUp: (path) => options.onNotice(`${path} was not scanned: somebody else holds it`),
      onTooMany: () => options.onNotice('more files wait than can be remembered; some are not scanned'),
    })
    for (const folder of options.folders) {
      const watch = new FolderWatch(folder, this.#listener(folder))
      this.#watches.push(watch)
      this.#sinceMs.set(folder, Date.now())
      options.loop.add(watch)
    }
    this.#timer = setInterval(
      () => this.#queue.work(performance.now.bind(performance), performance.now() + workMs),
      workEveryMs,
    )
  }

  /** Times that a whole folder was looked through. */
  get rescans(): number {
    return this.#rescans
  }

  get waiting(): number {
    return this.#queue.size
  }

  [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    for (const watch of this.#watches) {
      this.#options.loop.remove(watch)
      watch[Symbol.dispose]()
    }
    return Promise.resolve()
  }

  #listener(folder: string): FolderListener {
    return {
      onChanges: (changes) => this.#changed(folder, changes),
      onOverflow: () => this.#rescan(folder),
      onEnd: (reason) => this.#options.onNotice(`${folder} is not watched any more: ${reason}`),
    }
  }

  #changed(folder: string, changes: readonly FolderChange[]): void {
    const nowMs = performance.now()
    for (const { action, path } of changes) {
      const file = join(folder, path)
      if (action === 'removed' || action === 'renamed-from') this.#queue.drop(file)
      else this.#queue.add(file, nowMs)
      // A folder that was moved here brings files of which nothing is told.
      if (action === 'added' || action === 'renamed-to') this.#addBelow(file, 0)
    }
  }

  #rescan(folder: string): void {
    this.#rescans += 1
    const since = this.#sinceMs.get(folder) ?? 0
    this.#sinceMs.set(folder, Date.now())
    this.#options.onNotice(`${folder}: more changed than the system could tell; it is looked through`)
    this.#addBelow(folder, since - clockSlackMs)
  }

  /** Files that were written or made since then; 0: all. */
  #addBelow(path: string, sinceMs: number): void {
    const nowMs = performance.now()
    for (const file of filesBelow(path)) {
      const stat = statSync(file, { throwIfNoEntry: false })
      if (stat !== undefined && Math.max(stat.mtimeMs, stat.ctimeMs, stat.birthtimeMs) >= sinceMs)
        this.#queue.add(file, nowMs)
    }
  }

  #scan(path: string): 'done' | 'busy' {
    const kind = isRunnable(path)
    if (kind === 'busy') return 'busy'
    if (kind === true) this.#options.scan(path)
    return 'done'
  }
}

/** Nothing where the path is no folder. Links are not followed. */
function* filesBelow(path: string): Generator<string> {
  const folders: { readonly path: string; readonly depth: number }[] = [{ path, depth: 0 }]
  let count = 0
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of entriesOf(next.path)) {
      const child = join(next.path, entry.name)
      if (entry.isDirectory() && next.depth < maxDepth) folders.push({ path: child, depth: next.depth + 1 })
      if (!entry.isFile()) continue
      if ((count += 1) > maxFiles) return
      yield child
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    // No folder, or gone again.
    return []
  }
}
