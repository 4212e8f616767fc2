// Where logrotate and others put a log: `wtmp.1`, `wtmp-20260101`, compressed or not, in the same folder.

import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

const maxSiblings = 1000
const compressed = /\.(?:gz|xz|bz2|zst)$/

export interface Rotated {
  readonly path: string
  readonly isCompressed: boolean
  readonly ctimeMs: number
}

/** The rotated file that still has this inode; undefined when there is none. */
export function siblingWithInode(path: string, inode: string): string | undefined {
  for (const sibling of siblingsOf(path))
    if (String(statSync(sibling, { bigint: true, throwIfNoEntry: false })?.ino) === inode) return sibling
  return undefined
}

/** The file that was put beside it last (by the time of its inode: gzip keeps the other one). */
export function newestSibling(path: string): Rotated | undefined {
  let newest: Rotated | undefined
  for (const sibling of siblingsOf(path)) {
    const ctimeMs = statSync(sibling, { throwIfNoEntry: false })?.ctimeMs
    if (ctimeMs === undefined || (newest !== undefined && newest.ctimeMs >= ctimeMs)) continue
    newest = { path: sibling, isCompressed: compressed.test(sibling), ctimeMs }
  }
  return newest
}

function siblingsOf(path: string): string[] {
  const name = basename(path)
  const folder = dirname(path)
  try {
    return readdirSync(folder)
      .filter((entry) => entry.startsWith(`${name}.`) || entry.startsWith(`${name}-`))
      .slice(0, maxSiblings)
      .map((entry) => join(folder, entry))
  } catch {
    return []
  }
}
