// Cures a file in its place: rebuilt beside it, proven clean by a new scan, then exchanged, with the original in the
// quarantine. What cannot be proven is not called cured: the whole file goes into the quarantine.

import { writeSync } from 'node:fs'

import { AppError } from '../base/app-error.ts'
import { type CureChange, type CureOutcome, isActionable, type Verdict } from '../model/index.ts'
import type { Quarantine } from './quarantine/index.ts'

/** What an engine's instance can do. */
export interface Curer {
  cure(
    fd: number,
    options: { readonly name: string; readonly write: (bytes: Uint8Array) => void },
  ): CureOutcome
  scan(fd: number, options: { readonly name: string }): Verdict
}

export interface CureFileRequest {
  /** Absolute; its last name is not followed when it is a symbolic link. */
  readonly path: Uint8Array
  /** The file as it was judged, open for reading; not closed. */
  readonly fd: number
  readonly name: string
  readonly verdict: Pick<Verdict, 'status' | 'detections' | 'reasons'>
  readonly by: string
  /** Heuristics below it do not count as found. */
  readonly decisiveScore: number
}

export interface CureFileResult {
  readonly response: 'cured' | 'quarantined' | 'left-in-place'
  readonly changes: readonly CureChange[]
  /** Why it was not cured. */
  readonly problem?: string
  readonly otherLinks: number
}

class NotCured extends AppError {
  constructor(message: string) {
    super('unsupported', message)
  }
}

/** Throws AppError when neither could be done. */
export function cureFile(quarantine: Quarantine, curer: Curer, request: CureFileRequest): CureFileResult {
  let changes: readonly CureChange[] = []
  try {
    const done = quarantine.exchange({
      ...request,
      make: (fd) => {
        changes = rebuild(curer, request, fd)
      },
    })
    const response = done.original === 'removed' ? 'cured' : 'left-in-place'
    return { response, changes, otherLinks: done.otherLinks }
  } catch (thrown) {
    if (!(thrown instanceof NotCured)) throw thrown
    const done = quarantine.add(request)
    const response = done.original === 'removed' ? 'quarantined' : 'left-in-place'
    return { response, changes: [], problem: thrown.message, otherLinks: done.otherLinks }
  }
}

function rebuild(
  curer: Curer,
  { fd: original, name, decisiveScore }: CureFileRequest,
  fd: number,
): readonly CureChange[] {
  const outcome = curer.cure(original, { name, write: (bytes) => writeAll(fd, bytes) })
  if (outcome.kind === 'refused') throw new NotCured(outcome.message)
  if (outcome.kind === 'unchanged') throw new NotCured('what was found is no member that could be taken out')
  const { status, detections, reasons } = curer.scan(fd, { name })
  if (isActionable({ detections }, decisiveScore)) {
    throw new NotCured(`${detections[0]?.name ?? 'it'} is still found after the cure`)
  }
  const [reason] = reasons
  if (status === 'failed' || reason !== undefined) {
    throw new NotCured(`it cannot be proven clean: ${reason?.message ?? 'it could not be read'}`)
  }
  return outcome.changes
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
}
