// renameat2(2) with RENAME_NOREPLACE: gives a file its name only when nothing has it yet, in one step.

import { renameSync, lstatSync } from 'node:fs'

import { E, errno, kernelFault, libc } from './libc.ts'

// The paths are bytes, because names need not be text.
const renameat2 = libc.func(
  'int renameat2(int olddirfd, const void *oldpath, int newdirfd, const void *newpath, unsigned int flags)',
)
const cwd = -100
const noReplace = 1
const end = Buffer.alloc(1)

/** False when `to` exists. Throws AppError `kernel` for everything else. */
export function renameWithoutReplacing(from: Buffer, to: Buffer): boolean {
  const result: number = renameat2(cwd, Buffer.concat([from, end]), cwd, Buffer.concat([to, end]), noReplace)
  if (result === 0) return true
  if (errno() === E.EXIST) return false
  // Filesystems without the flag (some network and FUSE ones) answer EINVAL: then in two steps.
  if (errno() !== E.INVAL) throw kernelFault('renameat2', to.toString('utf8'))
  if (lstatSync(to, { throwIfNoEntry: false }) !== undefined) return false
  renameSync(from, to)
  return true
}
