// Shows a file, and everything inside of it, to one detector: for tools that ask about rules instead of judging.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'

import { AppError, messageOf } from '../../base/app-error.ts'
import type { Verdict } from '../../model/index.ts'
import type { Detector } from '../detectors/detector.ts'
import { formats } from '../formats/index.ts'
import { Budget, type Limits } from '../limits.ts'
import { Heads, scan } from '../scan.ts'
import { maxRead } from '../source/byte-source.ts'
import { fdSource } from '../source/fd-source.ts'

export interface VisitOptions {
  readonly limits: Limits
  readonly passwords: readonly string[]
}

/** Throws AppError `not-found` when the file cannot be opened. What was not read is in the verdict's reasons. */
export function visitFile(path: string, detector: Detector, { limits, passwords }: VisitOptions): Verdict {
  const { fd, size } = openFile(path)
  try {
    return scan(
      { detectors: [detector], formats, passwords, heads: new Heads(), reportScore: 0 },
      {
        source: fdSource(fd, size, new Uint8Array(maxRead)),
        name: basename(path),
        size,
        budget: new Budget(limits),
        firstOnly: false,
        decisiveScore: 0,
        file: { path, owner: '' },
      },
    )
  } finally {
    closeSync(fd)
  }
}

function openFile(path: string): { fd: number; size: number } {
  try {
    // O_NONBLOCK: a pipe without a writer must not hang us.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = fstatSync(fd)
    if (stat.isFile()) return { fd, size: stat.size }
    closeSync(fd)
  } catch (thrown) {
    throw new AppError('not-found', `cannot read ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
  throw new AppError('not-found', `cannot read ${path}: it is not a regular file`)
}
