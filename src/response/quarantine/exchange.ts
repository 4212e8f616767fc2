// Puts a cured file in the place of the original, which goes into the quarantine. Whatever kills us at whatever moment:
// the path leads to the original or to the finished new file, never to none and never to half of one.

import { randomBytes } from 'node:crypto'
import { closeSync, constants, fstatSync, fsyncSync, openSync, renameSync, unlinkSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { sameFile, splitPath } from './folder.ts'
import { putBackMetadata } from './metadata.ts'
import { syncFolder } from './sync-folder.ts'
import {
  canonicalPath,
  describe,
  keep,
  openParent,
  type Store,
  type Taken,
  type TakeRequest,
  withoutKey,
} from './take.ts'

export interface ExchangeRequest extends TakeRequest {
  readonly fd: number
  /** Writes the new content to the descriptor (open for reading too) and proves it; throws when it cannot. */
  readonly make: (fd: number) => void
}

// They are digests of the old content.
const contentAttributes: ReadonlySet<string> = new Set(['security.ima', 'security.evm'])

/** `left-in-place`: the path leads to another file by now, which is not touched. Throws what `make` throws, and AppError. */
export function exchange(request: ExchangeRequest, store: Store): Taken {
  const path = Buffer.from(request.path)
  const { folder: folderPath, name } = splitPath(path)
  using folder = openParent(folderPath, path)
  const { fd } = request
  const stat = fstatSync(fd, { bigint: true })
  const header = describe(request, canonicalPath(folder, name), fd, stat)
  const temporary = folder.at(`.haechi-cure-${randomBytes(8).toString('hex')}`)
  let kept = ''
  try {
    writeTemporary(temporary, request.make, {
      ...header,
      xattrs: header.xattrs.filter((attribute) => !contentAttributes.has(attribute.name)),
    })
    const written = keep(fd, header, store)
    kept = store.final(header.id)
    const isSame = sameFile(folder, name, fd)
    if (isSame) renameSync(temporary, folder.at(name))
    else unlinkSync(temporary)
    // From here on the item is all that is left of the original.
    kept = ''
    syncFolder(folder.at('.'))
    const otherLinks = Math.max(0, Number(stat.nlink) - 1)
    return {
      item: withoutKey(header, written),
      original: isSame ? 'removed' : 'left-in-place',
      otherLinks: isSame ? otherLinks : Number(stat.nlink),
    }
  } catch (thrown) {
    removeQuietly(temporary)
    if (kept !== '') removeQuietly(kept)
    throw thrown instanceof AppError
      ? thrown
      : new AppError('quarantine', `cannot replace ${path.toString()}: ${messageOf(thrown)}`, {
          cause: thrown,
        })
  }
}

function writeTemporary(
  temporary: Buffer,
  make: ExchangeRequest['make'],
  metadata: Parameters<typeof putBackMetadata>[1],
): void {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const fd = openSync(temporary, flags, 0o600)
  try {
    make(fd)
    putBackMetadata(fd, metadata)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

function removeQuietly(path: Buffer | string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was never made, or has its final name already.
  }
}
