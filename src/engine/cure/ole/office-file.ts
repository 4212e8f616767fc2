// A compound file both as it is read (parsers/cfb) and as it can be changed, and what belongs to its VBA projects ([MS-OVBA]
// 2.2.1): Word keeps them in `Macros`, Excel in `_VBA_PROJECT_CUR`, PowerPoint in a compound file of their own.

import { type Cfb, type CfbEntry, readCfb } from '../../parsers/cfb/index.ts'
import { readVbaProjects } from '../../parsers/vba/index.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { CannotCure } from '../editor.ts'
import { CompoundFile } from './compound-file.ts'
import { hideProject } from './workbook.ts'

/** Storages that hold nothing but a project. */
const projectStorages: ReadonlySet<string> = new Set(['macros', '_vba_project_cur'])
/** Streams beside the storage `VBA`. */
const besideVba: ReadonlySet<string> = new Set(['project', 'projectwm', 'projectlk'])

export interface OfficeFile {
  readonly cfb: Cfb
  readonly compound: CompoundFile
  /** By the entries of `cfb`. */
  readonly indices: ReadonlyMap<CfbEntry, number>
}

export function openOfficeFile(source: ByteSource, budget: Budget): OfficeFile {
  const cfb = readCfb(source, budget)
  if (cfb === undefined || cfb.faults.length > 0) throw new CannotCure('its compound file is damaged')
  const compound = new CompoundFile(source, budget)
  const used = compound.directory.entries.filter(
    ({ kind, name, size }) => kind !== 'unused' && (kind === 'root' || name !== '' || size !== 0),
  )
  if (used.length !== cfb.entries.length) throw new CannotCure('its directory can be read in two ways')
  const indices = new Map<CfbEntry, number>()
  for (const [at, entry] of cfb.entries.entries()) {
    const other = used[at]
    if (other === undefined || other.name !== entry.name) {
      throw new CannotCure('its directory can be read in two ways')
    }
    indices.set(entry, other.index)
  }
  return { cfb, compound, indices }
}

/** The tops of all VBA projects: entries that go with what is in them. */
export function macroEntries({ cfb, compound, indices }: OfficeFile, budget: Budget): number[] {
  const { entries } = compound.directory
  const tops = new Set<number>()
  for (const { path, formStreams } of readVbaProjects(cfb, budget)) {
    const storage = cfb.entries.find((entry) => entry.kind === 'storage' && entry.path === path)
    const index = storage === undefined ? undefined : indices.get(storage)
    const parent = entries[index ?? 0]?.parent
    if (index === undefined || parent === undefined) throw new CannotCure('its macros are in no storage')
    if (projectStorages.has(entries[parent]?.name.toLowerCase() ?? '')) {
      tops.add(parent)
      continue
    }
    tops.add(index)
    for (const child of entries[parent]?.children ?? []) {
      if (besideVba.has(entries[child]?.name.toLowerCase() ?? '')) tops.add(child)
    }
    for (const stream of formStreams) {
      const form = topBelow(entries[indices.get(stream) ?? 0], parent, compound)
      if (form !== undefined) tops.add(form)
    }
  }
  // A project in a storage that goes as a whole goes with it.
  return [...tops].filter((index) => ![...tops].some((top) => top !== index && isIn(index, top, compound)))
}

/** The child of `parent` that the entry lies in. */
function topBelow(
  entry: { readonly index: number; readonly parent: number | undefined } | undefined,
  parent: number,
  { directory }: CompoundFile,
): number | undefined {
  let at = entry
  while (at?.parent !== undefined && at.parent !== parent) at = directory.entries[at.parent]
  return at?.parent === parent ? at.index : undefined
}

function isIn(index: number, top: number, { directory }: CompoundFile): boolean {
  for (let at: number | undefined = index; at !== undefined; at = directory.entries[at]?.parent) {
    if (at === top) return true
  }
  return false
}

/** Whether the entry is a part of one of those. */
export function isAmong(index: number, tops: readonly number[], { compound }: OfficeFile): boolean {
  return tops.some((top) => isIn(index, top, compound))
}

/** Nothing but a project, as in `vbaProject.bin`: without it, it is a file that nobody can open. */
export function isBareProject({ cfb, compound, indices }: OfficeFile, tops: readonly number[]): boolean {
  return cfb.entries.every((entry) => {
    const index = indices.get(entry) ?? 0
    return entry.kind !== 'stream' || tops.some((top) => isIn(index, top, compound))
  })
}

export function removeMacros(file: OfficeFile, tops: readonly number[], budget: Budget): void {
  const { cfb, compound, indices } = file
  compound.remove(tops)
  for (const entry of cfb.entries) {
    const index = indices.get(entry)
    if (entry.kind === 'stream' && index !== undefined) hideProject(entry, index, compound, budget)
  }
}
