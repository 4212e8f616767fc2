// What a collection will take and from where, before it begins: the running host, a folder where a disk is mounted, a raw image.

import type { Note } from '../evidence/note.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import type { CollectStep } from './step.ts'
import { ownTargets, type TargetList } from './targets/index.ts'
import type { CollectedTree } from './tree-steps.ts'

export interface Collection extends Disposable {
  readonly kind: 'live' | 'folder' | 'image'
  /** The folder that stands for `/`; '' on the running host, and where there is none. */
  readonly root: string
  readonly trees: readonly CollectedTree[]
  readonly lists: readonly TargetList[]
  /** In the order in which they are run. */
  readonly steps: readonly CollectStep[]
  /** Those of them that take files of lists. */
  readonly fileSteps: readonly CollectStep[]
  /** About the medium: what of it cannot be read. */
  readonly notes: readonly Note[]
  /** Of the running host: what the case file tells of it. */
  readonly host?: Readonly<Record<string, string>>
  /** Of a running Windows: letters of the drives that are examined. */
  readonly drives?: readonly string[]
}

/** Those of the user, and ours for the systems of the trees. */
export function listsFor(trees: readonly EvidenceTree[], given: readonly TargetList[]): TargetList[] {
  const systems = new Set(
    trees.flatMap(({ system }) => (system === 'unknown' ? (['windows', 'linux'] as const) : [system])),
  )
  return [...given, ...[...systems].flatMap((system) => ownTargets(system))]
}
