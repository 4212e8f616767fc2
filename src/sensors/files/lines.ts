// Which lines a change of a small text brought and took away: as sets, because of a start file it matters what stands in
// it, not in which order; that also costs no more than reading both.

import { pathText } from '../../base/text.ts'

const maxLines = 50
const maxLineLength = 500

export interface LineChanges {
  readonly added?: readonly string[]
  readonly removed?: readonly string[]
  /** There were more, or longer ones: at most 50 of each, of at most 500 characters. */
  readonly lines_truncated?: boolean
}

/** Texts are bytes in latin1 strings. */
export function lineChanges(before: string, after: string): LineChanges {
  const [old, fresh] = [new Set(before.split('\n')), new Set(after.split('\n'))]
  const added = bounded([...fresh].filter((line) => !old.has(line) && line !== ''))
  const removed = bounded([...old].filter((line) => !fresh.has(line) && line !== ''))
  return {
    ...(added.lines.length === 0 ? {} : { added: added.lines }),
    ...(removed.lines.length === 0 ? {} : { removed: removed.lines }),
    ...(added.isCut || removed.isCut ? { lines_truncated: true } : {}),
  }
}

function bounded(lines: readonly string[]): { lines: string[]; isCut: boolean } {
  const kept = lines.slice(0, maxLines)
  return {
    lines: kept.map((line) => pathText(line.slice(0, maxLineLength))),
    isCut: kept.length < lines.length || kept.some((line) => line.length > maxLineLength),
  }
}
