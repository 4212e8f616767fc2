// Every file below a directory, on one file system, in slices. Directories are read a few names at a time, because some
// hold a million.

import { opendirSync, type Dir, type Stats } from 'node:fs'

import type { Slices } from './slices.ts'
import { statOf } from './look.ts'

export interface WalkOptions {
  readonly slices: Slices
  /** Told every object that is not a directory; `path`: bytes in a latin1 string. */
  readonly visit: (path: string, stat: Stats) => void
  /** Whether a directory is left out. */
  readonly isSkipped: (path: string) => boolean
}

/** Deeper ones exist only to exhaust whoever walks them; paths beyond PATH_MAX cannot be opened by name anyway. */
const maxPathBytes = 4000

/** Returns how many directories could not be read. Throws `Stopped`. */
export async function walk(start: string, options: WalkOptions): Promise<number> {
  const { slices, visit, isSkipped } = options
  const device = statOf(start)?.dev
  const open = [start]
  let unread = 0
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    const entries = openDirectory(directory)
    if (entries === undefined) {
      unread++
      continue
    }
    try {
      for (let name = nextName(entries); name !== undefined; name = nextName(entries)) {
        if (slices.isDue) await slices.rest()
        const path = directory === '/' ? `/${name}` : `${directory}/${name}`
        const stat = statOf(path)
        if (stat === undefined) continue
        if (!stat.isDirectory()) visit(path, stat)
        else if (stat.dev === device && path.length <= maxPathBytes && !isSkipped(path)) open.push(path)
        else if (path.length > maxPathBytes) unread++
      }
    } finally {
      entries.closeSync()
    }
  }
  return unread
}

function openDirectory(path: string): Dir | undefined {
  try {
    // The names come as bytes in latin1 strings.
    return opendirSync(Buffer.from(path, 'latin1'), { encoding: 'latin1', bufferSize: 128 })
  } catch {
    return undefined
  }
}

/** Undefined at the end, and where the directory went away meanwhile. */
function nextName(entries: Dir): string | undefined {
  try {
    return entries.readSync()?.name
  } catch {
    return undefined
  }
}
