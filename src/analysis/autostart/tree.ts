// Everything on a disk that starts by itself, each with what its program is.

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Notes } from '../../evidence/note.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import type { Machine } from '../machine/hives.ts'
import { type ProgramFacts, type ProgramOptions, Programs } from '../programs/programs.ts'
import { CaseFolding } from '../programs/windows-path.ts'
import type { StartEntry } from './entry.ts'
import { fileEntries } from './files.ts'
import { linuxPlaces } from './linux-places.ts'
import { linuxStarts } from './linux.ts'
import { registryEntries } from './registry.ts'
import { machineOf } from './tree-hives.ts'

export interface TreeStart extends StartEntry {
  /** The file in the tree that `image` names. */
  readonly program?: ProgramFacts
  /** True: the disk is there, the file is not. */
  readonly isMissing: boolean
}

/** `wants`: entries whose programs are examined and that are given. */
export function startsOfTree(
  tree: EvidenceTree,
  options: ProgramOptions & { readonly wants: (entry: StartEntry) => boolean },
): Iterable<TreeStart> {
  const folding = new CaseFolding(tree)
  return examined(tree, { folding, programs: new Programs(tree, options, folding), ...options })
}

interface Context {
  readonly folding: CaseFolding
  readonly programs: Programs
  readonly notes: Notes
  readonly wants: (entry: StartEntry) => boolean
}

function* examined(tree: EvidenceTree, context: Context): Generator<TreeStart, void, undefined> {
  const { folding, programs, notes, wants } = context
  const machine = tree.system === 'linux' ? undefined : machineOf(tree, folding, notes)
  const entries =
    tree.system === 'linux' ? linuxEntries(tree, context) : windowsEntries(tree, { ...context, machine })
  for (const entry of entries) {
    if (!wants(entry)) continue
    const home = entry.user === undefined ? undefined : machine?.homes.get(entry.user)
    const program = guarded(notes, entry.image, () =>
      entry.image === '' ? undefined : programs.factsOf(entry.image, home),
    )
    const isMissing =
      tree.system !== 'linux' && program === undefined && programs.isMissing(entry.image, home)
    yield { ...entry, ...(program === undefined ? {} : { program }), isMissing }
  }
}

function* windowsEntries(
  tree: EvidenceTree,
  { machine, folding, notes }: Context & { readonly machine: Machine | undefined },
): Generator<StartEntry, void, undefined> {
  const ofFiles = new Map<string, StartEntry>()
  const others: StartEntry[] = []
  for (const entry of fileEntries(tree, { folding, notes, machine })) {
    if (entry.category === 'Scheduled Tasks') ofFiles.set(sameTask(entry), entry)
    else others.push(entry)
  }
  for (const entry of machine === undefined ? [] : registryEntries(machine)) {
    // A task stands in the registry and as a file; whether it is switched off only the file says.
    const file = entry.category === 'Scheduled Tasks' ? ofFiles.get(sameTask(entry)) : undefined
    if (file === undefined) yield entry
    else {
      ofFiles.delete(sameTask(entry))
      yield { ...entry, isEnabled: file.isEnabled }
    }
  }
  yield* ofFiles.values()
  yield* others
}

function sameTask({ entry, command, classId = '' }: StartEntry): string {
  return `${entry}\n${classId === '' ? command : classId.replaceAll(/[{}]/g, '')}`.toLowerCase()
}

function* linuxEntries(
  tree: EvidenceTree,
  { folding, notes }: Context,
): Generator<StartEntry, void, undefined> {
  for (const place of linuxPlaces) {
    for (const path of new Set(place.globs.flatMap((glob) => [...folding.filesAt(glob)]))) {
      const modified = tree.stat(path)?.times.modified
      using source = guarded(notes, path, () => tree.open(path))
      if (source === undefined) continue
      const file = { path, source, notes, ...(modified === undefined ? {} : { modified }) }
      for (const { entry } of linuxStarts(file, place)) yield entry
    }
  }
}

function guarded<T>(notes: Notes, path: string, act: () => T): T | undefined {
  try {
    return act()
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    notes.add(`${path}: ${messageOf(thrown)}`)
    return undefined
  }
}
