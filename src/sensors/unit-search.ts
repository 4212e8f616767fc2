// Where systemd looks for units (systemd.unit(5), "Unit File Load Path"), and what is there: unit files, links that
// enable, drop-ins. Names are bytes in latin1 strings.

import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'

import type { Account } from './accounts.ts'
import { namesIn } from './folder-watch.ts'

export type FolderOrigin = 'config' | 'runtime' | 'generator' | 'transient' | 'vendor'

export interface UnitFolder {
  readonly path: string
  readonly origin: FolderOrigin
}

export interface UnitScope {
  /** `system`, `user` (for all users), `user:NAME` (one user's own). */
  readonly id: string
  readonly folders: readonly UnitFolder[]
  /** Where units that this scope enables, but does not have, are found. */
  readonly above: readonly UnitFolder[]
  /** Files of anybody else are not read: the folders belong to this uid. */
  readonly owner?: number
}

/** One name in a folder of units. */
export interface UnitEntry {
  readonly name: string
  readonly path: string
  readonly origin: FolderOrigin
  /** Text of the link, when it is one. */
  readonly link?: string
  readonly isEmpty: boolean
}

/** `multi-user.target.wants/NAME`: NAME is started with the target. */
export interface UnitLink {
  readonly name: string
  readonly target: string
  /** Where the link leads; its last name is the unit when that differs from the link's name. */
  readonly link: string
  readonly origin: FolderOrigin
}

export interface UnitFolders {
  /** By name, the one that counts first. */
  readonly entries: ReadonlyMap<string, readonly UnitEntry[]>
  readonly links: readonly UnitLink[]
  /** Folder of drop-ins (`NAME.d`) → files by name, the one that counts. */
  readonly dropIns: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** All folders that exist, to be watched. */
  readonly folders: ReadonlySet<string>
}

const systemFolders: readonly (readonly [path: string, origin: FolderOrigin])[] = [
  ['/etc/systemd/system.control', 'config'],
  ['/run/systemd/system.control', 'runtime'],
  ['/run/systemd/transient', 'transient'],
  ['/run/systemd/generator.early', 'generator'],
  ['/etc/systemd/system', 'config'],
  ['/etc/systemd/system.attached', 'config'],
  ['/run/systemd/system', 'runtime'],
  ['/run/systemd/system.attached', 'runtime'],
  ['/run/systemd/generator', 'generator'],
  ['/usr/local/lib/systemd/system', 'vendor'],
  ['/usr/lib/systemd/system', 'vendor'],
  ['/lib/systemd/system', 'vendor'],
  ['/run/systemd/generator.late', 'generator'],
]

const userFolders: readonly (readonly [path: string, origin: FolderOrigin])[] = [
  ['/etc/systemd/user', 'config'],
  ['/run/systemd/user', 'runtime'],
  ['/usr/local/share/systemd/user', 'vendor'],
  ['/usr/share/systemd/user', 'vendor'],
  ['/usr/local/lib/systemd/user', 'vendor'],
  ['/usr/lib/systemd/user', 'vendor'],
  ['/lib/systemd/user', 'vendor'],
]

export const unitTypes = [
  'service',
  'socket',
  'target',
  'timer',
  'path',
  'mount',
  'automount',
  'swap',
  'slice',
  'scope',
  'device',
] as const

const unitName = new RegExp(`^[A-Za-z0-9:_.\\\\@-]{1,240}\\.(?:${unitTypes.join('|')})$`)

/** Whether a name is one of a unit. */
export function isUnitName(name: string): boolean {
  return unitName.test(name)
}

/** `root` as in the context. Users without folders of their own have no scope. */
export function unitScopes(root: string, accounts: readonly Account[]): UnitScope[] {
  const base = Buffer.from(root).toString('latin1')
  const below = (list: typeof systemFolders): UnitFolder[] =>
    distinct(list.map(([path, origin]) => ({ path: base + path, origin })))
  const forAll = below(userFolders)
  const scopes: UnitScope[] = [
    { id: 'system', folders: below(systemFolders), above: [] },
    { id: 'user', folders: forAll, above: [] },
  ]
  const homes = new Set<string>()
  for (const { name, home, uid } of accounts) {
    if (homes.has(home)) continue
    homes.add(home)
    const own = distinct([
      { path: `${base}${home}/.config/systemd/user`, origin: 'config' },
      { path: `${base}${home}/.local/share/systemd/user`, origin: 'vendor' },
    ])
    if (own.length > 0) scopes.push({ id: `user:${name}`, folders: own, above: forAll, owner: uid })
  }
  return scopes
}

