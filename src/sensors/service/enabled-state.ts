// Whether a unit starts by itself, in the words of `systemctl is-enabled` (systemctl(1)), from its files and links.

import { basename, dirname } from 'node:path'

import type { EnabledState } from './unit.ts'
import type { UnitSettings } from '../unit-file.ts'
import type { UnitEntry, UnitLink } from '../unit-search.ts'

export interface UnitPlace {
  readonly entry: UnitEntry
  /** Folders where units are looked for. */
  readonly folders: ReadonlySet<string>
  /** Links of `.wants` folders and the like that start the unit. */
  readonly links: readonly UnitLink[]
  /** Links that give it another name. */
  readonly aliases: readonly UnitEntry[]
  /** Those of the file and its drop-ins. */
  readonly settings: UnitSettings
}

export function isMasked({ isEmpty, link }: UnitEntry): boolean {
  return isEmpty || link === '/dev/null'
}

/** The name of the unit that a link stands for when it is another one; templates stand for their instances. */
export function aliasTarget({ name, link }: UnitEntry): string | undefined {
  if (link === undefined || link === '') return undefined
  const target = basename(link)
  return target === name || templateOf(name) === target ? undefined : target
}

/** `a@b.service` → `a@.service`; undefined for names without an instance. */
export function templateOf(name: string): string | undefined {
  const match = /^(.+@)[^@]+(\.\w+)$/.exec(name)
  return match === null ? undefined : `${match[1]}${match[2]}`
}

export function enabledState(place: UnitPlace): EnabledState {
  const { entry, folders, settings } = place
  const isRuntime = entry.origin !== 'config' && entry.origin !== 'vendor'
  if (isMasked(entry)) return isRuntime ? 'masked-runtime' : 'masked'
  if (aliasTarget(entry) !== undefined) return 'alias'
  if (entry.origin === 'generator') return 'generated'
  if (entry.origin === 'transient') return 'transient'
  const byLink = linkState(place)
  if (byLink !== undefined) return byLink
  if (isLinked(entry, folders)) return isRuntime ? 'linked-runtime' : 'linked'
  const has = (key: string): boolean => (settings.get(`Install.${key}`)?.length ?? 0) > 0
  if (has('WantedBy') || has('RequiredBy') || has('UpheldBy') || has('Alias')) return 'disabled'
  return has('Also') ? 'indirect' : 'static'
}

/** A link to a file outside of the folders where units are looked for. */
function isLinked({ link }: UnitEntry, folders: ReadonlySet<string>): boolean {
  if (link?.startsWith('/') !== true) return false
  const home = dirname(link)
  // Links hold paths as they are seen from the root, folders of a test are below another one.
  return ![...folders].some((folder) => folder === home || folder.endsWith(home))
}

function linkState({ links, aliases, settings }: UnitPlace): EnabledState | undefined {
  const wanted = new Set((settings.get('Install.Alias') ?? []).flatMap((value) => value.split(/\s+/)))
  const enabling = [...links, ...aliases.filter((alias) => wanted.has(alias.name))]
  if (enabling.some(({ origin }) => origin === 'config')) return 'enabled'
  if (enabling.some(({ origin }) => origin === 'runtime')) return 'enabled-runtime'
  return aliases.some(({ origin }) => origin === 'config' || origin === 'runtime') ? 'indirect' : undefined
}

/** The units that a link in a `.wants` folder starts: an instance also counts for its template. */
export function startedBy({ name, link }: UnitLink): ReadonlySet<string> {
  const names = new Set([name, basename(link)])
  const template = templateOf(name)
  if (template !== undefined) names.add(template)
  return names
}
