// The timeline as JSONL, as CSV, and as a bodyfile.

import type { TimelineRow } from './row.ts'
import { msOf } from './row.ts'

export const timelineFormats = ['jsonl', 'csv', 'bodyfile'] as const
export type TimelineFormat = (typeof timelineFormats)[number]

export const timelineFileNames: Readonly<Record<TimelineFormat, string>> = {
  jsonl: 'timeline.jsonl',
  csv: 'timeline.csv',
  bodyfile: 'timeline.body',
}

/** '' for none. */
export function headOf(format: TimelineFormat): string {
  return format === 'csv' ? 'Time,What,Kind,Source,Title,Line\n' : ''
}

/** With its line end. */
export function lineOf(row: TimelineRow, format: TimelineFormat): string {
  switch (format) {
    case 'jsonl':
      return `${JSON.stringify({ type: 'timeline-row', version: 1, ...row })}\n`
    case 'csv':
      return `${[row.time, row.is, row.kind, row.source, row.title, String(row.line)].map((cell) => csvCell(cell)).join(',')}\n`
    case 'bodyfile':
      return bodyLine(row)
  }
}

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in front. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""').replaceAll(/[\r\n]+/g, ' ')}"` : safe
}

/** Bodyfile 3 of the Sleuth Kit. Which of its four times it is, the words say. */
function bodyLine({ time, is, kind, source, title }: TimelineRow): string {
  const ms = msOf(time)
  const seconds = Number.isNaN(ms) ? 0 : Math.floor(ms / 1000)
  const name = `[${kind}] ${title} (${is}; ${source})`.replaceAll(/[|\p{Cc}\u2028\u2029]/gu, '_')
  const at = (words: RegExp): number => (words.test(is) ? seconds : 0)
  const [accessed, changed, born] = [
    at(/access|opened|read/),
    at(/changed/),
    at(/created|born|registered|installed/),
  ]
  const modified = accessed + changed + born === 0 ? seconds : 0
  return `0|${name}|0|0|0|0|0|${accessed}|${modified}|${changed}|${born}\n`
}
