// Step 8: what starts by itself. As rows, as the guard's sensors read them, and the files themselves, with the programs that they
// start where no package brought those.

import { messageOf } from '../../base/app-error.ts'
import { Packages } from '../../sensors/files/packages.ts'
import { Slices } from '../../sensors/files/slices.ts'
import { snapshotSchedules } from '../../sensors/schedule/index.ts'
import { snapshotServices } from '../../sensors/service/index.ts'
import { accountHomes } from '../targets/account-homes.ts'
import type { CollectItem, CollectStep, FileItem, StepContext } from '../step.ts'
import { Autostart, digestOf } from './autostart.ts'
import { bootImageRows, commandLines } from './boot.ts'
import { bytesOf } from './byte-path.ts'
import { containersOf } from './containers.ts'
import { gitHookRows } from './git-hooks.ts'
import { Host } from './host.ts'
import { keyRows } from './key-rows.ts'
import { autostartTargets, bootConfiguration } from './places.ts'
import { tables } from './tables.ts'
import { Taken } from './take.ts'

export const persistenceStep: CollectStep = {
  id: 'persistence',
  title: 'Units, timers, jobs, start files, keys, boot: what starts by itself',
  profiles: ['quick', 'full'],
  maxMs: { quick: 15_000, full: 10 * 60_000 },
  async *collect(context) {
    using host = new Host(context)
    const autostart = new Autostart(host)
    for await (const table of tables(host, snapshotServices)) {
      naming(autostart, table.rows as Iterable<object>, 'exec')
      yield table
    }
    for await (const table of tables(host, snapshotSchedules)) {
      naming(autostart, table.rows as Iterable<object>, 'command')
      yield table
    }
    const rows = [...autostart.rows()]
    yield { kind: 'rows', name: 'autostart', rows }
    yield { kind: 'rows', name: 'authorized-keys', rows: keyRows(host) }
    yield { kind: 'rows', name: 'kernel-command-lines', rows: commandLines(host) }
    yield { kind: 'rows', name: 'boot-images', rows: bootImageRows(host) }
    yield { kind: 'rows', name: 'restarting-containers', rows: restartingContainers(host) }
    const taken = new Taken(host)
    yield* startedPrograms(host, autostart, { taken, listed: new Set(rows.map(({ path }) => path)) })
    yield* taken.all(filesOf(context))
    yield* hooks(host, taken)
  },
}

/** The programs that rows of a sensor's table start. */
function naming(autostart: Autostart, rows: Iterable<object>, field: string): void {
  for (const row of rows) {
    const { path, [field]: command } = row as Readonly<Record<string, unknown>>
    if (typeof command === 'string') autostart.name(typeof path === 'string' ? path : '', command)
  }
}

function* restartingContainers(host: Host): Generator<object> {
  for (const { engine, id, name, image, command, restart, privileged, state } of containersOf(
    host,
    accountHomes(host.tree),
  )) {
    if (restart !== null && restart !== '' && restart !== 'no')
      yield { engine, id, name, image, command, restart, privileged, state }
  }
}

const owned = /^\/(?:usr|bin|sbin|lib\w*)\/(?!local\/)/

/** Those that exist and that nobody brought: rows, and the files. */
async function* startedPrograms(
  host: Host,
  autostart: Autostart,
  { taken, listed }: { readonly taken: Taken; readonly listed: ReadonlySet<string> },
): AsyncGenerator<CollectItem> {
  const packages = await loadedPackages(host)
  const base = bytesOf(host.root)
  const rows: object[] = []
  const items: FileItem[] = []
  for (const { path, by } of autostart.named.values()) {
    if (host.context.leftMs() <= 0) break
    if (listed.has(path)) continue
    const file = host.tree.stat(path)
    if (file === undefined || file.kind === 'folder' || file.kind === 'other') continue
    const isKnown =
      packages.state === 'ready' ? packages.ownerOf(base + bytesOf(path)) !== undefined : owned.test(path)
    if (isKnown) continue
    rows.push({
      path,
      by,
      kind: file.kind,
      target: file.target ?? null,
      size: file.size,
      uid: file.uid ?? null,
      mode: ((file.mode ?? 0) & 0o7777).toString(8).padStart(4, '0'),
      changed: file.times.changed ?? null,
      sha256: file.size <= host.context.maxFileBytes ? digestOf(host, path) : null,
    })
    items.push(...taken.one(path))
  }
  yield { kind: 'rows', name: 'started-programs', rows }
  yield* items
}

async function loadedPackages(host: Host): Promise<Packages> {
  const packages = new Packages({
    root: bytesOf(host.root),
    slices: new Slices({ workMs: 50, pauseMs: 0 }),
    notice: (text) => host.context.note(text),
  })
  try {
    await packages.load()
  } catch (thrown) {
    host.context.note(messageOf(thrown))
  }
  return packages
}

/** Without the kernel's modules: they are hundreds of megabytes, and their digests are told with those of the programs. */
function filesOf({ profile }: StepContext): typeof autostartTargets {
  const small = autostartTargets.filter(({ id }) => id !== 'kernel-module')
  // Modules of PAM and NSS are told by their digests; in a hurry, only what is text.
  return profile === 'quick'
    ? small.filter(({ id }) => id !== 'pam' && id !== 'nss')
    : [...small, ...bootConfiguration]
}

async function* hooks(host: Host, taken: Taken): AsyncGenerator<CollectItem> {
  if (host.context.profile === 'quick') return
  const rows = [...gitHookRows(host)]
  yield { kind: 'rows', name: 'git-hooks', rows }
  for (const { path } of rows) yield* taken.one(path)
}
