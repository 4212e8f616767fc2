// What a collection will take and from where, before it begins: the running host, a folder where a disk is mounted, a raw image.

import { realpathSync, statSync } from 'node:fs'

import { AppError } from '../base/app-error.ts'
import type { Note } from '../evidence/note.ts'
import { openTrees } from '../evidence/open-trees.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import { volatileSteps } from './live/index.ts'
import type { CollectStep } from './step.ts'
import { HostTree, type SystemOptions, systemStepsWith } from './system/index.ts'
import { givenTargets, ownTargets, type TargetList } from './targets/index.ts'
import { type CollectedTree, treeSteps } from './tree-steps.ts'

export interface CollectionRequest extends SystemOptions {
  /** A folder, a raw image, a disk; undefined: this host. */
  readonly source?: string
  /** Lists of the user, besides our own. */
  readonly targets: readonly string[]
}

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

/** Throws AppError: there is no such source, nothing in it can be read, a list is wrong. */
export function openCollection({ source, targets, ...options }: CollectionRequest): Collection {
  const given = givenTargets(targets)
  if (source === undefined) return openLive(given, options)
  const opened = openTrees(source)
  if (opened.trees.length === 0) {
    opened[Symbol.dispose]()
    throw new AppError('unsupported', `${source} holds no volume that can be read`, {
      hint: opened.notes.kept.map(({ text }) => text).join('; '),
    })
  }
  if (!isWindows && statSync(source).isDirectory() && opened.trees[0]?.system === 'linux') {
    opened[Symbol.dispose]()
    const { openLinuxFolder } = await import('./linux-host.ts')
    return openLinuxFolder(realpathSync(source), given, options)
  }
  const trees = named(opened.trees)
  const lists = listsFor(opened.trees, given)
  const fileSteps = treeSteps(trees, lists)
  return {
    kind: statSync(source).isDirectory() ? 'folder' : 'image',
    root: '',
    trees,
    lists,
    steps: fileSteps,
    fileSteps,
    notes: opened.notes.kept,
    [Symbol.dispose]() {
      opened[Symbol.dispose]()
    },
  }
}

async function openLive(given: readonly TargetList[], secrets: Secrets): Promise<Collection> {
  if (isWindows) return (await import('./windows/host.ts')).openWindowsHost(given)
  return (await import('./linux-host.ts')).openLinuxHost(given, secrets)
}

/** The steps of the running system, whatever else is collected. */
export async function liveSteps(): Promise<readonly CollectStep[]> {
  if (isWindows) return (await import('./windows/host.ts')).windowsSteps()
  return (await import('./linux-host.ts')).linuxSteps
}

export function listsFor(trees: readonly EvidenceTree[], given: readonly TargetList[]): TargetList[] {
  const systems = new Set(
    trees.flatMap(({ system }) => (system === 'unknown' ? (['windows', 'linux'] as const) : [system])),
  )
  return [...given, ...[...systems].flatMap((system) => ownTargets(system))]
}

/** Volumes of one disk are told apart by their number. */
function named(trees: readonly EvidenceTree[]): CollectedTree[] {
  if (trees.length === 1) return trees.map((tree) => ({ tree }))
  return trees.map((tree, index) => ({
    tree,
    volume: `volume${/ volume (\d+)$/.exec(tree.label)?.[1] ?? index + 1}`,
  }))
}
