// One measured part of the run: tables for people, figures for programs.

import type { Alignment } from '../match/table.ts'
import { table } from '../match/table.ts'
import type { Figures } from './figures.ts'

export interface Section {
  readonly id: string
  readonly title: string
  /** What was done, and under which load of the machine. */
  readonly about: readonly string[]
  readonly tables: readonly (readonly (readonly string[])[])[]
  readonly remarks: readonly string[]
  readonly figures: Figures
}

export function sectionText({ title, about, tables, remarks }: Section): string {
  const lines = [`## ${title}`, '', ...about, '']
  for (const rows of tables) {
    const alignments = (rows[0] ?? []).map((_, column): Alignment => (column === 0 ? 'left' : 'right'))
    lines.push(...table(rows, alignments), '')
  }
  lines.push(...remarks)
  return `${lines.join('\n').trimEnd()}\n`
}
