// Where a log's content went: by its inode under another name, by its first and last bytes in a copy, by its first bytes
// in a compressed copy. Also the other way round: rotated files whose content nobody has seen yet.

import { closeSync, readSync } from 'node:fs'

import { unpackHead } from './decompress.ts'
import { type Generation, headMaxBytes } from './generation.ts'
import { type FileKey, lookAtFd, sameFile } from './log-file.ts'
import { openSibling, type Sibling } from './siblings.ts'

/** A file in which a content goes on. */
export interface Found {
  readonly sibling: Sibling
  readonly fd: number
  readonly how: 'same file' | 'copy'
}

/** Looks in uncompressed files; `busy` are those that are being read already. */
export function findContent(
  wanted: Generation,
  siblings: readonly Sibling[],
  busy: readonly FileKey[],
): Found | undefined {
  const plain = siblings.filter(
    ({ look, compression }) =>
      compression === undefined && look.size >= wanted.offset && !busy.some((key) => sameFile(key, look.key)),
  )
  const isFirst = (sibling: Sibling): number => (sameFile(sibling.look.key, wanted.key) ? 0 : 1)
  for (const sibling of plain.toSorted((a, b) => isFirst(a) - isFirst(b))) {
    const opened = openSibling(sibling)
    if (opened === undefined) continue
    if (wanted.isIn(opened.fd, opened.head)) {
      return { sibling, fd: opened.fd, how: isFirst(sibling) === 0 ? 'same file' : 'copy' }
    }
    closeSync(opened.fd)
  }
  return undefined
}

/** Looks in compressed files, the newest first. */
export async function findCompressed(
  wanted: Generation,
  siblings: readonly Sibling[],
): Promise<Sibling | undefined> {
  for (const sibling of siblings) {
    if (sibling.compression === undefined) continue
    const head = await unpackHead(sibling.path, sibling.compression, headMaxBytes)
    if (head !== undefined && wanted.beginsLike(head)) return sibling
  }
  return undefined
}

const searchBytes = 4 << 20

/**
 * Offset after the last bytes that were told of `old`, in a file that has taken its place; undefined when they are not
 * there, or prove nothing. Only where lines carry their time: there equal bytes are the same lines.
 */
export function resumeOffset(old: Generation, fd: number): number | undefined {
  const { tail, offset, stamped } = old
  // All of the last line, with its time: other lines may end alike.
  const isWhole = tail.length === offset || tail.subarray(0, -1).includes(10)
  if (!stamped || tail.length < 32 || !isWhole) return undefined
  const from = Math.max(0, offset - searchBytes)
  // What was removed is before the end of what was told, so the end moved to the front.
  const window = Buffer.alloc(Math.min(offset - from, Math.max(0, lookAtFd(fd).size - from)))
  const count = readSync(fd, window, 0, window.length, from)
  const found = window.subarray(0, count).lastIndexOf(tail)
  if (found < 0) return undefined
  const resume = from + found + tail.length
  // A busy server writes the same line twice in a second: most of what was there has to stand before it.
  const isMostThere = resume >= offset / 2 || beginsAlike(old, fd)
  return isMostThere ? resume : undefined
}

function beginsAlike(old: Generation, fd: number): boolean {
  const head = Buffer.alloc(headMaxBytes)
  return old.beginsLike(head.subarray(0, readSync(fd, head, 0, headMaxBytes, 0)))
}
