// A history file, opened with care: it lies in a folder of a user who may want us to read something else, or for ever.

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs'

export type OpenedHistory =
  | {
      readonly kind: 'file'
      readonly fd: number
      readonly stat: Stats
      readonly anomalies: readonly string[]
    }
  | { readonly kind: 'absent' }
  /** What is written there goes nowhere. */
  | { readonly kind: 'null' }
  | { readonly kind: 'refused'; readonly why: string }

/** `path` is bytes in a latin1 string. The caller closes the descriptor. */
export function openHistory(path: string, uid: number): OpenedHistory {
  const bytes = Buffer.from(path, 'latin1')
  let fd = -1
  try {
    const isLink = lstatSync(bytes).isSymbolicLink()
    if (isLink && realpathSync(bytes, 'latin1') === '/dev/null') return { kind: 'null' }
    const follow = isLink ? 0 : constants.O_NOFOLLOW
    fd = openSync(bytes, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | follow)
    const stat = fstatSync(fd)
    const why = whyNot(stat, uid, isLink)
    if (why === undefined) return { kind: 'file', fd, stat, anomalies: anomaliesOf(stat, uid, isLink) }
    closeSync(fd)
    return why === 'null' ? { kind: 'null' } : { kind: 'refused', why }
  } catch (thrown) {
    if (fd >= 0) closeSync(fd)
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'refused', why: code }
  }
}

function whyNot(stat: Stats, uid: number, isLink: boolean): string | undefined {
  // Device 1:3 is /dev/null, also when it is mounted over the file.
  if (stat.isCharacterDevice() && stat.rdev === 0x103) return 'null'
  if (!stat.isFile()) return 'not a regular file'
  if (stat.uid === uid) return undefined
  // A shell that root has started in the user's home leaves a file of root's. A link to one is something else.
  if (stat.uid === 0 && stat.nlink === 1 && !isLink) return undefined
  return `it belongs to uid ${stat.uid}`
}

function anomaliesOf(stat: Stats, uid: number, isLink: boolean): string[] {
  const anomalies: string[] = []
  if (isLink) anomalies.push('a link')
  if (stat.uid !== uid) anomalies.push(`belongs to uid ${stat.uid}`)
  if (stat.nlink > 1) anomalies.push(`${stat.nlink} names`)
  if ((stat.mode & 0o022) !== 0) anomalies.push('others may write it')
  return anomalies
}

/** Bytes of a file as a latin1 string; fewer where it ends. */
export function readAt(fd: number, position: number, length: number): string {
  const buffer = Buffer.alloc(Math.max(0, length))
  let done = 0
  while (done < buffer.length) {
    const read = readSync(fd, buffer, done, buffer.length - done, position + done)
    if (read === 0) break
    done += read
  }
  return buffer.toString('latin1', 0, done)
}
