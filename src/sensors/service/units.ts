// All systemd units with their files: of the system, for all users, and of each user.

import { setImmediate as breathe } from 'node:timers/promises'

import { pathText } from '../../base/text.ts'
import { aliasTarget, enabledState, isMasked, startedBy, templateOf } from './enabled-state.ts'
import type { SmallFile, SmallFileCache } from '../small-file.ts'
import { clippedExec, type DropIn, type Unit } from './unit.ts'
import { addUnitFile, lastValue, type UnitSettings } from '../unit-file.ts'
import {
  dropInFolders,
  isForeign,
  listUnitFolders,
  type UnitEntry,
  type UnitFolders,
  type UnitLink,
  type UnitScope,
  unitTypes,
} from '../unit-search.ts'

/** Settings that hold what a unit runs, by type. */
const execKeys = [
  'Service.ExecStartPre',
  'Service.ExecStart',
  'Service.ExecStartPost',
  'Service.ExecReload',
  'Service.ExecStop',
  'Service.ExecStopPost',
  'Socket.ExecStartPre',
  'Socket.ExecStartPost',
  'Mount.What',
  'Timer.OnCalendar',
]

const typeFolder = new RegExp(`^(?:${unitTypes.join('|')})\\.d$`)

export interface ScopeUnits {
  readonly units: readonly Unit[]
  readonly problems: readonly string[]
  readonly folders: ReadonlySet<string>
  /** By name. */
  readonly changedMs: ReadonlyMap<string, number>
}

/** Units that are read before others may have the thread: about 2 ms. */
const slice = 32

/** Reads one scope; the paths of the units still have the root. */
export function unitsOf(scope: UnitScope, files: SmallFileCache): Promise<ScopeUnits> {
  return new ScopeReader(scope, files).read()
}

class ScopeReader {
  readonly #scope: UnitScope
  readonly #files: SmallFileCache
  readonly #own: UnitFolders
  readonly #above: UnitFolders
  readonly #problems: string[] = []
  readonly #changedMs = new Map<string, number>()
  /** By the name of the unit. */
  readonly #links = new Map<string, UnitLink[]>()
  readonly #aliases = new Map<string, UnitEntry[]>()

  constructor(scope: UnitScope, files: SmallFileCache) {
    this.#scope = scope
    this.#files = files
    this.#own = listUnitFolders(scope.folders)
    this.#above = listUnitFolders(scope.above)
    for (const link of this.#own.links) for (const name of startedBy(link)) push(this.#links, name, link)
    for (const entries of this.#own.entries.values()) {
      for (const entry of entries) {
        const target = aliasTarget(entry)
        if (target !== undefined) push(this.#aliases, target, entry)
      }
    }
  }

  async read(): Promise<ScopeUnits> {
    // A user may enable a unit that all users have; a link may give a template an instance without a file.
    const names = new Set([...this.#own.entries.keys(), ...this.#own.links.map(({ name }) => name)])
    const units: Unit[] = []
    for (const name of names) {
      const entry = this.#entryOf(name)
      if (entry !== undefined) units.push(this.#unit(name, entry))
      if (units.length % slice === 0) await breathe()
    }
    for (const [folder, files] of this.#own.dropIns) {
      if (!typeFolder.test(folder)) continue
      for (const [name, path] of files) units.push(this.#dropInOfType(`${folder}/${name}`, path))
    }
    return {
      units,
      problems: this.#problems,
      folders: this.#own.folders,
      changedMs: this.#changedMs,
    }
  }

  #entryOf(name: string): UnitEntry | undefined {
    for (const candidate of [name, templateOf(name)]) {
      if (candidate === undefined) continue
      const entry = this.#own.entries.get(candidate)?.[0] ?? this.#above.entries.get(candidate)?.[0]
      if (entry !== undefined) return entry
    }
    return undefined
  }

  #unit(name: string, entry: UnitEntry): Unit {
    const settings: UnitSettings = new Map()
    const masked = isMasked(entry)
    const file = masked ? undefined : this.#read(entry.path)
    if (file !== undefined) {
      addUnitFile(settings, file.text)
      this.#changedMs.set(name, file.changedMs)
    }
    const dropIns = masked ? [] : this.#dropIns(name, settings)
    const user = lastValue(settings, 'Service.User')
    const aliasOf = aliasTarget(entry)
    const links = this.#links.get(name) ?? []
    return {
      name,
      type: name.slice(name.lastIndexOf('.') + 1),
      scope: this.#scope.id,
      path: pathText(entry.path),
      enabled: enabledState({
        entry: { ...entry, name },
        folders: this.#own.folders,
        links,
        aliases: this.#aliases.get(name) ?? [],
        settings,
      }),
      ...clippedExec(execKeys.flatMap((key) => settings.get(key) ?? [])),
      sha256: file?.sha256 ?? '',
      mtime: file?.mtime ?? '',
      dropIns,
      wantedBy: [...new Set(links.map(({ target }) => target))],
      ...(user === undefined ? {} : { user }),
      ...(aliasOf === undefined ? {} : { aliasOf: pathText(aliasOf) }),
    }
  }

  /** Adds their settings in the order of their names, as systemd does. */
  #dropIns(name: string, settings: UnitSettings): DropIn[] {
    const byName = new Map<string, string>()
    for (const folder of dropInFolders(name)) {
      for (const folders of [this.#own, this.#above])
        for (const [file, path] of folders.dropIns.get(folder) ?? [])
          if (!byName.has(file)) byName.set(file, path)
    }
    const dropIns: DropIn[] = []
    for (const [, path] of [...byName].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
      const file = this.#read(path)
      if (file === undefined) continue
      addUnitFile(settings, file.text)
      dropIns.push({ path: pathText(path), sha256: file.sha256 })
      const newest = Math.max(this.#changedMs.get(name) ?? 0, file.changedMs)
      this.#changedMs.set(name, newest)
    }
    return dropIns
  }

  #dropInOfType(name: string, path: string): Unit {
    const settings: UnitSettings = new Map()
    const file = this.#read(path)
    if (file !== undefined) {
      addUnitFile(settings, file.text)
      this.#changedMs.set(name, file.changedMs)
    }
    return {
      name,
      type: 'drop-in',
      scope: this.#scope.id,
      path: pathText(path),
      enabled: 'static',
      ...clippedExec(execKeys.flatMap((key) => settings.get(key) ?? [])),
      sha256: file?.sha256 ?? '',
      mtime: file?.mtime ?? '',
      dropIns: [],
      wantedBy: [],
    }
  }

  #read(path: string): SmallFile | undefined {
    const result = this.#files.read(path)
    if (result.file === undefined) {
      if (result.why !== 'absent') this.#problems.push(`${pathText(path)} is not read: ${result.why}`)
      return undefined
    }
    if (!isForeign(this.#scope, path, result.file.uid)) return result.file
    this.#problems.push(`${pathText(path)} is not read: it belongs to uid ${result.file.uid}`)
    return undefined
  }
}

function push<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
