// One row of a detector's table: a construct that only an attack writes, and what to say of it. Patterns must be linear: anchored,
// bounded, or repeats of one class that what follows does not share.
import { isSentence } from './sentence.ts'

export interface Construct {
  readonly why: string
  /** 1–100. */
  readonly confidence: number
  readonly pattern: RegExp
  /** The construct is also written about: it counts only where no sentence stands before it. */
  readonly quotable?: true
}

/** @returns the first row whose pattern the value holds. */
export function constructOf(value: string, table: readonly Construct[]): Construct | undefined {
  for (const construct of table) {
    const match = construct.pattern.exec(value)
    if (match === null) continue
    if (construct.quotable === true && isSentence(value.slice(Math.max(0, match.index - 200), match.index)))
      continue
    return construct
  }
  return undefined
}
