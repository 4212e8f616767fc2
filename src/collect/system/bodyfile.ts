// The timeline of a file system as The Sleuth Kit's mactime reads it ("body file" of version 3 and later):
// MD5|name|inode|mode_as_string|UID|GID|size|atime|mtime|ctime|crtime, times in seconds since 1970, 0 for what is not known.

import { type FileStatus, FileType } from '../../platform/linux/file-status.ts'
import { textOf } from './byte-path.ts'

const letters: Readonly<Record<number, string>> = {
  [FileType.fifo]: 'p',
  [FileType.character]: 'c',
  [FileType.folder]: 'd',
  [FileType.block]: 'b',
  [FileType.file]: 'r',
  [FileType.link]: 'l',
  [FileType.socket]: 's',
}
const permissions = ['---', '--x', '-w-', '-wx', 'r--', 'r-x', 'rw-', 'rwx'] as const
const typeMask = 0o170000

const plain = /^[\x20-\x5b\x5d-\x7b\x7d\x7e]*$/
// eslint-disable-next-line no-control-regex -- they would end the line or the field
const breaking = /[\u0000-\u001f\u007f|]/g

/** `path`: bytes in a latin1 string. A field of a line: neither `|` nor control characters in it. */
export function bodyName(path: string): string {
  return plain.test(path) ? path : textOf(path).replace(breaking, escaped)
}

function escaped(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}

const modes = new Map<number, string>()

/** `r/rrwxr-xr-x`, as fls prints it: type of the name, type and permissions of the inode. */
export function modeText(mode: number): string {
  let text = modes.get(mode)
  if (text === undefined) {
    text = describe(mode)
    modes.set(mode, text)
  }
  return text
}

function describe(mode: number): string {
  const letter = letters[mode & typeMask] ?? '-'
  const parts = [6, 3, 0].map((shift) => permissions[(mode >> shift) & 7] ?? '---')
  const special = [mode & 0o4000, mode & 0o2000, mode & 0o1000]
  const marked = parts.map((part, at) => {
    if (special[at] === 0) return part
    const mark = at === 2 ? 't' : 's'
    return part.slice(0, 2) + (part.endsWith('x') ? mark : mark.toUpperCase())
  })
  return `${letter}/${letter}${marked.join('')}`
}

/** `name`: as `bodyName` gives it, with what stands behind it. */
export function bodyLine(name: string, status: FileStatus): string {
  const { inode, mode, uid, gid, size } = status
  const times = `${status.accessedSeconds}|${status.modifiedSeconds}|${status.changedSeconds}|${status.bornSeconds}`
  return `0|${name}|${inode}|${modeText(mode)}|${uid}|${gid}|${size}|${times}\n`
}
