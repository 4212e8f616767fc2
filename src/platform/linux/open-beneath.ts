// Opens what lies below a folder by bytes of names, without ever leaving it (openat2(2)): no link is followed, and no mount is
// entered where that is asked for. Paths may be longer than PATH_MAX: they are opened piece by piece.

import { constants } from 'node:fs'

import { closeFd } from './fanotify.ts'
import { errno, libc } from './libc.ts'

// The number of openat2 is the same on every architecture.
const openat2 = libc.func('long syscall(long number, long fd, const void *path, const void *how, long size)')
const openat = libc.func('int openat(int fd, const void *path, int flags)')

const openat2Number = 437
const howBytes = 24
/** RESOLVE_* of linux/openat2.h. */
const resolve = { noMounts: 0x01, noMagicLinks: 0x02, noLinks: 0x04, beneath: 0x08 } as const
const noSuchCall = 38
const notPermitted = 1

const pathOnly = 0o10000000
const noAccessTime = 0o1000000
/** Below PATH_MAX (4096) with its last byte. */
const maxPieceBytes = 4000
/** Longer paths exist only to exhaust whoever opens them. */
const maxPathBytes = 1 << 20

export type Mounts = 'enter' | 'stay'
export type Kind = 'file' | 'folder'

/** For reading, without waiting (a FIFO would) and without an access time. */
const flagsOf = {
  file: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
  folder: constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_DIRECTORY,
} as const satisfies Record<Kind, number>
const closeOnExec = 0o2000000
const inBetween = pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW

const how = Buffer.alloc(howBytes)
let hasOpenat2 = true

/**
 * `path`: relative to the folder `base`, bytes in a latin1 string, `` for itself. A descriptor to be closed, or an errno below
 * zero. Whoever opens a file must still look whether it is a regular one.
 */
export function openBeneath(base: number, path: string, options: { kind: Kind; mounts: Mounts }): number {
  const { kind, mounts } = options
  if (path.length > maxPathBytes) return -36
  let at = base
  let start = 0
  try {
    while (path.length - start > maxPieceBytes) {
      const slash = path.lastIndexOf('/', start + maxPieceBytes)
      if (slash <= start) return -36
      const next = open(at, path.slice(start, slash), inBetween, mounts)
      if (at !== base) closeFd(at)
      at = next
      if (at < 0) return at
      start = slash + 1
    }
    const name = path.slice(start)
    const quiet = open(at, name, flagsOf[kind] | noAccessTime, mounts)
    // Only the owner may ask for this.
    return quiet === -notPermitted ? open(at, name, flagsOf[kind], mounts) : quiet
  } finally {
    if (at !== base && at >= 0) closeFd(at)
  }
}

function open(at: number, path: string, flags: number, mounts: Mounts): number {
  const bytes = Buffer.from(path === '' ? '.\0' : `${path}\0`, 'latin1')
  if (hasOpenat2) {
    const bounds = resolve.noMagicLinks | resolve.noLinks | resolve.beneath
    how.writeBigUInt64LE(BigInt(flags | closeOnExec), 0)
    how.writeBigUInt64LE(BigInt(mounts === 'stay' ? bounds | resolve.noMounts : bounds), 16)
    const fd: number = openat2(openat2Number, at, bytes, how, howBytes)
    if (fd >= 0) return fd
    const fault = errno()
    if (fault !== noSuchCall && fault !== notPermitted) return -fault
    // Before Linux 5.6, and where a filter of system calls does not know it.
    hasOpenat2 = fault !== noSuchCall
  }
  const fd: number = openat(at, bytes, flags | closeOnExec)
  return fd >= 0 ? fd : -errno()
}
