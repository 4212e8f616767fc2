// A file system of the kernel (proc, tracefs …) mounted for ourselves without a mount point (fsopen(2), fsmount(2)): nothing of
// the host changes, and nothing that others have mounted over its folders covers them.

import { closeFd } from './fanotify.ts'
import { kernelFault, libc } from './libc.ts'

const fsopen = libc.func('long syscall(long number, const char *type, long flags)')
const fsconfig = libc.func(
  'long syscall(long number, long fd, long command, void *key, void *value, long aux)',
)
const fsmount = libc.func('long syscall(long number, long fd, long flags, long attributes)')

/** The same on every architecture since 2019. */
const callNumber = { fsopen: 430, fsconfig: 431, fsmount: 432 } as const
const cloexec = 1
const create = 6
/** MOUNT_ATTR_RDONLY | NOSUID | NODEV | NOEXEC */
const readOnly = 0xf

export interface DetachedMount extends Disposable {
  /** Its root as a path, for this process only. */
  readonly path: string
}

/** Read-only; gone when it is disposed. Throws AppError `kernel`: no such file system, no right, a kernel before 5.2. */
export function mountDetached(type: string): DetachedMount {
  const context: number = fsopen(callNumber.fsopen, type, cloexec)
  if (context < 0) throw kernelFault('fsopen', type)
  try {
    const made: number = fsconfig(callNumber.fsconfig, context, create, null, null, 0)
    if (made < 0) throw kernelFault('fsconfig', type)
    const fd: number = fsmount(callNumber.fsmount, context, cloexec, readOnly)
    if (fd < 0) throw kernelFault('fsmount', type)
    return { path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeFd(fd) }
  } finally {
    closeFd(context)
  }
}
