// Opens what is to be collected. What reads a running system is loaded only on that system.

import { realpathSync, statSync } from 'node:fs'

import { AppError } from '../base/app-error.ts'
import { openTrees } from '../evidence/open-trees.ts'
import type { EvidenceTree } from '../evidence/tree.ts'
import { type Collection, listsFor } from './collection.ts'
import type { CollectStep } from './step.ts'
import type { SystemOptions } from './system/index.ts'
import { givenTargets, type TargetList } from './targets/index.ts'
import { type CollectedTree, treeSteps } from './tree-steps.ts'

export interface CollectionRequest extends SystemOptions {
  /** A folder, a raw image, a disk; undefined: this host. */
  readonly source?: string
  /** Lists of the user, besides our own. */
  readonly targets: readonly string[]
}

const isWindows = process.platform === 'win32'

/** Throws AppError: there is no such source, nothing in it can be read, a list is wrong. */
export async function openCollection({
  source,
  targets,
  ...options
}: CollectionRequest): Promise<Collection> {
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

async function openLive(given: readonly TargetList[], options: SystemOptions): Promise<Collection> {
  if (isWindows) return (await import('./windows/host.ts')).openWindowsHost(given, options)
  return (await import('./linux-host.ts')).openLinuxHost(given, options)
}

/** The steps of the running system, whatever else is collected. */
export async function liveSteps(): Promise<readonly CollectStep[]> {
  if (isWindows) return (await import('./windows/host.ts')).windowsSteps()
  return (await import('./linux-host.ts')).linuxSteps
}

/** Volumes of one disk are told apart by their number. */
function named(trees: readonly EvidenceTree[]): CollectedTree[] {
  if (trees.length === 1) return trees.map((tree) => ({ tree }))
  return trees.map((tree, index) => ({
    tree,
    volume: `volume${/ volume (\d+)$/.exec(tree.label)?.[1] ?? index + 1}`,
  }))
}
