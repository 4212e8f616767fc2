// The rules of content/rules with their cases of content/tests.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'yaml'

import type { ToldEvent } from './case-events.ts'

const content = join(import.meta.dirname, '../../content')

/** One event, or several in order. */
export type Case = ToldEvent | { readonly seq: readonly ToldEvent[] }

export interface RuleFile {
  /** Folder and name without the ending. */
  readonly name: string
  readonly path: string
  readonly text: string
  /** Absent: it has none. */
  readonly cases: { readonly match: readonly Case[]; readonly none: readonly Case[] } | undefined
}

export const ruleFiles: readonly RuleFile[] = globSync('**/*.yml', { cwd: join(content, 'rules') })
  .toSorted()
  .map((file) => {
    const path = join(content, 'rules', file)
    return {
      name: file.slice(0, -'.yml'.length),
      path,
      text: readFileSync(path, 'utf8'),
      cases: casesOf(file),
    }
  })

export const caseFiles: readonly string[] = globSync('**/*.yml', { cwd: join(content, 'tests') }).map(
  (file) => file.slice(0, -'.yml'.length),
)

function casesOf(file: string): RuleFile['cases'] {
  if (globSync(file, { cwd: join(content, 'tests') }).length === 0) return undefined
  return parse(readFileSync(join(content, 'tests', file), 'utf8')) as RuleFile['cases']
}
