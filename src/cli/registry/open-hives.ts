// The hives that operands name or hold, those of disks with the programs that lie there.

import { statSync } from 'node:fs'

import { CaseFolding, hivesOfTree, Programs } from '../../analysis/index.ts'
import { Notes } from '../../evidence/note.ts'
import type { Terminal } from '../render/terminal.ts'
import { loadHives, type LoadedHive } from './load-hives.ts'
import { operandsOf } from './operands.ts'
import { programOptions } from './program-options.ts'

const shownNotes = 10

export interface HiveOptions {
  readonly 'no-logs'?: boolean | undefined
  readonly identity?: string | undefined
}

export interface OpenedHives extends Disposable {
  readonly hives: readonly LoadedHive[]
  readonly failed: number
}

/** To be closed. */
export async function openHives(
  paths: readonly string[],
  options: HiveOptions,
  terminal: Terminal,
): Promise<OpenedHives> {
  const operands = await operandsOf(paths, options.identity)
  const loaded = loadHives(operands.hivePaths, options, terminal)
  const hives = [...loaded.hives]
  let { failed } = loaded
  for (const { path, trees } of operands.disks) {
    const isFolder = statSync(path).isDirectory()
    for (const tree of trees) {
      const notes = new Notes(200)
      const folding = new CaseFolding(tree)
      const programs = new Programs(tree, programOptions(notes), folding)
      if (isFolder) {
        // Hives may lie anywhere in it and have any name.
        const below = loadHives([path], options, terminal)
        failed += below.failed
        hives.push(...below.hives.map((one) => ({ ...one, programs })))
      } else {
        for (const { path: at, hive, user } of hivesOfTree(tree, folding, notes))
          hives.push({ file: trees.length > 1 ? `${tree.label}${at}` : at, hive, user, programs })
      }
      for (const { text } of notes.kept.slice(0, shownNotes)) terminal.err(`haechi: ${terminal.safe(text)}`)
    }
  }
  return { hives, failed, [Symbol.dispose]: () => operands[Symbol.dispose]() }
}
