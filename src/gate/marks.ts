// The first level of the verdict cache and the reach of the gate, both in the kernel: ignore marks on clean files
// and on directories outside the places, and positive marks on files known to be bad.

import { release } from 'node:os'

import { closeFd, Ev, type FanotifyGroup, Mark } from '../platform/linux/fanotify.ts'
import { whileNobodyWrites } from '../platform/linux/lease.ts'
import { openPath } from '../platform/linux/open-path.ts'
import { pathOfFd } from '../platform/linux/processes.ts'
import { Stat } from '../platform/linux/statx.ts'
import type { GateMode } from './settings.ts'

const questionMask = Ev.openPerm | Ev.openExecPerm
/**
 * A mask that means no event of a file, so that a mark is never empty. An empty mark is freed when its ignored bits
 * are removed, and freeing it computes the inode's interest in FAN_MODIFY anew, outside the lock under which another
 * thread may just be setting the next mark: that one then survives a write, and the file opens unjudged (Linux 6.18,
 * about once in a thousand rewrites by a process while another one opens the file all the time).
 */
const keepMask = Ev.onDir

// Before Linux 6.13 file times move in steps of a timer tick: two changes within one tick look like one.
const [major = 0, minor = 0] = release().split('.').map(Number)
const coarseTimesMs = major > 6 || (major === 6 && minor >= 13) ? 0 : 20

function changedJustNow(seen: Stat): boolean {
  return coarseTimesMs > 0 && Date.now() - (seen.ctimeSeconds * 1000 + seen.ctimeNs / 1e6) < coarseTimesMs
}

/**
 * Lets the kernel allow later opens of a clean file by itself. The kernel drops the mark when the file is written
 * or truncated. `seen`: the file as it was before the scan. False when the verdict must not be remembered:
 * somebody can be writing, or it has changed since.
 *
 * All within a lease: without it the file could be written between the look and the mark, and the mark would speak
 * for content that was never judged. Whoever writes after the lease makes the kernel drop the mark.
 */
export function rememberClean(group: FanotifyGroup, fd: number, seen: Stat, again: Stat): boolean {
  if (changedJustNow(seen)) return false
  const marked = whileNobodyWrites(fd, () => {
    if (!again.read(fd) || !again.sameContent(seen)) return false
    if (group.markFd(Mark.add | Mark.evictable, keepMask, fd) !== 0) return false
    return group.markFd(Mark.add | Mark.ignoredMask | Mark.evictable, questionMask, fd) === 0
  })
  return marked === true
}

/** Takes the mark back, e.g. after a store through a writable mapping, which does not drop it. */
export function forgetClean(group: FanotifyGroup, fd: number): void {
  group.markFd(Mark.remove | Mark.ignoredMask, questionMask, fd)
}

/**
 * Lets the kernel pass over the files directly in a directory outside all places. The mark is on the directory
 * and not on the file, so a file that is moved into a place is asked about at once. `isOutside` is asked after
 * marking, about the directory that really was marked: a path can have been swapped since it was read.
 */
export function ignoreDirectory(
  groups: readonly { group: FanotifyGroup; mask: number }[],
  directory: string,
  isOutside: (path: string, mountId: number) => boolean,
): void {
  // O_PATH asks nobody: the thread that must answer may do it.
  const fd = openPath(directory, 'directory')
  if (fd < 0) return
  const link = `/proc/self/fd/${fd}`
  const flags = Mark.ignore | Mark.ignoredSurvModify
  for (const { group, mask } of groups) group.mark(Mark.add | Mark.evictable | flags, mask | Ev.onChild, link)
  const stat = new Stat()
  const path = pathOfFd(fd)
  if (!stat.read(fd) || path === undefined || !isOutside(path, stat.mountId)) {
    for (const { group, mask } of groups) group.mark(Mark.remove | flags, mask | Ev.onChild, link)
  }
  closeFd(fd)
}

/** Forgets everything remembered about files and directories. */
export function forgetAll(groups: readonly FanotifyGroup[]): void {
  for (const group of groups) group.flush(0)
}

/** Asks about a bad file under all its names, wherever they are. */
export function markKnownBad(group: FanotifyGroup, mode: GateMode, fd: number): void {
  group.markFd(Mark.add, askedIn(mode), fd)
}

/** What waits for a verdict. An execve asks twice, as an open and as an execution: one of the two is enough. */
export function askedIn(mode: GateMode): number {
  return mode === 'exec' ? Ev.openExecPerm : Ev.openPerm
}

export function unmarkKnownBad(group: FanotifyGroup, fd: number): void {
  group.markFd(Mark.remove, questionMask, fd)
}
