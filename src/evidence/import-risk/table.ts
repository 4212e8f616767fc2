// The tables of content/imports: which functions belong to which behaviour, and which ones mean something together. Data,
// so that a rule can be read, doubted and changed without a program.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { AppError, messageOf } from '../../base/app-error.ts'

export interface Group {
  readonly id: string
  readonly name: string
  /** MITRE ATT&CK. */
  readonly techniques: readonly string[]
  readonly functions: readonly string[]
}

export interface Combination {
  readonly id: string
  /** Points of 100. */
  readonly weight: number
  readonly techniques: readonly string[]
  /** One sentence, begins with `it can`. */
  readonly text: string
  /** One function of each line. */
  readonly needs: readonly (readonly string[])[]
  /** In a program that imports more it means nothing. */
  readonly mostImports?: number
}

export interface ImportTable {
  readonly groups: readonly Group[]
  readonly combinations: readonly Combination[]
  /** All names of both. */
  readonly known: ReadonlySet<string>
}

/** Where the product keeps its own tables. */
const importsFolder = fileURLToPath(new URL('../../../content/imports', import.meta.url))

/** Throws AppError `config-invalid`. */
export function loadImportTable(folder: string = importsFolder): ImportTable {
  const groups = read(folder, 'groups.json', 'groups') as Group[]
  const combinations = read(folder, 'combinations.json', 'combinations') as Combination[]
  const known = new Set<string>()
  for (const { functions } of groups) for (const name of functions) known.add(name)
  for (const { needs } of combinations) for (const line of needs) for (const name of line) known.add(name)
  return { groups, combinations, known }
}

/** The list; what its rows are like is checked where the tables are tested. */
function read(folder: string, file: string, key: string): unknown[] {
  const path = join(folder, file)
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    const list = value[key]
    if (value['version'] !== 1 || !Array.isArray(list))
      throw new Error(`it has no list "${key}" of version 1`)
    return list as unknown[]
  } catch (thrown) {
    throw new AppError('config-invalid', `${path} cannot be used: ${messageOf(thrown)}`, { cause: thrown })
  }
}
