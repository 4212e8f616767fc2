// A Linux host that runs, or a folder where its disk is mounted, as what a collection takes.

import { readFileSync } from 'node:fs'
import { arch, hostname, release } from 'node:os'

import { type Collection, listsFor } from './collection.ts'
import { volatileSteps } from './live/index.ts'
import type { CollectStep } from './step.ts'
import { HostTree, type SystemOptions, systemSteps, systemStepsWith } from './system/index.ts'
import type { TargetList } from './targets/index.ts'
import { treeSteps } from './tree-steps.ts'

/** Of the running system, in the order of its volatility. */
export const linuxSteps: readonly CollectStep[] = [...volatileSteps, ...systemSteps]

/** The running system first, in the order of volatility; then its disk. */
export function openLinuxHost(given: readonly TargetList[], options: SystemOptions): Collection {
  const { steps, ...disk } = openLinuxFolder('', given, options)
  return { ...disk, kind: 'live', steps: [...volatileSteps, ...steps], host: linuxFacts() }
}

/** `root`: without links in it, '' for the running host. What is mounted there from other hosts is not touched. */
export function openLinuxFolder(
  root: string,
  given: readonly TargetList[],
  options: SystemOptions,
): Collection {
  const tree = new HostTree(root, options.secrets ?? 'left-out')
  const trees = [{ tree }]
  const lists = listsFor([tree], given)
  const fileSteps = treeSteps(trees, lists)
  return {
    kind: 'folder',
    root,
    trees,
    lists,
    // What the lists name is small and worth most; then what reads the host as a whole.
    steps: [...fileSteps, ...systemStepsWith(options)],
    fileSteps,
    notes: [],
    [Symbol.dispose]() {
      tree[Symbol.dispose]()
    },
  }
}

function linuxFacts(): Record<string, string> {
  return {
    system: 'linux',
    hostname: hostname(),
    kernel: `${release()} ${arch()}`,
    machineId: textOf('/etc/machine-id'),
    bootId: textOf('/proc/sys/kernel/random/boot_id'),
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
