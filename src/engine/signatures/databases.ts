// ClamAV databases on their way into an image: read, their YARA rules handed to the rule compiler, the rest compiled.

import { statSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'
import { compileClamav, readClamav } from '../detectors/clamav/index.ts'
import { databaseNamespace, type RuleSource } from '../detectors/yara/index.ts'
import type { MatcherBuilder } from '../matcher/compile/builder.ts'
import { filesBelow } from './content.ts'
import { type DatabaseCounts, noCounts } from './database-counts.ts'

export interface DatabaseProblem {
  readonly file: string
  /** From 1; 0 for the file as a whole. */
  readonly line: number
  readonly message: string
}

interface CompiledDatabases {
  readonly tables: Readonly<Record<string, Uint8Array>>
  readonly counts: DatabaseCounts
  readonly problems: readonly DatabaseProblem[]
}

export interface Databases {
  /** Rule files found in them. */
  readonly rules: readonly RuleSource[]
  /** Adds their patterns to the matcher; called once, after the rules have added theirs. */
  readonly compile: (matcher: MatcherBuilder) => CompiledDatabases
}

export const noDatabases: Databases = {
  rules: [],
  compile: () => ({ tables: {}, counts: noCounts, problems: [] }),
}

/** Changes whenever one of the files may have changed. Throws AppError `list-invalid` when one cannot be found. */
export function databaseKey(paths: readonly string[]): string {
  const files = paths.flatMap((path) => filesOf(path))
  return JSON.stringify(
    files.map(({ path, stat }) =>
      [path, stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].map(String),
    ),
  )
}

function filesOf(named: string): { path: string; stat: ReturnType<typeof bigStat> }[] {
  try {
    const stat = bigStat(named)
    if (!stat.isDirectory()) return [{ path: named, stat }]
    return filesBelow(named).map((path) => ({ path, stat: bigStat(path) }))
  } catch (thrown) {
    throw new AppError('list-invalid', `cannot read the database ${named}: ${messageOf(thrown)}`, {
      hint: 'check the path in [engine] databases or --db',
      cause: thrown,
    })
  }
}

function bigStat(path: string) {
  return statSync(path, { bigint: true })
}

export function readDatabases(paths: readonly string[]): Databases {
  if (paths.length === 0) return noDatabases
  const read = readClamav(paths)
  return {
    rules: read.yara.map(({ name, official, source }) => ({
      name,
      text: source,
      namespace: databaseNamespace(name, official),
    })),
    compile(matcher) {
      const { tables, counts } = compileClamav(read, matcher)
      const unusable = { ...read.counts.unsupported, ...counts.unusable }
      return {
        tables,
        counts: { ...counts, unusable },
        problems: [...read.problems, ...told(unusable, paths)],
      }
    },
  }
}

/** What nothing here can use is said, once for each kind. */
function told(unusable: Readonly<Record<string, number>>, paths: readonly string[]): DatabaseProblem[] {
  return Object.entries(unusable)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => ({
      file: paths.join(', '),
      line: 0,
      message: `${count} signatures are not used: ${kind} is not supported`,
    }))
}
