// Extended attributes by descriptor (xattr(7)): what the quarantine keeps and puts back, file capabilities among them.

import { E, errno, errnoName, kernelFault, libc } from './libc.ts'

const flistxattr = libc.func('long flistxattr(int fd, void *list, size_t size)')
const fgetxattr = libc.func('long fgetxattr(int fd, const char *name, void *value, size_t size)')
const fsetxattr = libc.func(
  'int fsetxattr(int fd, const char *name, const void *value, size_t size, int flags)',
)

export interface Xattr {
  readonly name: string
  readonly value: Uint8Array
}

/** The kernel's own bounds: XATTR_LIST_MAX and XATTR_SIZE_MAX of linux/limits.h. */
const maxBytes = 64 * 1024

/** Empty where the filesystem has none. Throws AppError `kernel`. */
export function listXattrs(fd: number): Xattr[] {
  const list = new Uint8Array(maxBytes)
  const length = flistxattr(fd, list, list.length) as number
  if (length < 0) {
    if (errno() === E.OPNOTSUPP) return []
    throw kernelFault('flistxattr', `descriptor ${fd}`)
  }
  const names = Buffer.from(list.buffer, 0, length).toString('utf8').split('\0')
  return names.filter((name) => name !== '').flatMap((name) => readXattr(fd, name))
}

/** One that is gone again, or that we may not read, is left out. */
function readXattr(fd: number, name: string): Xattr[] {
  const value = new Uint8Array(maxBytes)
  const length = fgetxattr(fd, name, value, value.length) as number
  return length < 0 ? [] : [{ name, value: value.slice(0, length) }]
}

/** The reason why not, or undefined when it is set. */
export function setXattr(fd: number, name: string, value: Uint8Array): string | undefined {
  const result = fsetxattr(fd, name, value, value.length, 0) as number
  return result === 0 ? undefined : errnoName(errno())
}
