// open_by_handle_at(2) and the records of a fanotify group that reports names (fanotify(7), FAN_REPORT_DFID_NAME).

import { libc } from './libc.ts'

const openByHandle = libc.func('int open_by_handle_at(int mount_fd, void *handle, int flags)')
const fstatfs = libc.func('int fstatfs(int fd, void *buf)')

// O_PATH | O_CLOEXEC: names a directory without opening it, so nobody is asked.
const pathOnly = 0o10000000 | 0o2000000
const metadataBytes = 24
const infoDirName = 2
/** Offset of f_fsid in struct statfs on 64-bit Linux. */
const fsidAt = 56

/** Something appeared under a name in a directory. */
export interface NameEvent {
  readonly mask: number
  readonly pid: number
  /** Hexadecimal, as `fsidOf` gives it. */
  readonly fsid: string
  /** struct file_handle of the directory. */
  readonly directory: Uint8Array
  /** Bytes in a latin1 string. */
  readonly name: string
}

/** Parses what one read of the group gave; the kernel wrote it, but every length is checked all the same. */
export function* nameEvents(records: Uint8Array): Generator<NameEvent> {
  const view = Buffer.from(records.buffer, records.byteOffset, records.byteLength)
  for (let at = 0; at + metadataBytes <= view.length;) {
    const length = view.readUInt32LE(at)
    if (length < metadataBytes || at + length > view.length) return
    const event = nameEvent(view.subarray(at, at + length))
    if (event !== undefined) yield event
    at += length
  }
}

function nameEvent(record: Buffer): NameEvent | undefined {
  const mask = record.readUInt32LE(8)
  const pid = record.readInt32LE(20)
  // info: type (1), pad (1), length (2), fsid (8), handle_bytes (4), handle_type (4), handle, name, NUL
  const info = record.subarray(metadataBytes)
  if (info.length < 20 || info[0] !== infoDirName) return undefined
  const nameAt = 20 + info.readUInt32LE(12)
  const end = info.indexOf(0, nameAt)
  if (nameAt > info.length || end < 0) return undefined
  return {
    mask,
    pid,
    fsid: info.toString('hex', 4, 12),
    directory: Uint8Array.prototype.slice.call(info, 12, nameAt),
    name: info.toString('latin1', nameAt, end),
  }
}

/** The id of the file system that a descriptor lies on, as name events carry it; empty when unknown. */
export function fsidOf(fd: number): string {
  const buffer = Buffer.alloc(256)
  const result: number = fstatfs(fd, buffer)
  return result === 0 ? buffer.toString('hex', fsidAt, fsidAt + 8) : ''
}

/** A descriptor (O_PATH) of the directory behind a handle; -1 when it is gone. `mountFd`: any descriptor there. */
export function openDirectoryHandle(mountFd: number, handle: Uint8Array): number {
  const fd: number = openByHandle(mountFd, handle, pathOnly)
  return fd
}
