// What starts services where systemd does not, or beside it: System V init scripts with their runlevels, rc.local,
// OpenRC's runlevels, runit's folders.

import { lstatSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

import { pathText } from '../../base/text.ts'
import { namesIn } from '../folder-watch.ts'
import type { SmallFile, SmallFileCache } from '../small-file.ts'
import type { Unit, UnitScan } from './unit.ts'
import { unitKey } from './unit.ts'

/** Folders of links to scripts that a runlevel starts; `S20name` starts, `K20name` stops. */
const runlevels = ['rcS.d', 'rc0.d', 'rc1.d', 'rc2.d', 'rc3.d', 'rc4.d', 'rc5.d', 'rc6.d'].flatMap((name) => [
  `/etc/${name}`,
  `/etc/rc.d/${name}`,
])
const scriptFolders = ['/etc/init.d', '/etc/rc.d/init.d']
const localScripts = ['/etc/rc.local', '/etc/rc.d/rc.local']
const openrcRunlevels = '/etc/runlevels'
/** A folder here with a `run` in it is a service; those of runit's other folder are only kept for use. */
const runitActive = ['/etc/service', '/var/service', '/service', '/etc/runit/runsvdir/current']
const runitKept = ['/etc/sv']

/** `root` is bytes in a latin1 string. */
export function initScripts(root: string, files: SmallFileCache): UnitScan {
  const reader = new InitReader(root, files)
  reader.readSystemV()
  reader.readRunit()
  return reader
}

class InitReader implements UnitScan {
  readonly units = new Map<string, Unit>()
  readonly problems: string[] = []
  readonly folders = new Set<string>()
  readonly changedMs = new Map<string, number>()
  readonly #root: string
  readonly #files: SmallFileCache
  readonly #seen = new Set<string>()

  constructor(root: string, files: SmallFileCache) {
    this.#root = root
    this.#files = files
  }

  readSystemV(): void {
    const wanted = new Map<string, string[]>()
    for (const folder of runlevels) this.#runlevel(folder, basename(folder, '.d'), wanted)
    const isOpenrc = this.#list(openrcRunlevels).length > 0
    for (const level of this.#list(openrcRunlevels))
      this.#runlevel(`${openrcRunlevels}/${level}`, pathText(level), wanted)
    for (const folder of scriptFolders) {
      for (const name of this.#list(folder)) {
        if (name === 'README' || name.startsWith('.')) continue
        const levels = wanted.get(name) ?? []
        this.#add(`${folder}/${name}`, { name, type: isOpenrc ? 'openrc' : 'init-script', levels })
      }
    }
    for (const path of localScripts) this.#addLocal(path)
  }

  readRunit(): void {
    for (const folder of runitActive) {
      for (const name of this.#list(folder))
        this.#add(`${folder}/${name}/run`, { name, type: 'runit', levels: [folder] })
    }
    for (const folder of runitKept) {
      for (const name of this.#list(folder))
        this.#add(`${folder}/${name}/run`, { name, type: 'runit', levels: [] })
    }
  }

  #runlevel(folder: string, level: string, wanted: Map<string, string[]>): void {
    for (const name of this.#list(folder)) {
      // System V names say the order; OpenRC's links have the script's own name.
      const script = /^S\d\d(.+)$/.exec(name)?.[1] ?? (folder.startsWith(openrcRunlevels) ? name : undefined)
      if (script === undefined) continue
      const target = this.#linkName(`${folder}/${name}`) ?? script
      const levels = wanted.get(target) ?? []
      wanted.set(target, [...levels, level])
    }
  }

  #linkName(path: string): string | undefined {
    try {
      return basename(readlinkSync(Buffer.from(this.#root + path, 'latin1'), 'latin1'))
    } catch {
      return undefined
    }
  }

  /** Names of a folder that is watched from now on; none when the folder is another one's link. */
  #list(folder: string): string[] {
    const path = this.#root + folder
    try {
      const stat = lstatSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false })
      if (stat === undefined || (stat.isSymbolicLink() && scriptFolders.includes(folder))) return []
    } catch {
      return []
    }
    this.folders.add(path)
    return namesIn(path)
  }

  /** rc.local is run at start when it is executable. */
  #addLocal(path: string): void {
    const { file } = this.#files.read(this.#root + path)
    if (file !== undefined)
      this.#add(path, { name: basename(path), type: 'init-script', levels: file.executable ? ['boot'] : [] })
  }

  #add(
    path: string,
    {
      name,
      type,
      levels,
    }: { readonly name: string; readonly type: string; readonly levels: readonly string[] },
  ): void {
    const full = this.#root + path
    const { file } = this.#files.read(full)
    if (file === undefined || this.#isSeen(full)) return
    const unit = scriptUnit(path, file, { name: pathText(name), type, levels })
    const key = unitKey(unit)
    if (this.units.has(key)) return
    this.units.set(key, unit)
    this.changedMs.set(key, file.changedMs)
  }

  /** runit's active folders are links to those that are kept. */
  #isSeen(full: string): boolean {
    if (this.#seen.has(full)) return true
    this.#seen.add(full)
    return false
  }
}

function scriptUnit(
  path: string,
  file: SmallFile,
  {
    name,
    type,
    levels,
  }: { readonly name: string; readonly type: string; readonly levels: readonly string[] },
): Unit {
  return {
    name,
    type,
    scope: 'init',
    path: pathText(path),
    enabled: levels.length > 0 ? 'enabled' : 'disabled',
    exec: [],
    execTruncated: false,
    sha256: file.sha256,
    mtime: file.mtime,
    dropIns: [],
    wantedBy: levels,
  }
}
