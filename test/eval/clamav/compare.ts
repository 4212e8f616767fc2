// Compares the answers of both about the same files.

import { askClamscan, loadOurs } from './contestants.ts'

export interface Difference {
  readonly path: string
  readonly ours: readonly string[]
  readonly theirs: readonly string[]
}

export interface Comparison {
  readonly files: number
  /** Files on which both name the same signatures. */
  readonly equal: number
  /** Names that clamscan found, over all files, and how many of them we found. */
  readonly found: { readonly theirs: number; readonly both: number; readonly onlyOurs: number }
  /** Files of which clamscan without `--allmatch` prints the name that comes first here. */
  readonly first: { readonly asked: number; readonly equal: number }
  readonly differences: readonly Difference[]
  readonly firstDifferences: readonly Difference[]
  readonly problems: readonly string[]
  readonly unusable: Readonly<Record<string, number>>
}

export function compare(database: string, paths: readonly string[]): Comparison {
  const engine = loadOurs(database)
  const all = askClamscan(database, paths, true)
  const firsts = askClamscan(database, paths, false)
  const differences: Difference[] = []
  const firstDifferences: Difference[] = []
  const found = { theirs: 0, both: 0, onlyOurs: 0 }
  let asked = 0
  for (const path of paths) {
    const theirs = all.get(path) ?? []
    const ours = engine.scan(path)
    const both = theirs.filter((name) => ours.includes(name)).length
    found.theirs += theirs.length
    found.both += both
    found.onlyOurs += ours.length - both
    if (both < theirs.length || both < ours.length) differences.push({ path, ours, theirs })
    const [first] = firsts.get(path) ?? []
    if (first === undefined) continue
    asked++
    if (first !== ours[0]) firstDifferences.push({ path, ours: ours.slice(0, 1), theirs: [first] })
  }
  return {
    files: paths.length,
    equal: paths.length - differences.length,
    found,
    first: { asked, equal: asked - firstDifferences.length },
    differences,
    firstDifferences,
    problems: engine.problems,
    unusable: engine.unusable,
  }
}
