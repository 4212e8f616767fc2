// What every reader of one file shares: the file, where its records go, the counts and a bounded list of problems.

import type { IgnoreList } from './ignore-list.ts'
import type { Counts, DatabaseFile, Sink } from './records.ts'

/** Problems told one by one for each file; one more counts the rest. */
export const maxProblems = 100

export interface Reading {
  readonly file: DatabaseFile
  readonly sink: Sink
  readonly ignores: IgnoreList
  readonly counts: Counts
}

/** What became of an entry; an object says what is wrong with it. */
export type Verdict =
  | 'loaded'
  | 'excluded'
  | 'ignored'
  | 'unsupported'
  | 'nothing'
  | { readonly malformed: string }

/** Takes verdicts on the lines of one file. */
export interface Tally {
  add(verdict: Verdict, line: number): void
  /** After the last line. */
  close(): void
}

export function createTally({ file, sink, counts }: Reading): Tally {
  let told = 0
  let untold = 0
  let last = 0
  return {
    add(verdict, line) {
      if (verdict === 'nothing') return
      if (typeof verdict === 'string') {
        counts[verdict]++
        return
      }
      counts.malformed++
      last = line
      if (told++ < maxProblems) sink.problem({ file: file.name, line, message: verdict.malformed })
      else untold++
    },
    close() {
      if (untold === 0) return
      sink.problem({ file: file.name, line: last, message: `up to this line ${untold} more lines are bad` })
    },
  }
}

export function createCounts(): Counts {
  return { loaded: 0, excluded: 0, ignored: 0, unsupported: 0, malformed: 0 }
}
