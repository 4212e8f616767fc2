// Puts an item back: content, owner, mode, times, extended attributes; all of it or nothing.

import { randomBytes } from 'node:crypto'
import { closeSync, constants, fsyncSync, openSync, renameSync, statSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import { setTimes } from '../../platform/linux/file-times.ts'
import { renameWithoutReplacing } from '../../platform/linux/rename.ts'
import { type Opened, readItem, writeContent } from './file-format.ts'
import { type Folder, openFolder, openFolderStrictly, splitPath } from './folder.ts'
import { putBackMetadata } from './metadata.ts'
import { syncFolder } from './sync-folder.ts'

export interface RestoreOptions {
  /** Another place: a path, or a folder that exists. Its symbolic links are followed. */
  readonly to?: string
  /** Replace what stands there. */
  readonly force?: boolean
}

export interface Restored {
  readonly path: Uint8Array
  /** What could not be put back, e.g. an attribute that the filesystem does not know. */
  readonly warnings: readonly string[]
}

/** `fd` is the item. Throws AppError; then the target is as it was. */
export function restoreItem(fd: number, options: RestoreOptions): Restored {
  const opened = readItem(fd)
  const target = targetOf(opened, options.to)
  const { folder: folderPath, name } = splitPath(target)
  using folder = options.to === undefined ? openFolderStrictly(folderPath) : openChosen(folderPath)
  const temporary = folder.at(`.haechi-restore-${randomBytes(8).toString('hex')}`)
  try {
    const warnings = writeTemporary(fd, opened, temporary)
    giveName(folder, temporary, { name, target, force: options.force ?? false })
    return { path: target, warnings }
  } catch (thrown) {
    removeQuietly(temporary)
    throw thrown instanceof AppError
      ? thrown
      : new AppError('quarantine', `cannot restore to ${shown(target)}: ${messageOf(thrown)}`, {
          hint: 'nothing was changed; --to chooses another place',
          cause: thrown,
        })
  }
}

function targetOf(opened: Opened, to: string | undefined): Uint8Array {
  if (to === undefined) return opened.header.path
  const chosen = resolve(to)
  const isFolder = statSync(chosen, { throwIfNoEntry: false })?.isDirectory() === true
  if (!isFolder) return Buffer.from(chosen)
  return Buffer.concat([Buffer.from(`${chosen}/`), splitPath(opened.header.path).name])
}

function openChosen(path: Uint8Array): Folder {
  try {
    return openFolder(path)
  } catch (thrown) {
    throw new AppError('not-found', `the folder ${shown(path)} cannot be opened: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}

function writeTemporary(item: number, opened: Opened, temporary: Buffer): string[] {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const fd = openSync(temporary, flags, 0o600)
  try {
    writeContent(item, opened, fd)
    const warnings = putBackMetadata(fd, opened.header)
    setTimes(fd, opened.header)
    fsyncSync(fd)
    return warnings
  } finally {
    closeSync(fd)
  }
}

function giveName(
  folder: Folder,
  temporary: Buffer,
  place: { readonly name: Uint8Array; readonly target: Uint8Array; readonly force: boolean },
): void {
  const final = folder.at(place.name)
  if (place.force) renameSync(temporary, final)
  else if (!renameWithoutReplacing(temporary, final)) {
    throw new AppError('quarantine', `${shown(place.target)} exists`, {
      hint: '--force replaces it, --to chooses another place',
    })
  }
  // An O_PATH descriptor cannot be synced itself; the folder behind it can.
  syncFolder(folder.at('.'))
}

function removeQuietly(path: Buffer): void {
  try {
    unlinkSync(path)
  } catch {
    // It was never made, or has its final name already.
  }
}

function shown(path: Uint8Array): string {
  return Buffer.from(path).toString('utf8')
}
