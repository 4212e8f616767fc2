// Step 11: what applications and their users left: containers and images, what web servers serve, histories of shells and clients,
// profiles of browsers.

import { snapshotHistory } from '../../sensors/history/index.ts'
import { accountHomes } from '../targets/account-homes.ts'
import type { CollectStep, FileItem } from '../step.ts'
import { type ContainerRow, containersOf, imagesOf } from './containers.ts'
import { foldersIn } from './container-file.ts'
import { Host } from './host.ts'
import { browserProfiles, found, userTraces } from './places.ts'
import { tables } from './tables.ts'
import { Taken } from './take.ts'
import { webRootsOf } from './web-roots.ts'

export const applicationsStep: CollectStep = {
  id: 'applications',
  title: 'Containers, web servers, histories, browsers',
  profiles: ['full'],
  maxMs: { quick: 20_000, full: 20 * 60_000 },
  async *collect(context) {
    using host = new Host(context)
    const homes = homesOf(host)
    const containers = [...containersOf(host, homes)]
    yield { kind: 'rows', name: 'containers', rows: containers }
    yield { kind: 'rows', name: 'container-images', rows: imagesOf(host, homes) }
    yield { kind: 'rows', name: 'web-roots', rows: webRootRows(host) }
    yield* tables(host, snapshotHistory)
    yield { kind: 'rows', name: 'browser-profiles', rows: profileRows(host) }
    const taken = new Taken(host)
    for (const container of containers) yield* containerFiles(container, taken, host)
    yield* taken.all([...userTraces, ...browserProfiles])
  },
}

function homesOf(host: Host): string[] {
  return ['/root', ...foldersIn(host, '/home').map((name) => `/home/${name}`), ...accountHomes(host.tree)]
}

function* webRootRows(host: Host): Generator<object> {
  for (const path of webRootsOf(host)) {
    const file = host.tree.stat(path)
    yield {
      path,
      exists: file !== undefined,
      target: file?.target ?? null,
      changed: file?.times.changed ?? null,
    }
  }
}

function* profileRows(host: Host): Generator<object> {
  for (const { path } of found(host, browserProfiles)) {
    const file = host.tree.stat(path)
    if (file === undefined) continue
    const browser = /\/(firefox|google-chrome|chromium|BraveSoftware|microsoft-edge|vivaldi|opera)/.exec(
      path,
    )?.[1]
    yield {
      path,
      browser: browser ?? null,
      size: file.size,
      uid: file.uid ?? null,
      modified: file.times.modified ?? null,
    }
  }
}

/** The records of the engine beside each other, and the log; what changed inside is in the timeline. */
function* containerFiles({ state, log }: ContainerRow, taken: Taken, host: Host): Generator<FileItem> {
  for (const folder of [state, `${state}/userdata`]) {
    for (const { name, kind } of host.tree.list(folder))
      if (kind === 'file') yield* taken.one(`${folder}/${name}`)
  }
  if (log?.startsWith('/') === true) yield* taken.one(log)
}
