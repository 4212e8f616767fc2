// Takes files into a new version: their names are checked, their content is written, and the engine is asked whether it
// can use them. An unsafe name refuses the whole: who writes one means harm.

import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'
import type { Job } from '../job.ts'
import type { Databases } from '../state/manifest.ts'
import { writeAll } from '../state/sync.ts'
import type { Member } from '../verifier.ts'
import { checkDatabases } from './databases.ts'
import { isLegalText } from '../../base/legal-text.ts'
import { isSafePath, isWanted } from './names.ts'

export interface Taken {
  readonly files: readonly string[]
  /** SHA-256 over all names and contents. */
  readonly digest: string
  /** The ClamAV databases among them. */
  readonly databases: Databases
  /** What was left out, or cannot be used. */
  readonly notes: readonly string[]
}

const maxFiles = 100_000

/**
 * Writes the wanted members into the work's content. `key`: PEM file for ClamAV databases among them, instead of
 * ClamAV's keys. Throws Fault, also when there is nothing to take.
 */
export function takeFiles(job: Job, members: Iterable<Member>, key?: string): Taken {
  const folder = job.work().content
  const sums = new Map<string, string>()
  let leftOut = 0
  for (const member of members) {
    const name = member.name.replace(/^(?:\.\/)+/, '')
    // Folders have no content of their own.
    if (name === '' || name.endsWith('/')) continue
    if (!isSafePath(name)) throw new Fault(`it holds an unsafe name: ${name.slice(0, 200)}`)
    if (!isWanted(name)) {
      leftOut++
      continue
    }
    if (sums.has(name)) throw new Fault(`it holds ${name} twice`)
    if (sums.size >= maxFiles) throw new Fault(`it holds more than ${maxFiles} files`)
    sums.set(name, write(folder, name, member))
  }
  const files = [...sums.keys()].toSorted()
  const useful = files.filter((name) => !isLegalText(name))
  if (useful.length === 0) throw new Fault('it holds no file with signatures or rules')
  const databases = checkDatabases(job, files, key)
  const notes = [
    ...check(job, folder, useful),
    ...(leftOut === 0 ? [] : [`${leftOut} other files were left out`]),
  ]
  const digest = createHash('sha256')
  for (const name of files) digest.update(`${name}\0${sums.get(name) ?? ''}\n`)
  return { files, digest: digest.digest('hex'), databases, notes }
}

function write(folder: string, name: string, member: Member): string {
  const path = join(folder, name)
  const hash = createHash('sha256')
  let fd: number
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    fd = openSync(path, 'wx', 0o644)
  } catch (thrown) {
    // Such as a file where another name needs a folder.
    throw new Fault(`it holds ${name}, which cannot be written: ${messageOf(thrown)}`, thrown)
  }
  try {
    for (const part of member.chunks()) {
      hash.update(part)
      writeAll(fd, part)
    }
    fsyncSync(fd)
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault(`${name} cannot be unpacked: ${messageOf(thrown)}`, thrown)
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}

/** Throws Fault. */
function check(job: Job, folder: string, names: readonly string[]): readonly string[] {
  try {
    return job.verifier.check(folder, names)
  } catch (thrown) {
    throw new Fault(`the engine can use nothing of it: ${messageOf(thrown)}`, thrown)
  }
}