/** Those that exist, each once: /lib is often a link to /usr/lib. */
function distinct(folders: readonly UnitFolder[]): UnitFolder[] {
  const seen = new Set<string>()
  return folders.filter(({ path }) => {
    try {
      const stat = statSync(Buffer.from(path, 'latin1'), { throwIfNoEntry: false })
      if (stat === undefined || !stat.isDirectory()) return false
      const id = `${stat.dev}:${stat.ino}`
      return seen.has(id) ? false : seen.add(id)
    } catch {
      return false
    }
  })
}

/** Lists the folders; the first in order is the one that counts. */
export function listUnitFolders(folders: readonly UnitFolder[]): UnitFolders {
  const found = {
    entries: new Map<string, UnitEntry[]>(),
    links: [] as UnitLink[],
    dropIns: new Map<string, Map<string, string>>(),
    folders: new Set<string>(),
  }
  for (const folder of folders) {
    found.folders.add(folder.path)
    for (const name of namesIn(folder.path)) {
      const path = `${folder.path}/${name}`
      if (name.endsWith('.d')) {
        addDropIns(found, name, path)
        continue
      }
      const target = /^(.+)\.(?:wants|requires|upholds)$/.exec(name)?.[1]
      if (target !== undefined) addLinks(found, target, { path, origin: folder.origin })
      else if (isUnitName(name)) addEntry(found.entries, name, { path, origin: folder.origin })
    }
  }
  return found
}

function addEntry(entries: Map<string, UnitEntry[]>, name: string, { path, origin }: UnitFolder): void {
  try {
    const stat = lstatSync(Buffer.from(path, 'latin1'))
    if (stat.isDirectory()) return
    const list = entries.get(name) ?? []
    entries.set(name, list)
    const isEmpty = stat.isFile() && stat.size === 0
    if (!stat.isSymbolicLink()) list.push({ name, path, origin, isEmpty })
    else list.push({ name, path, origin, isEmpty, link: linkText(path) })
  } catch {
    // It went between readdir and here: the next round will say so.
  }
}

function addLinks(
  found: { readonly links: UnitLink[]; readonly folders: Set<string> },
  target: string,
  { path, origin }: UnitFolder,
): void {
  found.folders.add(path)
  for (const name of namesIn(path)) {
    if (isUnitName(name)) found.links.push({ name, target, link: linkText(`${path}/${name}`), origin })
  }
}

function addDropIns(
  found: { readonly dropIns: Map<string, Map<string, string>>; readonly folders: Set<string> },
  name: string,
  path: string,
): void {
  const files = namesIn(path).filter((file) => file.endsWith('.conf'))
  found.folders.add(path)
  const known = found.dropIns.get(name) ?? new Map<string, string>()
  found.dropIns.set(name, known)
  for (const file of files) if (!known.has(file)) known.set(file, `${path}/${file}`)
}

function linkText(path: string): string {
  try {
    return readlinkSync(Buffer.from(path, 'latin1'), 'latin1')
  } catch {
    return ''
  }
}

/** Names of the folders whose drop-ins are added to a unit, without those of the whole type. */
export function dropInFolders(name: string): string[] {
  const dot = name.lastIndexOf('.')
  const type = name.slice(dot)
  const stem = name.slice(0, dot)
  const folders = [`${name}.d`]
  const at = stem.indexOf('@')
  if (at > 0 && at < stem.length - 1) folders.push(`${stem.slice(0, at + 1)}${type}.d`)
  // `a-b-c.service` also takes from `a-b-.service.d` and `a-.service.d`.
  for (let dash = stem.lastIndexOf('-'); dash > 0; dash = stem.lastIndexOf('-', dash - 1))
    folders.push(`${stem.slice(0, dash + 1)}${type}.d`)
  return folders
}

/**
 * Whether a file of a user's folder belongs to somebody else: by a link, a user could have us read what only others
 * may. Units of the host that the user links to are nobody's secret.
 */
export function isForeign(scope: UnitScope, path: string, uid: number): boolean {
  if (scope.owner === undefined || uid === scope.owner) return false
  if (!scope.folders.some((folder) => path.startsWith(`${folder.path}/`))) return false
  try {
    const real = realpathSync(Buffer.from(path, 'latin1'), 'latin1')
    return !scope.above.some((folder) => real.startsWith(`${folder.path}/`))
  } catch {
    return true
  }
}
