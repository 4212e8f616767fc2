// The rotated files of a log: what logrotate, newsyslog, savelog, rotatelogs and administrators make of a name, beside
// it or in a folder below it (logrotate's `olddir`). Paths are bytes in latin1 strings.

import { closeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { type Compression, compressionOf } from './decompress.ts'
import { headMaxBytes } from './generation.ts'
import { type FileLook, lookAt, namesIn, openLog, readHead, sameFile } from './log-file.ts'

export interface Sibling {
  readonly path: string
  readonly look: FileLook
  readonly compression: Compression | undefined
}

const maxSiblings = 512
const maxFolders = 16
// `.1`, `-20260131`, `-20260131-1700000000`, `.2026-01-31`, `.2026-01-31_1700`, `.old`, `.0`, `~`, `.bak`
const suffix =
  /^(?:[-._](?:\d{1,4}|\d{8}(?:[-_]?\d{1,10})?|\d{4}-\d\d-\d\d(?:[-_T]?[\d:.-]{1,15})?|old|bak|prev|save|orig))+~?$|^~$/i
const packed = /\.(?:gz|xz|bz2|zst)$/

/** Whether a name is that of a rotated log, of whatever log. */
export function looksRotated(name: string): boolean {
  const plain = name.replace(packed, '')
  if (plain !== name) return true
  const stem = plain.replace(/\.log$/, '')
  // The longest end that is a suffix begins at the first `.`, `-` or `_` from which it is one.
  for (let at = 1; at < stem.length && at < 256; at++) {
    if ('-._~'.includes(stem.charAt(at)) && suffix.test(stem.slice(at))) return true
  }
  return false
}

/** Whether `name` is `base` after a rotation, with `extension .log` too. */
export function isRotationOf(base: string, name: string): boolean {
  const plain = name.replace(packed, '')
  if (plain.startsWith(base)) {
    const rest = plain.slice(base.length)
    return rest === '' ? plain !== name : suffix.test(rest)
  }
  const stem = base.replace(/\.[a-z]{1,8}$/, '')
  const extension = base.slice(stem.length)
  if (extension === '' || !plain.startsWith(stem) || !plain.endsWith(extension)) return false
  return suffix.test(plain.slice(stem.length, plain.length - extension.length))
}

/** Rotated files of `path`, the newest first. `below`: also in the folders below its own. */
export function siblingsOf(path: string, where: 'beside' | 'below'): Sibling[] {
  const folder = dirname(path)
  const base = basename(path)
  const beside = namesIn(folder)
  const found = rotatedIn(folder, base, beside)
  if (where === 'below') {
    for (const below of foldersIn(folder, beside)) found.push(...rotatedIn(below, base, namesIn(below)))
  }
  return found.toSorted((a, b) => b.look.mtimeMs - a.look.mtimeMs)
}

function rotatedIn(folder: string, base: string, names: readonly string[]): Sibling[] {
  const found: Sibling[] = []
  const all = new Set(names)
  for (const name of names) {
    if (name === base || !isRotationOf(base, name)) continue
    const compression = compressionOf(name)
    // Both are there while it is being compressed: the compressed one is not whole yet.
    const plain = name.replace(packed, '')
    if (compression !== undefined && plain !== base && all.has(plain)) continue
    const at = join(folder, name)
    const look = lookAt(at)
    if (look?.type === 'file') found.push({ path: at, look, compression })
    if (found.length >= maxSiblings) break
  }
  return found
}

/** Folders that hold old logs by their name; not every folder of /var/log is looked into. */
function foldersIn(folder: string, names: readonly string[]): string[] {
  const found: string[] = []
  for (const name of names) {
    if (found.length >= maxFolders) break
    if (!/^(?:old|archived?|archives|rotated|backup|history)/i.test(name)) continue
    const at = join(folder, name)
    if (lookAt(at)?.type === 'dir') found.push(at)
  }
  return found
}

export interface Opened {
  readonly fd: number
  readonly head: Buffer
}

/** Opens an uncompressed sibling; undefined when it is another file by now, or cannot be read. The caller closes it. */
export function openSibling(sibling: Sibling): Opened | undefined {
  let fd = -1
  try {
    fd = openLog(sibling.path)
    const look = lookAt(`/proc/self/fd/${fd}`)
    if (look !== undefined && sameFile(look.key, sibling.look.key))
      return { fd, head: readHead(fd, headMaxBytes) }
  } catch {
    // Gone or not ours to read: as if it were not there; the search goes on.
  }
  if (fd >= 0) closeSync(fd)
  return undefined
}
