// One file of any name: what it is, its first bytes say.

import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { TemplateLibrary } from '../evidence/evtx/index.ts'
import type { Notes } from '../evidence/note.ts'
import { type FileSource, openFileSource } from '../evidence/source.ts'
import type { ArtefactFile, ArtefactKind } from './artefacts/artefact.ts'
import { hiveOf, registryHive } from './artefacts/hive.ts'
import { artefactKinds } from './artefacts/index.ts'
import { userOf } from './machine/hive-owner.ts'
import { machinesOf } from './machine/hives.ts'
import { machineRecords } from './machine/records.ts'
import type { ArtefactRecord, Finding } from './record.ts'

const headBytes = 4096

/** Undefined: no artefact that is known here. */
export function kindOfFile(source: FileSource): ArtefactKind | undefined {
  const head = source.read(0, headBytes)
  const name = basename(source.path).toLowerCase()
  return (
    artefactKinds.find((kind) => kind.begins(head, name)) ??
    artefactKinds.find((kind) => kind.lies(`/${name}`, name))
  )
}

/** `told`: what its reader finds worth a look. Of a hive also what else is read from hives. */
export function* recordsOfFile(
  source: FileSource,
  kind: ArtefactKind,
  { notes, told }: { readonly notes: Notes; readonly told: (finding: Finding) => void },
): Generator<ArtefactRecord, void, undefined> {
  const file = fileOf(source, notes, told)
  yield* kind.read(file)
  if (kind !== registryHive) return
  const hive = hiveOf(file)
  if (hive === undefined) return
  const found = { label: source.path, hive, user: userOf(hive, source.path) }
  for (const machine of machinesOf([found])) {
    yield* machineRecords(machine, {
      programs: { factsOf: () => undefined, isMissing: () => false },
      suspect: told,
    })
  }
}

function fileOf(source: FileSource, notes: Notes, told: (finding: Finding) => void): ArtefactFile {
  const { path } = source
  return {
    path,
    label: path,
    source,
    notes,
    templates: new TemplateLibrary(),
    isFull: true,
    ...(existsSync(path) ? { modified: statSync(path).mtime.toISOString() } : {}),
    neighbour(wanted) {
      const name = readdirSync(dirname(path)).find((one) => one.toLowerCase() === wanted)
      return name === undefined ? undefined : openFileSource(join(dirname(path), name))
    },
    suspect: (finding) => told({ ...finding, by: 'trace', source: path }),
  }
}
