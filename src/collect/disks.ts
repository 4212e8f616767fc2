// Where a package may be written: never on a disk that is examined, unless somebody says so, because what is written there
// overwrites what was deleted.

import { readFileSync, realpathSync, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import { AppError } from '../base/app-error.ts'
import type { Collection } from './collection.ts'

/** Folders of a running host that its own disks hold, however it divides them. */
const ownFolders = [
  '/',
  '/boot',
  '/etc',
  '/home',
  '/opt',
  '/root',
  '/srv',
  '/tmp',
  '/usr',
  '/var',
  '/var/lib',
  '/var/log',
  '/var/tmp',
]
/** TMPFS_MAGIC, RAMFS_MAGIC of linux/magic.h: no disk. */
const memoryTypes: ReadonlySet<number> = new Set([0x01021994, 0x858458f6])
const keptFree = 64 * 1024 ** 2
const leastBytes = 8 * 1024 ** 2

export interface OutputRequest {
  /** The folder that the package goes to. */
  readonly folder: string
  readonly allowSameDisk: boolean
}

/** Throws AppError with what to do about it. `source`: as it was given. */
export function checkOutput(
  { folder, allowSameDisk }: OutputRequest,
  { kind, drives = [] }: Pick<Collection, 'kind' | 'drives'>,
  source: string | undefined,
): void {
  if (allowSameDisk || isInMemory(folder)) return
  const isExamined =
    process.platform === 'win32'
      ? isOnDrive(folder, kind === 'folder' ? [driveOf(source ?? '')] : drives)
      : isOnDisk(folder, examinedDisks(kind, source))
  if (!isExamined) return
  const what = kind === 'live' ? 'a disk of this host' : 'the examined disk'
  throw new AppError(
    'permission',
    `${folder} lies on ${what}: a package there would overwrite what was deleted`,
    {
      hint: 'give --output on another disk, or --output - and send it away (| ssh …), or --allow-same-disk if that is meant',
    },
  )
}

/** What a package in the folder may take. Throws AppError when that is nothing. */
export function roomIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  const room = bavail * bsize - keptFree
  if (room >= leastBytes) return room
  throw new AppError('permission', `there is no room for a package in ${folder}`, {
    hint: 'give --output elsewhere',
  })
}

function isOnDisk(folder: string, disks: ReadonlySet<string>): boolean {
  const disk = diskOf(folder)
  return disk !== undefined && disks.has(disk)
}

function isOnDrive(folder: string, letters: readonly string[]): boolean {
  const letter = driveOf(folder)
  return letter !== '' && letters.includes(letter)
}

/** `C`, behind links and folders where a drive is mounted; '' of a share. */
function driveOf(path: string): string {
  let place = resolve(path)
  try {
    place = realpathSync.native(place)
  } catch {
    // Not there yet, or not to be read: its letter says enough.
  }
  return driveLetter(place)
}

/** Of a path of Windows. */
export function driveLetter(path: string): string {
  return /^(?:\\\\[?.]\\)?([a-z]):/i.exec(path)?.[1]?.toUpperCase() ?? ''
}

function examinedDisks(kind: Collection['kind'], source: string | undefined): ReadonlySet<string> {
  // A file that is an image is no disk: what lies beside it is not examined.
  const places = kind === 'live' ? ownFolders : [source ?? '/']
  return new Set(
    places.flatMap((place) => {
      const stat = statSync(place, { throwIfNoEntry: false })
      if (stat === undefined || (kind !== 'image' && isInMemory(place))) return []
      if (kind === 'image' && !stat.isBlockDevice()) return []
      return [kind === 'image' ? diskOfNumber(stat.rdev) : diskOfNumber(stat.dev)]
    }),
  )
}

function diskOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? undefined : diskOfNumber(stat.dev)
}

/** The whole disk of a partition; where nobody knows one, the number of the file system. */
function diskOfNumber(dev: number): string {
  const number = `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`
  try {
    const device = realpathSync(`/sys/dev/block/${number}`)
    const disk = isPartition(device) ? dirname(device) : device
    return disk
  } catch {
    return number
  }
}

function isPartition(device: string): boolean {
  try {
    return readFileSync(`${device}/partition`, 'latin1') !== ''
  } catch {
    return false
  }
}

function isInMemory(path: string): boolean {
  try {
    return memoryTypes.has(statfsSync(resolve(path)).type)
  } catch {
    return false
  }
}
