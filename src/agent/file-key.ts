// A file as it is now: what was found out about it holds while this text stays the same.

import { statSync } from 'node:fs'

/** Several ask about the file of one event: within this time they get one answer. */
const sameMomentMs = 5
let last: { readonly path: string; readonly atMs: number; readonly key: string | undefined } | undefined

/** Undefined where there is no such file. */
function fileKey(path: string): string | undefined {
  const atMs = performance.now()
  if (last?.path === path && atMs - last.atMs < sameMomentMs) return last.key
  last = { path, atMs, key: keyNow(path) }
  return last.key
}

function keyNow(path: string): string | undefined {
  try {
    const { size, mtimeNs, ino } = statSync(path, { bigint: true })
    return `${path.toLowerCase()}\0${size}\0${mtimeNs}\0${ino}`
  } catch {
    // Gone, or not ours to see: nothing is remembered of it.
    return undefined
  }
}

const maxKnown = 4096

/** Owns what was found out about files, and forgets it when they change. */
export class FileMemory<T> {
  readonly #known = new Map<string, T>()

  /** What is known of the file as it is now, else what `find` says. */
  of(path: string, find: () => T): T {
    const key = fileKey(path)
    const known = key === undefined ? undefined : this.#known.get(key)
    if (known !== undefined || key === undefined) return known ?? find()
    const found = find()
    if (this.#known.size >= maxKnown) this.#known.clear()
    this.#known.set(key, found)
    return found
  }
}
