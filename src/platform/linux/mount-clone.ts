// A private view of one mounted file system (open_tree(2), mount_setattr(2)): without what is mounted on top of its folders, so
// that covered files are seen too; read-only and without access times, so that looking leaves no trace. It ends with its descriptor.

import { constants, openSync } from 'node:fs'

import { closeFd } from './fanotify.ts'
import { libc } from './libc.ts'

const openTree = libc.func('long syscall(long number, long fd, const void *path, long flags)')
const mountSetattr = libc.func(
  'long syscall(long number, long fd, const void *path, long flags, const void *attributes, long size)',
)

// The numbers are the same on every architecture.
const openTreeNumber = 428
const mountSetattrNumber = 442
const atFdcwd = -100
const atEmptyPath = 0x1000
/** OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC; without AT_RECURSIVE only the one mount. */
const cloneFlags = 0x1 | 0o2000000
/** MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME, and the bits of all access time modes. */
const wantedAttributes = 0x01n | 0x10n
const accessTimeModes = 0x70n
const attributesBytes = 32

export interface MountView {
  readonly fd: number
  /** Whether it shows what other mounts cover; otherwise it is the folder as everybody sees it. */
  readonly isClone: boolean
}

/** `point`: bytes in a latin1 string. Undefined when the folder cannot be opened; to be closed. */
export function openMountView(point: string): MountView | undefined {
  const path = Buffer.from(`${point}\0`, 'latin1')
  const fd: number = openTree(openTreeNumber, atFdcwd, path, cloneFlags)
  if (fd >= 0) {
    const attributes = Buffer.alloc(attributesBytes)
    attributes.writeBigUInt64LE(wantedAttributes, 0)
    attributes.writeBigUInt64LE(accessTimeModes, 8)
    mountSetattr(mountSetattrNumber, fd, Buffer.from('\0'), atEmptyPath, attributes, attributesBytes)
    return { fd, isClone: true }
  }
  try {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK
    return { fd: openSync(Buffer.from(point, 'latin1'), flags), isClone: false }
  } catch {
    return undefined
  }
}

export function closeMountView({ fd }: MountView): void {
  closeFd(fd)
}
