// A fanotify group that tells of names (fanotify(7), FAN_REPORT_DFID_NAME and FAN_REPORT_TARGET_FID): its flags, and
// the records it is read in. Nothing is opened for the reader; every object comes as a file handle.

import { type ErrorCode, AppError } from '../../base/app-error.ts'
import { FanotifyGroup } from './fanotify.ts'
import { E, errno, errnoName, libc } from './libc.ts'

const fanotifyInit = libc.func('int fanotify_init(unsigned int flags, unsigned int event_f_flags)')

/** Bits of an event's mask (linux/fanotify.h). Several may stand in one event: the kernel merges what waits. */
export const FileMask = {
  attributes: 0x4,
  closeWrite: 0x8,
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  /** The queue was full: events are lost, nobody knows how many. */
  overflow: 0x4000,
  /** With the old and the new name; since Linux 5.17. */
  rename: 0x10000000,
  onDirectory: 0x40000000,
} as const

// FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DIR_FID | FAN_REPORT_NAME
const nameFlags = 0x1 | 0x2 | 0x400 | 0x800
// FAN_REPORT_FID | FAN_REPORT_TARGET_FID: the handle of what was made too, so that new directories are known by handle.
const targetFlags = 0x200 | 0x1000
const unlimitedQueueFlag = 0x10
// O_RDONLY | O_LARGEFILE | O_CLOEXEC
const eventFlags = 0o100000 | 0o2000000

export interface NameGroupOptions {
  /** A limited queue holds /proc/sys/fs/fanotify/max_queued_events; the kernel then drops and says so. */
  readonly queue: 'unlimited' | 'limited'
  /** Handles of the objects themselves, beside those of their directories (since Linux 5.17). */
  readonly targets: 'with-targets' | 'without-targets'
}

/** Throws AppError `permission` without CAP_SYS_ADMIN, `unsupported` when the kernel is too old for names. */
export function openNameGroup(options: NameGroupOptions): FanotifyGroup {
  const queue = options.queue === 'unlimited' ? unlimitedQueueFlag : 0
  const targets = options.targets === 'with-targets' ? targetFlags : 0
  const fd: number = fanotifyInit(nameFlags | queue | targets, eventFlags)
  if (fd >= 0) return new FanotifyGroup(fd)
  const code: ErrorCode = errno() === E.PERM ? 'permission' : 'unsupported'
  throw new AppError(code, `fanotify_init failed with ${errnoName(errno())}`, {
    hint: code === 'permission' ? 'run as root (CAP_SYS_ADMIN)' : 'names need Linux 5.9 or newer',
  })
}

/** A name in a directory. */
export interface NameAt {
  /** Key of the directory: id of the file system (8 bytes) and its struct file_handle, bytes in a latin1 string. */
  readonly directory: string
  /** Bytes in a latin1 string; `.` for the directory itself. */
  readonly name: string
}

export interface FileEvent {
  readonly mask: number
  /** 0 when the process lives in another pid namespace. */
  readonly pid: number
  /** Undefined when the object has no name any more, and for an overflow. */
  readonly at: NameAt | undefined
  /** Where a rename led to; `at` is where from. */
  readonly to: NameAt | undefined
  /** Key of the object itself, as `NameAt.directory`; undefined when not reported. */
  readonly target: string | undefined
}

const metadataBytes = 24
/** fsid, handle_bytes, handle_type after the 4 bytes of the header. */
const handleHeaderBytes = 16
const infoFid = 1
const infoDirName = 2
const infoDir = 3
const infoOldDirName = 10
const infoNewDirName = 12

/**
 * Gives every event of what one read of the group gave, in order; returns how many bytes could not be understood (the
 * kernel wrote them, but every length is checked all the same).
 */
export function readFileEvents(records: Buffer, take: (event: FileEvent) => void): number {
  let at = 0
  while (at + metadataBytes <= records.length) {
    const length = records.readUInt32LE(at)
    if (length < metadataBytes || at + length > records.length) break
    take(fileEvent(records, at, at + length))
    at += length
  }
  return records.length - at
}

function fileEvent(records: Buffer, start: number, end: number): FileEvent {
  let named: NameAt | undefined
  let to: NameAt | undefined
  let target: string | undefined
  let at = start + Math.max(metadataBytes, records.readUInt16LE(start + 6))
  while (at + 4 + handleHeaderBytes <= end) {
    const length = records.readUInt16LE(at + 2)
    if (length < 4 + handleHeaderBytes || at + length > end) break
    const type = records[at]
    if (type === infoDirName || type === infoOldDirName) named = nameAt(records, at, at + length)
    else if (type === infoNewDirName) to = nameAt(records, at, at + length)
    else if (type === infoFid || type === infoDir) target = keyOf(records, at, at + length)?.key
    at += length
  }
  return {
    mask: records.readUInt32LE(start + 8),
    pid: records.readInt32LE(start + 20),
    at: named,
    to,
    target,
  }
}

function keyOf(records: Buffer, start: number, end: number): { key: string; end: number } | undefined {
  const handleEnd = start + 4 + handleHeaderBytes + records.readUInt32LE(start + 12)
  if (handleEnd > end) return undefined
  return { key: records.toString('latin1', start + 4, handleEnd), end: handleEnd }
}

function nameAt(records: Buffer, start: number, end: number): NameAt | undefined {
  const directory = keyOf(records, start, end)
  if (directory === undefined) return undefined
  const nul = records.indexOf(0, directory.end)
  if (nul < 0 || nul >= end) return undefined
  return { directory: directory.key, name: records.toString('latin1', directory.end, nul) }
}

/** The parts of a directory's key: the file system as `fsidOf` gives it, and the struct file_handle. */
export function splitKey(key: string): { fsid: string; handle: Uint8Array } {
  const bytes = Buffer.from(key, 'latin1')
  return { fsid: bytes.toString('hex', 0, 8), handle: bytes.subarray(8) }
}
