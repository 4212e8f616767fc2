// What this host allows the guard to do, and what stays unprotected and why. Every check tries the real thing.

import { mkdtempSync, rmSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'

import { messageOf } from '../base/app-error.ts'
import { pathText } from '../base/text.ts'
import { isBelow, mountAt, type Place } from '../gate/index.ts'
import { Ev, Init, Mark, openGroup } from '../platform/linux/fanotify.ts'
import { errnoName } from '../platform/linux/libc.ts'
import { type Mount, readMounts } from '../platform/linux/mounts.ts'
import { KillTimer } from '../platform/linux/watchdog.ts'
import type { Check } from './doctor-check.ts'
import { checkSensors } from './doctor-sensors.ts'

export function checkHost(places: readonly Place[]): Check[] {
  if (process.platform !== 'linux')
    return [{ name: 'system', result: 'fail', detail: 'the guard needs Linux' }]
  return [
    kernelCheck(),
    attempt('fanotify permission events', 'the kernel asks before a file is opened', permissionEvents),
    attempt(
      'file system marks',
      'new directories, hard links, bind mounts and containers are covered',
      () => {
        withMark(Init.classContent, Mark.add | Mark.filesystem, Ev.openPerm)
      },
    ),
    attempt('verdict cache in the kernel', 'clean files open without a question until they change', () => {
      withMark(Init.classContent, Mark.add | Mark.ignoredMask | Mark.evictable, Ev.openPerm)
    }),
    attempt('names of moved and linked files', 'what is moved into a place is judged at once', () => {
      withMark(Init.classNotif | Init.reportDirFid | Init.reportName, Mark.add | Mark.filesystem, Ev.movedTo)
    }),
    attempt('watchdog', 'the kernel ends a guard that stands still', () => {
      const timer = new KillTimer()
      timer.wind(0)
      timer.close()
    }),
    ...checkSensors(),
    ...mountChecks(places),
  ]
}

function kernelCheck(): Check {
  const text = release()
  const [major = 0, minor = 0] = text.split('.').map(Number)
  const enough = major > 5 || (major === 5 && minor >= 19)
  return {
    name: 'kernel',
    result: enough ? 'ok' : 'fail',
    detail: enough ? text : `${text}; evictable marks need Linux 5.19 or newer`,
  }
}

function permissionEvents(): void {
  withMark(Init.classContent, Mark.add, Ev.openPerm | Ev.onChild)
}

function attempt(name: string, meaning: string, run: () => void): Check {
  try {
    run()
    return { name, result: 'ok', detail: meaning }
  } catch (thrown) {
    const why = process.getuid?.() === 0 ? messageOf(thrown) : 'needs root (CAP_SYS_ADMIN)'
    return { name, result: 'fail', detail: why }
  }
}

/** Marks, and closes the group at once: whoever is asked in these microseconds is released by the kernel. */
function withMark(initFlags: number, markFlags: number, mask: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'haechi-doctor-'))
  try {
    const group = openGroup(initFlags)
    const failed = group.mark(markFlags, mask, directory)
    group.close()
    if (failed !== 0) throw new Error(`fanotify_mark failed with ${errnoName(failed)}`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const stored = new Set(
  'ext2 ext3 ext4 xfs btrfs f2fs tmpfs overlay zfs bcachefs vfat exfat ntfs3 nfs nfs4 cifs fuse'.split(' '),
)

function mountChecks(places: readonly Place[]): Check[] {
  if (places.length === 0) {
    return [
      {
        name: 'places',
        result: 'warn',
        detail: 'nothing is guarded: no guard answers and none is configured',
      },
    ]
  }
  const list = places.map(({ path, kind }) => `${pathText(path)} (${kind})`).join(', ')
  const check: Check = { name: 'places', result: 'ok', detail: list }
  const open = unguarded(places)
  if (open.length === 0) return [check]
  const points = open.map((point) => pathText(point)).join(', ')
  const detail = `outside the places, files on these mounts open without a question: ${points}`
  return [check, { name: 'not guarded', result: 'warn', detail }]
}

/** Mount points of stored file systems that no place covers as a whole. */
function unguarded(places: readonly Place[]): string[] {
  const mounts = readMounts()
  const covered = (mount: Mount): boolean =>
    places.some((place) => {
      if (place.kind === 'directory') return isBelow(mount.point, place.path)
      const own = mountAt(mounts, place.path)
      return place.kind === 'mount' ? own?.id === mount.id : own?.device === mount.device
    })
  const open = mounts.filter((mount) => stored.has(mount.fsType) && !covered(mount))
  return [...new Set(open.map(({ point }) => point))]
}
