// A folder of this host: its files are copied, so that whoever changes them there changes nothing here before the next
// update has checked them. Links are not followed.

import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'
import type { Job, Outcome } from '../job.ts'
import type { FolderSource } from '../source.ts'
import type { Member } from '../verifier.ts'
import { isWanted } from './names.ts'
import { takeFiles } from './take.ts'

const windowBytes = 1024 * 1024
const maxDepth = 16
const maxEntries = 100_000
const versionDigits = 16

/** Throws Fault. */
export function updateFolder(job: Job, source: FolderSource): Outcome {
  const names = namesIn(source.path)
  // The copy would be wasted when nothing has changed.
  const before = digestOf(job, source.path, names)
  if (!job.force && before === job.installed?.sha256) return { kind: 'current', problems: [] }
  const version = before.slice(0, versionDigits)
  if (job.dryRun) return { kind: 'available', version, problems: [] }
  const taken = takeFiles(job, membersOf(job, source.path, names), source.key)
  if (taken.digest !== before) throw new Fault('its files change while they are being read')
  const { files, databases, notes } = taken
  return { kind: 'new', version: { version, files, databases, sha256: before }, notes, problems: [] }
}

function namesIn(path: string): string[] {
  const names: string[] = []
  const visit = (folder: string, depth: number): void => {
    if (depth > maxDepth) throw new Fault(`${path} is deeper than ${maxDepth} folders`)
    for (const entry of readdirSync(join(path, folder), { withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) visit(name, depth + 1)
      else if (entry.isFile() && isWanted(name)) names.push(name)
      if (names.length > maxEntries) throw new Fault(`${path} has more than ${maxEntries} files`)
    }
  }
  return reading(path, () => {
    visit('', 0)
    return names.toSorted()
  })
}

function* membersOf(job: Job, path: string, names: readonly string[]): Generator<Member> {
  const { maxUnpackedBytes } = job
  const room = { left: maxUnpackedBytes }
  for (const name of names) {
    yield {
      name,
      *chunks() {
        for (const part of partsOf(join(path, name))) {
          room.left -= part.length
          if (room.left < 0) throw new Fault(`it has more than ${maxUnpackedBytes} bytes`)
          yield part
        }
      },
    }
  }
}

/** As `takeFiles` makes it. */
function digestOf(job: Job, path: string, names: readonly string[]): string {
  const digest = createHash('sha256')
  for (const member of membersOf(job, path, names)) {
    const hash = createHash('sha256')
    reading(member.name, () => {
      for (const part of member.chunks()) hash.update(part)
    })
    digest.update(`${member.name}\0${hash.digest('hex')}\n`)
  }
  return digest.digest('hex')
}

function* partsOf(path: string): Generator<Uint8Array> {
  const window = Buffer.alloc(windowBytes)
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) throw new Fault(`${path} is no file any more`)
    for (;;) {
      const count = readSync(fd, window, 0, windowBytes, null)
      if (count === 0) return
      yield window.subarray(0, count)
    }
  } finally {
    closeSync(fd)
  }
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault(`cannot read ${path}: ${messageOf(thrown)}`, thrown)
  }
}
