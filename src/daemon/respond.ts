// What happens to a malicious file besides being refused, on the file that was judged or on none: its identity is
// compared before anything is touched. Curing takes time, so it is done in a thread (cure-thread.ts).

import { once } from 'node:events'
import { closeSync, constants, fstatSync, openSync } from 'node:fs'

import { messageOf } from '../base/app-error.ts'
import { startThread } from '../base/program.ts'
import type { SharedEngine } from '../engine/index.ts'
import type { DecisionRecord } from '../gate/index.ts'
import { type CureChange, isActionable } from '../model/index.ts'
import { deleteFile } from '../response/delete-file.ts'
import { Quarantine } from '../response/quarantine/index.ts'
import type { LoadedEngine } from './load-engine.ts'

export type FoundAction = 'deny' | 'cure' | 'quarantine' | 'delete'
export type Response = 'cured' | 'quarantined' | 'deleted' | 'left-in-place' | 'failed'

export interface Responded {
  readonly response: Response
  readonly problem?: string
  /** What a cure took out. */
  readonly changes?: readonly CureChange[]
}

export interface ResponderOptions {
  readonly action: FoundAction
  /** The quarantine's. */
  readonly directory: string
  /** Heuristics below it are not acted on. */
  readonly decisiveScore: number
  /** The engine of this moment. */
  readonly engine: () => LoadedEngine
}

type Responder = (record: DecisionRecord) => Promise<Responded | undefined> | undefined

/** Undefined: there is nothing to do. */
export function createResponder(options: ResponderOptions): Responder {
  const { action, decisiveScore, directory } = options
  if (action === 'deny') return () => undefined
  // One after the other: several decisions may be about one file.
  let last: Promise<unknown> = Promise.resolve()
  const quarantine = new Quarantine(directory)
  return (record) => {
    if (!isActionable(record.verdict, decisiveScore)) return undefined
    if (action === 'cure') {
      const cured = last.then(() => cureInThread(record, options))
      last = cured
      return cured
    }
    return Promise.resolve(
      onJudgedFile(record, (path, fd) =>
        action === 'delete'
          ? outcome('deleted', deleteFile(path, fd))
          : outcome('quarantined', quarantine.add({ path, fd, verdict: record.verdict, by: 'haechi guard' })),
      ),
    )
  }
}

/** What the thread that cures is given. */
export interface CureTask {
  readonly record: DecisionRecord
  readonly directory: string
  readonly decisiveScore: number
  readonly engine: SharedEngine
}

/** Never rejects. */
async function cureInThread(
  record: DecisionRecord,
  options: ResponderOptions,
): Promise<Responded | undefined> {
  const { decisiveScore, directory } = options
  const { shared, program } = options.engine()
  const data: CureTask = { record, directory, decisiveScore, engine: shared }
  const worker = startThread(new URL('cure-thread.ts', import.meta.url), { data, program })
  try {
    const [answer] = (await once(worker, 'message')) as [{ responded: Responded | undefined }]
    return answer.responded
  } catch (thrown) {
    return { response: 'failed', problem: messageOf(thrown) }
  } finally {
    await worker.terminate()
  }
}

/** Opens the file of a decision and acts on it if it is still the one that was judged. Undefined: it is gone. */
export function onJudgedFile(
  record: DecisionRecord,
  act: (path: Buffer, fd: number) => Responded,
): Responded | undefined {
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
    if (isJudged(fd, record)) return act(path, fd)
    return { response: 'left-in-place', problem: 'the path leads to another file by now' }
  } catch (thrown) {
    return { response: 'failed', problem: messageOf(thrown) }
  } finally {
    closeSync(fd)
  }
}

function isJudged(fd: number, record: DecisionRecord): boolean {
  const { ino } = fstatSync(fd, { bigint: true })
  return Number(ino & 0xffffffffn) === record.inodeLow && Number(ino >> 32n) === record.inodeHigh
}

function outcome(response: 'quarantined' | 'deleted', done: Outcome): Responded {
  if (done.original === 'left-in-place') return { response: 'left-in-place' }
  return withLinks({ response }, done.otherLinks)
}

/** The same with a word about other names of the file. */
export function withLinks(responded: Responded, otherLinks: number): Responded {
  if (otherLinks === 0) return responded
  return { ...responded, problem: `${otherLinks} more names (hard links) lead to it` }
}

type Outcome = ReturnType<typeof deleteFile>
