// Owner, mode and extended attributes of a file that takes another one's place.

import { fchmodSync, fchownSync, fstatSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { setXattr } from '../../platform/linux/xattr.ts'
import type { Header } from './item.ts'

type Metadata = Pick<Header, 'uid' | 'gid' | 'mode' | 'xattrs'>

/**
 * Owner first, because a change of owner clears set-user-id and capabilities. Returns what could not be set. Throws
 * AppError `permission` when the file cannot be given to its owner.
 */
export function putBackMetadata(fd: number, metadata: Metadata): string[] {
  const now = fstatSync(fd)
  if (now.uid !== metadata.uid || now.gid !== metadata.gid) {
    try {
      fchownSync(fd, metadata.uid, metadata.gid)
    } catch (thrown) {
      throw new AppError(
        'permission',
        `cannot give the file back to user ${metadata.uid}: ${messageOf(thrown)}`,
        { hint: 'run as root', cause: thrown },
      )
    }
  }
  const warnings: string[] = []
  for (const { name, value } of metadata.xattrs) {
    const problem = setXattr(fd, name, value)
    if (problem !== undefined) warnings.push(`the attribute ${name} could not be put back: ${problem}`)
  }
  fchmodSync(fd, metadata.mode)
  return warnings
}
