// What statx(2) tells of a file, as an evidence tree tells it.

import type { TreeFile, TreeKind, TreeTimes } from '../../evidence/tree.ts'
import { type FileStatus, type FileTime, FileType } from '../../platform/linux/file-status.ts'

export function treeKindOf(type: number): TreeKind {
  if (type === FileType.file) return 'file'
  if (type === FileType.folder) return 'folder'
  return type === FileType.link ? 'link' : 'other'
}

/** `target`: of a link, as text. */
export function treeFileOf(path: string, status: FileStatus, target?: string): TreeFile {
  const { type, inode, mode, uid, gid } = status
  return {
    path,
    kind: treeKindOf(type),
    size: type === FileType.file ? status.size : 0,
    inode,
    mode,
    uid,
    gid,
    times: timesOf(status),
    ...(target === undefined ? {} : { target }),
  }
}

export function timesOf(status: FileStatus): TreeTimes {
  const { born } = status
  return {
    modified: timeText(status.modified),
    changed: timeText(status.changed),
    accessed: timeText(status.accessed),
    ...(born === undefined ? {} : { born: timeText(born) }),
  }
}

/** ISO 8601 to the nanosecond. A time beyond what a Date holds (some file systems keep any) is told in seconds. */
function timeText({ seconds, nanoseconds }: FileTime): string {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return `@${seconds}`
  return `${date.toISOString().slice(0, -4)}${String(nanoseconds).padStart(9, '0')}Z`
}
