// A mistake in a filter, shown at its place.

import { AppError } from '../../base/app-error.ts'
import { printable } from '../../base/text.ts'

/** Characters before the mistake that are shown. */
const maxBefore = 60
const maxAfter = 40

export interface Place {
  readonly at: number
  readonly length: number
}

/** The message has three lines: what is wrong, the filter, and a caret below the place. */
export function whereError(source: string, place: Place, problem: { what: string; hint?: string }): AppError {
  const from = Math.max(0, place.at - maxBefore)
  const to = Math.min(source.length, place.at + place.length + maxAfter)
  const before = printable(source.slice(from, place.at))
  const marked = printable(source.slice(place.at, place.at + place.length))
  const after = printable(source.slice(place.at + place.length, to))
  const carets = '^'.repeat(Math.max(1, marked.length))
  const lines = [problem.what, `  ${before}${marked}${after}`, `  ${' '.repeat(before.length)}${carets}`]
  return new AppError('usage', lines.join('\n'), problem.hint === undefined ? {} : { hint: problem.hint })
}
