// fanotify(7): groups, marks and events. One event is read at a time, so that a thread never holds questions it is
// not working on. Threads may share a group; processes must not: the kernel matches answers by descriptor *number*.

import { type ErrorCode, AppError } from '../../base/app-error.ts'
import { E, errno, errnoName, libc } from './libc.ts'

const fanotifyInit = libc.func('int fanotify_init(unsigned int flags, unsigned int event_f_flags)')
const fanotifyMark = libc.func(
  'int fanotify_mark(int fd, unsigned int flags, uint64_t mask, int dirfd, const void *path)',
)
const read = libc.func('long read(int fd, void *buf, size_t count)')
const write = libc.func('long write(int fd, void *buf, size_t count)')
const close = libc.func('int close(int fd)')

/** fanotify_init flags. */
export const Init = {
  cloexec: 0x1,
  nonblock: 0x2,
  classNotif: 0x0,
  classContent: 0x4,
  unlimitedQueue: 0x10,
  unlimitedMarks: 0x20,
  reportDirFid: 0x400,
  reportName: 0x800,
} as const

/** fanotify_mark flags. */
export const Mark = {
  add: 0x1,
  remove: 0x2,
  mount: 0x10,
  /** Ignored mask of the old kind: dropped by the kernel when the file is modified. */
  ignoredMask: 0x20,
  ignoredSurvModify: 0x40,
  flush: 0x80,
  filesystem: 0x100,
  /** The inode may be reclaimed although it is marked. */
  evictable: 0x200,
  /** Ignored mask of the new kind: honours `onChild`. */
  ignore: 0x400,
} as const

/** Event masks. */
export const Ev = {
  closeWrite: 0x8,
  movedTo: 0x80,
  create: 0x100,
  openPerm: 0x10000,
  openExecPerm: 0x40000,
  onChild: 0x08000000,
  onDir: 0x40000000,
} as const

const atFdcwd = -100
// O_RDONLY | O_NONBLOCK (a FIFO must not block us) | O_LARGEFILE | O_NOATIME | O_CLOEXEC
const eventFlags = 0o4000 | 0o100000 | 0o1000000 | 0o2000000
const metadataBytes = 24

/** An event without names: the object comes as an open descriptor that the reader must close. */
export interface FdEvent {
  mask: number
  fd: number
  pid: number
}

/** Opens a group. Throws AppError `permission` without CAP_SYS_ADMIN, `kernel` otherwise. */
export function openGroup(flags: number): FanotifyGroup {
  const base = Init.cloexec | Init.nonblock | Init.unlimitedQueue | Init.unlimitedMarks
  const fd: number = fanotifyInit(base | flags, eventFlags)
  if (fd < 0) {
    const code: ErrorCode = errno() === E.PERM ? 'permission' : 'kernel'
    throw new AppError(code, `fanotify_init failed with ${errnoName(errno())}`, {
      hint:
        code === 'permission' ? 'run as root (CAP_SYS_ADMIN), or use --mode observe' : 'see haechi doctor',
    })
  }
  return new FanotifyGroup(fd)
}

/** A group by its descriptor; several threads may each have their own object over the same one. */
export class FanotifyGroup {
  readonly fd: number
  readonly #buffer = Buffer.alloc(metadataBytes)
  readonly #response = Buffer.alloc(8)
  readonly #event: FdEvent = { mask: 0, fd: -1, pid: 0 }

  constructor(fd: number) {
    this.fd = fd
  }

  /** The next event, or undefined when none waits. The object is reused by the next call. */
  next(): FdEvent | undefined {
    const count: number = read(this.fd, this.#buffer, metadataBytes)
    // EAGAIN: somebody else took it. Any other errno: the kernel could not open the object for us, has
    // answered the question itself (with a denial) and dropped the event.
    if (count < metadataBytes) return undefined
    this.#event.mask = this.#buffer.readUInt32LE(8)
    this.#event.fd = this.#buffer.readInt32LE(16)
    this.#event.pid = this.#buffer.readInt32LE(20)
    return this.#event
  }

  /** Reads whole event records (for groups that report names) into `buffer`; the number of bytes, 0 when none wait. */
  readRecords(buffer: Uint8Array): number {
    const count: number = read(this.fd, buffer, buffer.length)
    return Math.max(0, count)
  }

  /** Answers the question that came with descriptor `fd`; false when the kernel no longer waits for it. */
  answer(fd: number, allow: boolean): boolean {
    this.#response.writeInt32LE(fd, 0)
    this.#response.writeUInt32LE(allow ? 1 : 2, 4)
    const count: number = write(this.fd, this.#response, 8)
    return count === 8
  }

  /** fanotify_mark on a path (bytes in a latin1 string); 0 or an errno. */
  mark(flags: number, mask: number, path: string): number {
    const result: number = fanotifyMark(this.fd, flags, mask, atFdcwd, Buffer.from(`${path}\0`, 'latin1'))
    return result === 0 ? 0 : errno()
  }

  /** fanotify_mark on an open descriptor (not one of O_PATH); 0 or an errno. */
  markFd(flags: number, mask: number, fd: number): number {
    const result: number = fanotifyMark(this.fd, flags, mask, fd, null)
    return result === 0 ? 0 : errno()
  }

  /** Removes all marks of a kind: 0 (inodes), `Mark.mount` or `Mark.filesystem`. */
  flush(kind: number): void {
    fanotifyMark(this.fd, Mark.flush | kind, 0, atFdcwd, null)
  }

  /** Closes the group: the kernel allows every question that still waits. */
  close(): void {
    close(this.fd)
  }
}

/** close(2) without the exception of `fs.closeSync`, for hot paths and for descriptors that may be gone. */
export function closeFd(fd: number): void {
  close(fd)
}
