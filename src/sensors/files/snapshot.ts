// What a host has now of privileged and autostart files, for `haechi snapshot` and `haechi diff`.

import { messageOf } from '../../base/app-error.ts'
import { pathText } from '../../base/text.ts'
import type { SnapshotTable, Snapshotter } from '../sensor.ts'
import { see } from './autostart.ts'
import { autostartPaths } from './autostart-paths.ts'
import { storedMounts } from './file-systems.ts'
import { Homes } from './homes.ts'
import { digestOf, octal, type Privileges, privilegesOf, statOf } from './look.ts'
import { Packages } from './packages.ts'
import { Slices } from './slices.ts'
import { walk } from './walk.ts'

type Row = SnapshotTable['rows'][number]

/** More rows than any host has. */
const maxRows = 200_000

export const snapshotFiles: Snapshotter = async (root) => {
  const slices = new Slices({ workMs: 20, pauseMs: 0 })
  return [await privilegedTable(root, slices), await autostartTable(root, slices)]
}

async function privilegedTable(root: string, slices: Slices): Promise<SnapshotTable> {
  const problems: string[] = []
  const packages = new Packages({ root, slices, notice: (message) => problems.push(message) })
  await packages.load()
  if (packages.state === 'absent') problems.push('there is no package database to check the files against')
  const found = await findPrivileged(root, { slices, problems })
  const rows: Row[] = []
  for (const { path, privileges } of found) {
    const stat = statOf(path)
    if (stat === undefined) continue
    const integrity = packages.state === 'ready' ? await packages.check(path) : 'unknown'
    rows.push({
      path: pathText(path),
      mode: octal(stat.mode),
      owner: `${stat.uid}:${stat.gid}`,
      capabilities: privileges.capabilities,
      package: packages.ownerOf(path) ?? '',
      package_state: packageState(packages, path, integrity),
      size: stat.size,
      sha256: digestOf(path, 'sha256'),
    })
  }
  return { name: 'suid', key: ['path'], rows, problems }
}

async function findPrivileged(
  root: string,
  options: { readonly slices: Slices; readonly problems: string[] },
): Promise<{ path: string; privileges: Privileges }[]> {
  const { slices, problems } = options
  const found: { path: string; privileges: Privileges }[] = []
  const devices = new Set<number>()
  for (const { point } of storedMounts(root)) {
    const device = statOf(point)?.dev
    if (device === undefined || devices.has(device)) continue
    devices.add(device)
    // A root that is no mount point: nothing outside of it is its own.
    const start = root.startsWith(point === '/' ? point : `${point}/`) ? root : point
    const unread = await walk(start === '' ? '/' : start, {
      slices,
      visit(path, stat) {
        const privileges = privilegesOf(path, stat)
        if (privileges !== undefined && found.length < maxRows) found.push({ path, privileges })
      },
      isSkipped: () => false,
    })
    if (unread > 0) problems.push(`${unread} directories of ${pathText(point)} could not be read`)
  }
  return found
}

function packageState(packages: Packages, path: string, integrity: string): string {
  if (packages.state !== 'ready') return 'unchecked'
  return packages.ownerOf(path) === undefined ? 'unowned' : integrity
}

async function autostartTable(root: string, slices: Slices): Promise<SnapshotTable> {
  const rows: Row[] = []
  const problems: string[] = []
  try {
    for await (const { path, stat, place } of autostartPaths(root, new Homes(root), slices)) {
      if (rows.length >= maxRows) break
      rows.push({
        path: pathText(path),
        kind: place.kind,
        sha256: see(path, stat, place).file.sha256,
        size: stat.size,
        mtime: stat.mtime.toISOString(),
        mode: octal(stat.mode),
        owner: `${stat.uid}:${stat.gid}`,
      })
    }
  } catch (thrown) {
    problems.push(`not all autostart places could be read: ${messageOf(thrown)}`)
  }
  return { name: 'autostart', key: ['path'], rows, problems }
}
