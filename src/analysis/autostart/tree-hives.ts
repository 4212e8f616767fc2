// The hives of a Windows disk, in the places where Windows keeps them.

import { AppError, messageOf } from '../../base/app-error.ts'
import { Notes } from '../../evidence/note.ts'
import type { RegistryHive } from '../../evidence/registry/index.ts'
import type { FileSource } from '../../evidence/source.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import { hiveOf } from '../artefacts/hive.ts'
import { userOf } from '../machine/hive-owner.ts'
import { type Machine, machinesOf } from '../machine/hives.ts'
import type { CaseFolding } from '../programs/windows-path.ts'

const hivePlaces = [
  '/Windows/System32/config/SYSTEM',
  '/Windows/System32/config/SOFTWARE',
  '/Windows/System32/config/SAM',
  '/Windows/System32/config/SECURITY',
  '/Windows/System32/config/DEFAULT',
  '/Windows/AppCompat/Programs/Amcache.hve',
  '/WINNT/System32/config/SYSTEM',
  '/WINNT/System32/config/SOFTWARE',
  '/Users/*/NTUSER.DAT',
  '/Users/*/AppData/Local/Microsoft/Windows/UsrClass.dat',
  '/Documents and Settings/*/NTUSER.DAT',
  '/Documents and Settings/*/Local Settings/Application Data/Microsoft/Windows/UsrClass.dat',
  '/Windows/ServiceProfiles/*/NTUSER.DAT',
]

export interface TreeHive {
  readonly path: string
  readonly hive: RegistryHive
  readonly user: string
}

/** Hives that cannot be read are notes, and what is damaged in them too. */
export function hivesOfTree(tree: EvidenceTree, folding: CaseFolding, notes: Notes): TreeHive[] {
  const found: TreeHive[] = []
  for (const path of new Set(hivePlaces.flatMap((glob) => [...folding.filesAt(glob)]))) {
    const own = new Notes(20)
    const hive = openHiveAt(tree, path, own)
    for (const { text, offset } of own.kept) notes.add(`${path}: ${text}`, offset)
    if (hive !== undefined && hive.kind !== 'unknown') found.push({ path, hive, user: userOf(hive, path) })
  }
  return found
}

/** Undefined where there is none. */
export function machineOf(tree: EvidenceTree, folding: CaseFolding, notes: Notes): Machine | undefined {
  return machinesOf(hivesOfTree(tree, folding, notes).map((found) => ({ ...found, label: found.path })))[0]
}

function openHiveAt(tree: EvidenceTree, path: string, notes: Notes): RegistryHive | undefined {
  const folder = path.slice(0, path.lastIndexOf('/'))
  try {
    using source = tree.open(path)
    if (source === undefined) return undefined
    return hiveOf({ path, source, notes, neighbour: (wanted) => neighbourOf(tree, folder, wanted) })
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    notes.add(messageOf(thrown))
    return undefined
  }
}

function neighbourOf(tree: EvidenceTree, folder: string, wanted: string): FileSource | undefined {
  for (const { name, kind } of tree.list(folder === '' ? '/' : folder))
    if (kind === 'file' && name.toLowerCase() === wanted) return tree.open(`${folder}/${name}`)
  return undefined
}
