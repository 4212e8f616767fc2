// What happens to a malicious file besides being refused. Runs in the main thread, on the file that was judged
// or on none: its identity is compared before anything is touched.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'

import { messageOf } from '../base/app-error.ts'
import type { DecisionRecord } from '../gate/index.ts'
import { isActionable } from '../model/index.ts'
import { deleteFile, Quarantine } from '../response/index.ts'

export type FoundAction = 'deny' | 'quarantine' | 'delete'
export type Response = 'quarantined' | 'deleted' | 'left-in-place' | 'failed'

export interface Responded {
  readonly response: Response
  readonly problem?: string
}

/** `decisiveScore`: heuristics below it are not acted on. */
export function createResponder(
  action: FoundAction,
  directory: string,
  decisiveScore: number,
): (record: DecisionRecord) => Responded | undefined {
  if (action === 'deny') return () => undefined
  const quarantine = new Quarantine(directory)
  return (record) => {
    if (!isActionable(record.verdict, decisiveScore)) return undefined
    const path = Buffer.from(record.path, 'latin1')
    let fd: number
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    } catch (thrown) {
      // Gone: an earlier decision about the same file has dealt with it, or somebody else has.
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      return { response: 'failed', problem: messageOf(thrown) }
    }
    try {
      if (!isJudged(fd, record))
        return { response: 'left-in-place', problem: 'the path leads to another file by now' }
      return action === 'delete'
        ? outcome('deleted', deleteFile(path, fd))
        : outcome('quarantined', quarantine.add({ path, fd, verdict: record.verdict, by: 'haechi guard' }))
    } catch (thrown) {
      return { response: 'failed', problem: messageOf(thrown) }
    } finally {
      closeSync(fd)
    }
  }
}

function isJudged(fd: number, record: DecisionRecord): boolean {
  const { ino } = fstatSync(fd, { bigint: true })
  return Number(ino & 0xffffffffn) === record.inodeLow && Number(ino >> 32n) === record.inodeHigh
}

function outcome(response: 'quarantined' | 'deleted', done: Outcome): Responded {
  if (done.original === 'left-in-place') return { response: 'left-in-place' }
  const { otherLinks } = done
  return otherLinks > 0
    ? { response, problem: `${otherLinks} more names (hard links) lead to it` }
    : { response }
}

type Outcome = ReturnType<typeof deleteFile>
