// Small text files at places where others may write: read whole, never followed into a device or a pipe, never longer
// than told, and not read again while they are unchanged.

import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'

export interface SmallFile {
  readonly text: string
  readonly sha256: string
  readonly uid: number
  readonly executable: boolean
  /** ISO 8601. */
  readonly mtime: string
  /** Of the inode: the time of the last change of content, owner, mode or name. Milliseconds since 1970. */
  readonly changedMs: number
}

export type SmallFileResult =
  | { readonly file: SmallFile }
  /** `absent`, the name of an errno, or a phrase. */
  | { readonly file?: undefined; readonly why: string }

const maxBytes = 1024 * 1024

/** `path` is bytes in a latin1 string; links are followed. A longer file is refused: half of it would mislead. */
export function readSmallFile(path: string): SmallFileResult {
  let fd: number
  try {
    // Without O_NONBLOCK, opening a pipe that somebody left here would hang.
    fd = openSync(Buffer.from(path, 'latin1'), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException
    return { why: code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : code }
  }
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) return { why: 'not a regular file' }
    if (stat.size > maxBytes) return { why: `longer than ${maxBytes} bytes` }
    return { file: contentOf(fd, stat) }
  } catch (thrown) {
    return { why: (thrown as NodeJS.ErrnoException).code ?? 'unknown' }
  } finally {
    closeSync(fd)
  }
}

function contentOf(fd: number, stat: Stats): SmallFile {
  const buffer = Buffer.alloc(stat.size)
  let length = 0
  while (length < buffer.length) {
    const read = readSync(fd, buffer, length, buffer.length - length, length)
    if (read === 0) break
    length += read
  }
  const bytes = buffer.subarray(0, length)
  return {
    text: bytes.toString('utf8'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    uid: stat.uid,
    executable: (stat.mode & 0o111) !== 0,
    mtime: stat.mtime.toISOString(),
    changedMs: stat.ctimeMs,
  }
}

/** What was read, for as long as the file's inode is unchanged. `endRound` forgets what was not asked for since. */
export class SmallFileCache {
  #kept = new Map<string, { readonly mark: string; readonly result: SmallFileResult }>()
  #asked = new Map<string, { readonly mark: string; readonly result: SmallFileResult }>()

  read(path: string): SmallFileResult {
    const mark = markOf(path)
    const known = this.#kept.get(path)
    const entry = known !== undefined && known.mark === mark ? known : { mark, result: readSmallFile(path) }
    if (mark !== '') this.#asked.set(path, entry)
    return entry.result
  }

  endRound(): void {
    this.#kept = this.#asked
    this.#asked = new Map()
  }
}

function markOf(path: string): string {
  try {
    const stat = statSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false })
    return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`
  } catch {
    return ''
  }
}
