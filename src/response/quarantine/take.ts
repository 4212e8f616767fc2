// Takes one file into the quarantine: copy by descriptor, make it last, then remove the original.

import { randomBytes } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  unlinkSync,
} from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Verdict } from '../../model/index.ts'
import { listXattrs } from '../../platform/linux/xattr.ts'
import { newKey, writeItem, type Written } from './file-format.ts'
import { type Folder, openFolder, sameFile, splitPath } from './folder.ts'
import { type Header, type Item, newId } from './item.ts'
import { syncFolder } from './sync-folder.ts'

export interface TakeRequest {
  /** Absolute; its last name is not followed when it is a symbolic link. */
  readonly path: string | Uint8Array
  /** The file as it was judged, open for reading; without it the path is opened. Not closed. */
  readonly fd?: number
  readonly verdict: Pick<Verdict, 'status' | 'detections' | 'reasons'>
  /** Who asks, e.g. `haechi scan`. */
  readonly by: string
}

export interface Taken {
  readonly item: Item
  /** `left-in-place`: the path leads to another file by now, which is not touched. */
  readonly original: 'removed' | 'left-in-place'
  /** Other names (hard links) under which the content is still there. */
  readonly otherLinks: number
}

export interface Store {
  readonly directory: string
  readonly temporary: (id: string) => string
  readonly final: (id: string) => string
}

/** Copies before a file that is being written all the time is given up. */
const attempts = 3

export function take(request: TakeRequest, store: Store): Taken {
  const path = Buffer.from(request.path)
  const { folder: folderPath, name } = splitPath(path)
  const fd = request.fd ?? openOriginal(path)
  try {
    using folder = openParent(folderPath, path)
    const stat = fstatSync(fd, { bigint: true })
    if (!stat.isFile()) throw new AppError('quarantine', `${path.toString()} is not a regular file`)
    // The folder's path without links: a restore refuses links that were put there meanwhile.
    const header = describe(request, canonicalPath(folder, name), fd, stat)
    const written = keep(fd, header, store)
    const item: Item = withoutKey(header, written)
    const original = removeOriginal(folder, name, fd, () => unlinkSync(store.final(item.id)))
    const otherLinks = Number(fstatSync(fd, { bigint: true }).nlink) - (original === 'removed' ? 0 : 1)
    return { item, original, otherLinks: Math.max(0, otherLinks) }
  } finally {
    if (request.fd === undefined) closeSync(fd)
  }
}

function openOriginal(path: Buffer): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (thrown) {
    throw new AppError('quarantine', `cannot open ${path.toString()}: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}

export function openParent(folder: Uint8Array, path: Buffer): Folder {
  try {
    return openFolder(folder)
  } catch (thrown) {
    throw new AppError('quarantine', `cannot open the folder of ${path.toString()}: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}

export function canonicalPath(folder: Folder, name: Uint8Array): Uint8Array {
  const parent = folder.path()
  const slash = parent.at(-1) === 0x2f ? '' : '/'
  return Buffer.concat([parent, Buffer.from(slash), name])
}

export function describe(request: TakeRequest, path: Uint8Array, fd: number, stat: BigIntStats): Header {
  const now = new Date()
  return {
    id: newId(now, randomBytes(6)),
    time: now.toISOString(),
    path,
    verdict: request.verdict.status,
    detections: request.verdict.detections,
    reasons: request.verdict.reasons,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mode: Number(stat.mode) & 0o7777,
    atimeNs: stat.atimeNs,
    mtimeNs: stat.mtimeNs,
    xattrs: listXattrs(fd),
    by: `${request.by} (uid ${process.getuid?.() ?? 'unknown'})`,
    key: newKey(),
  }
}

export function withoutKey(header: Header, written: Written): Item {
  const { key: _, ...rest } = header
  return { ...rest, ...written }
}

/** Everything is on the disk, name included, when this returns. */
export function keep(fd: number, header: Header, store: Store): Written {
  const temporary = store.temporary(header.id)
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const target = openSync(temporary, flags, 0o600)
  try {
    const written = copyUnchanged(fd, target, header)
    fsyncSync(target)
    renameSync(temporary, store.final(header.id))
    syncFolder(store.directory)
    return written
  } catch (thrown) {
    try {
      unlinkSync(temporary)
    } catch {
      // It has its final name already, or is swept later.
    }
    throw thrown instanceof AppError
      ? thrown
      : new AppError('quarantine', `cannot write the item: ${messageOf(thrown)}`, { cause: thrown })
  } finally {
    closeSync(target)
  }
}

/** A copy of one state of the file: what somebody appends meanwhile must not be lost with the original. */
function copyUnchanged(fd: number, target: number, header: Header): Written {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const before = fstatSync(fd, { bigint: true })
    ftruncateSync(target, 0)
    const written = writeItem(target, fd, header)
    const after = fstatSync(fd, { bigint: true })
    if (
      before.mtimeNs === after.mtimeNs &&
      before.size === after.size &&
      BigInt(written.size) === after.size
    ) {
      return written
    }
  }
  throw new AppError('quarantine', 'the file is being changed all the time', {
    hint: 'end the process that writes it, then try again',
  })
}

function removeOriginal(
  folder: Folder,
  name: Uint8Array,
  fd: number,
  takeBack: () => void,
): Taken['original'] {
  if (!sameFile(folder, name, fd)) return 'left-in-place'
  try {
    unlinkSync(folder.at(name))
    return 'removed'
  } catch (thrown) {
    // The original stays, so a copy of it serves nothing, and each scan would add another one.
    takeBack()
    throw new AppError('quarantine', `the original cannot be removed: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}
