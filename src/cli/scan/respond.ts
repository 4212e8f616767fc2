// --on-found: what happens to a malicious file. It acts on the file that was judged or not at all: the path is opened
// again and must still be the same file in the same state.

import { closeSync, constants, fstatSync, openSync, realpathSync } from 'node:fs'
import { resolve } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import type { CureChange, Verdict } from '../../model/index.ts'
import { type Curer, cureFile, deleteFile, Quarantine } from '../../response/index.ts'
import { baseName, type FileEntry, joinPath, pathText } from './entry.ts'
import type { Identity } from './protocol.ts'
import type { Response } from './report.ts'

export interface Responded {
  readonly response: Response
  readonly problem?: string
  /** What a cure took out. */
  readonly changes?: readonly CureChange[]
}

export type Responder = (entry: FileEntry, verdict: Verdict, identity: Identity) => Responded

export type Action = 'cure' | 'quarantine' | 'delete'

export interface ResponderOptions {
  readonly action: Action
  /** The quarantine's. */
  readonly directory: string
  readonly curer: Curer
  readonly decisiveScore: number
}

export function createResponder(options: ResponderOptions): Responder {
  const { action, curer, decisiveScore } = options
  const quarantine = new Quarantine(options.directory)
  return (entry, verdict, identity) => {
    const name = pathText(entry.path)
    try {
      const path = absolutePath(entry)
      const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
      try {
        if (!isJudged(fd, identity)) return leftInPlace(name)
        if (action === 'cure') {
          const request = { path, fd, name: baseName(entry.path), verdict, by: 'haechi scan', decisiveScore }
          return cured(cureFile(quarantine, curer, request), name)
        }
        return action === 'delete'
          ? respondedWith('deleted', deleteFile(path, fd), name)
          : respondedWith('quarantined', quarantine.add({ path, fd, verdict, by: 'haechi scan' }), name)
      } finally {
        closeSync(fd)
      }
    } catch (thrown) {
      return { response: 'failed', problem: `${name} is still there: ${messageOf(thrown)}` }
    }
  }
}

/** A link that was followed is not what is malicious: its target is. */
function absolutePath(entry: FileEntry): Buffer {
  const path = Buffer.from(entry.path)
  if (entry.follow) return realpathSync(path, { encoding: 'buffer' })
  return path[0] === 0x2f ? path : Buffer.from(joinPath(resolve('.'), path))
}

function isJudged(fd: number, identity: Identity): boolean {
  const stat = fstatSync(fd, { bigint: true })
  return (
    stat.dev === identity.dev &&
    stat.ino === identity.ino &&
    stat.size === identity.size &&
    stat.ctimeNs === identity.ctimeNs
  )
}

function leftInPlace(name: string): Responded {
  return {
    response: 'left-in-place',
    problem: `${name} was changed or exchanged after its scan: scan it again`,
  }
}

function respondedWith(
  response: 'quarantined' | 'deleted',
  done: ReturnType<typeof deleteFile>,
  name: string,
): Responded {
  return done.original === 'removed' ? withLinks(response, done.otherLinks, name) : leftInPlace(name)
}

function cured(done: ReturnType<typeof cureFile>, name: string): Responded {
  if (done.response === 'left-in-place') return leftInPlace(name)
  if (done.response === 'quarantined') {
    return { response: 'quarantined', problem: `${name} could not be cured: ${done.problem ?? 'unknown'}` }
  }
  return { ...withLinks('cured', done.otherLinks, name), changes: done.changes }
}

function withLinks(response: Response, otherLinks: number, name: string): Responded {
  if (otherLinks === 0) return { response }
  return {
    response,
    problem: `${name} has ${otherLinks} more ${otherLinks === 1 ? 'name' : 'names'} (hard links) elsewhere`,
  }
}
