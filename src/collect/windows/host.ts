// A running Windows as what a collection takes: first what is gone first, then the files of its drives by our lists.

import { arch, hostname, release, version } from 'node:os'

import type { Note } from '../../evidence/note.ts'
import { systemFacts } from '../../evidence/system-facts/index.ts'
import { isElevated } from '../../platform/windows/tokens.ts'
import { listDrives } from '../../platform/windows/volumes.ts'
import type { Collection } from '../collection.ts'
import { openDriveTrees } from '../drive-trees.ts'
import type { CollectStep } from '../step.ts'
import type { ScanFile, SystemOptions } from '../system/index.ts'
import { ownTargets, type TargetList } from '../targets/index.ts'
import { treeSteps } from '../tree-steps.ts'
import { autorunsStep } from './autoruns-step.ts'
import { clockStep } from './clock-step.ts'
import { FileDigests } from './file-digests.ts'
import { liveHives } from './live-hive.ts'
import { networkStep } from './network-step.ts'
import { processesStep } from './processes-step.ts'
import { servicesStep } from './services-step.ts'
import { volumesStep } from './volumes-step.ts'

/** In the order in which things are gone. `notes`: of the drives. */
export function windowsSteps(notes: readonly Note[] = [], scan?: ScanFile): CollectStep[] {
  const remote = new Set(listDrives().flatMap(({ letter, kind }) => (kind === 'remote' ? [letter] : [])))
  const digests = new FileDigests({ remote, ...(scan === undefined ? {} : { scan }) })
  return [
    clockStep,
    processesStep(digests),
    networkStep,
    servicesStep(digests),
    autorunsStep(digests),
    volumesStep(notes),
  ]
}

/** `given`: lists of the user. `scan`: judges what runs, and what starts by itself. */
export function openWindowsHost(
  given: readonly TargetList[],
  { scan }: Pick<SystemOptions, 'scan'>,
): Collection {
  const opened = openDriveTrees()
  const trees = opened.trees.map((tree, index) => ({ tree, volume: opened.letters[index] ?? '' }))
  const lists = [...given, ...ownTargets('windows')].filter(({ system }) => system === 'windows')
  const fileSteps = treeSteps(trees, lists)
  const unprivileged = { text: 'not run as administrator: much of this host cannot be read' }
  return {
    kind: 'live',
    root: '',
    trees,
    lists,
    steps: [...windowsSteps(opened.notes.kept, scan), ...fileSteps],
    fileSteps,
    notes: [...(isElevated() ? [] : [unprivileged]), ...opened.notes.kept],
    host: windowsFacts(),
    drives: opened.letters,
    [Symbol.dispose]() {
      opened[Symbol.dispose]()
    },
  }
}

function windowsFacts(): Record<string, string> {
  const facts = new Map(systemFacts(liveHives()).map(({ name, value }) => [name, value]))
  const build = [facts.get('build') ?? '', facts.get('update build revision') ?? ''].filter(Boolean).join('.')
  return {
    system: 'windows',
    hostname: facts.get('computer name') ?? hostname(),
    windows: `${facts.get('product') ?? version()} ${facts.get('display version') ?? ''}`.trim(),
    kernel: `${release()} ${arch()}`,
    build,
    machineId: facts.get('machine GUID') ?? '',
  }
}
