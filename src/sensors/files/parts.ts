// The parts of the files sensor, put together.

import { AppError, messageOf } from '../../base/app-error.ts'
import { openNameGroup } from '../../platform/linux/fanotify-events.ts'
import type { FanotifyGroup } from '../../platform/linux/fanotify.ts'
import { MountWatch } from '../../platform/linux/mount-watch.ts'
import type { SensorContext } from '../sensor.ts'
import { AutostartFiles, type AutostartFile } from './autostart.ts'
import { Teller } from './changes.ts'
import { Directories } from './directories.ts'
import { FileSystems } from './file-systems.ts'
import { Follower } from './follower.ts'
import { Homes } from './homes.ts'
import { Intake, type IntakeOptions } from './intake.ts'
import { Interests } from './interests.ts'
import type { FilesOptions } from './options.ts'
import { Packages } from './packages.ts'
import { PendingChanges } from './pending.ts'
import { PrivilegedFiles } from './privileged.ts'
import type { PrivilegedFile } from './privileged-file.ts'
import { Scanner } from './scanner.ts'
import type { Slices } from './slices.ts'

/** How it sees, and what was tried before. */
export interface Tier {
  readonly name: string
  readonly refused: readonly { readonly tier: string; readonly why: string }[]
}

export interface Parts {
  readonly tier: Tier
  readonly group: FanotifyGroup
  readonly mounts: MountWatch
  readonly fileSystems: FileSystems
  readonly directories: Directories
  readonly interests: Interests
  readonly homes: Homes
  readonly intake: Intake
  readonly pending: PendingChanges
  readonly packages: Packages
  readonly privileged: PrivilegedFiles
  readonly autostart: AutostartFiles
  readonly follower: Follower
  readonly scanner: Scanner
}

/** What was true when somebody last looked; undefined: nobody did. */
export interface Saved {
  readonly privileged: ReadonlyMap<string, PrivilegedFile> | undefined
  readonly autostart: ReadonlyMap<string, AutostartFile> | undefined
}

export interface PartsOptions {
  readonly context: SensorContext
  readonly options: FilesOptions
  readonly slices: Slices
  readonly saved: Saved
  readonly onUnpacked: (path: string) => void
  readonly onDirectoryMoved: IntakeOptions['onDirectoryMoved']
}

/** Throws AppError `permission` or `unsupported`. */
export function buildParts(given: PartsOptions): Parts {
  const { context, options, slices, saved, onUnpacked, onDirectoryMoved } = given
  const { root, emit, processes, notice } = context
  const { group, renames, tier } = openBestGroup(options)
  const homes = new Homes(root)
  const interests = new Interests({
    root,
    homes,
    exclude: options.exclude,
    isEverythingTold: options.tell === 'everything',
  })
  const fileSystems = new FileSystems({ group, root, renames })
  const directories = new Directories({
    descriptorOf: (fsid) => fileSystems.descriptorOf(fsid),
    interestOf: (path) => interests.of(path),
  })
  const packages = new Packages({ root, slices, notice })
  const teller = new Teller(emit, processes)
  const privileged = new PrivilegedFiles(
    { teller, packages, onUnpacked, notice },
    saved.privileged ?? new Map(),
  )
  const autostart = new AutostartFiles({ teller, notice }, saved.autostart ?? new Map())
  const follower = new Follower({ teller, interests, privileged, autostart })
  const pending = new PendingChanges()
  const isKnown = (path: string): boolean => follower.isKnown(path)
  const intake = new Intake({ group, directories, pending, isKnown, onDirectoryMoved })
  const looked = { fileSystems, interests, homes, packages, privileged, autostart, follower }
  const scanner = new Scanner({ root, slices, ...looked, onNewer: onUnpacked })
  return { tier, group, mounts: new MountWatch(), directories, intake, pending, scanner, ...looked }
}

/** The best group that this kernel gives; handles of targets and whole renames came together, with Linux 5.17. */
function openBestGroup({ queue, kernel }: FilesOptions): {
  group: FanotifyGroup
  renames: 'as-one' | 'as-two'
  tier: Tier
} {
  const suffix = queue === 'unlimited' ? '' : '-limited'
  const refused: { tier: string; why: string }[] = []
  try {
    if (kernel === 'as-found') {
      const group = openNameGroup({ queue, targets: 'with-targets' })
      return { group, renames: 'as-one', tier: { name: `fanotify${suffix}`, refused } }
    }
    refused.push({ tier: 'fanotify', why: 'not wanted' })
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'permission') throw thrown
    refused.push({ tier: 'fanotify', why: messageOf(thrown) })
  }
  const group = openNameGroup({ queue, targets: 'without-targets' })
  return { group, renames: 'as-two', tier: { name: `fanotify-5.9${suffix}`, refused } }
}
