// A mirror of ClamAV databases. Each database is asked for its version; a newer one is made from the present one by
// diffs where that is possible, else loaded whole. Databases that did not change are linked into the new version.

import { copyFileSync, existsSync, linkSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'
import type { Job, Outcome } from '../job.ts'
import type { ClamavSource } from '../source.ts'
import type { Databases } from '../state/manifest.ts'
import { applySteps } from './apply.ts'
import { readDiff } from './cdiff.ts'
import { writeContainer } from './container.ts'
import { checkAge, readGenuine } from './genuine.ts'
import { askVersion, loadDiff, loadWhole, type RemoteVersion } from './remote.ts'
import { parseScript } from './script.ts'

type Database = Databases[string]

/** A database's turn. */
interface Turn {
  readonly job: Job
  readonly source: ClamavSource
  readonly name: string
  readonly have: Database | undefined
}

interface Change {
  readonly database: Database
  /** False when only its validators are new. */
  readonly isNew: boolean
  readonly note?: string
}

/** Throws Fault when no database could be asked for. */
export async function updateClamav(job: Job, source: ClamavSource): Promise<Outcome> {
  const databases: Record<string, Database> = {}
  const notes: string[] = []
  const problems: string[] = []
  const loaded = new Set<string>()
  for (const name of source.databases) {
    const have = presentOf(job, name)
    try {
      const change = await updateDatabase({ job, source, name, have })
      databases[name] = change.database
      if (change.isNew) loaded.add(name)
      if (change.note !== undefined) notes.push(change.note)
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      problems.push(`${name}: ${thrown.message}`)
      if (have !== undefined) databases[name] = have
    }
  }
  const version = versionText(databases)
  if (problems.length === source.databases.length) throw new Fault(problems.join('; '))
  const isDropped = Object.keys(job.installed?.databases ?? {}).some((name) => databases[name] === undefined)
  if (loaded.size === 0 && !isDropped) return { kind: 'current', facts: { databases }, problems }
  if (job.dryRun) return { kind: 'available', version, problems }
  keepOthers(job, databases, loaded)
  const files = Object.values(databases).map(({ file }) => file)
  return { kind: 'new', version: { version, files, databases }, notes, problems }
}

/** What is here, unless somebody has removed the file. */
function presentOf({ installed, folder }: Job, name: string): Database | undefined {
  const database = installed?.databases[name]
  return database !== undefined && existsSync(join(folder, database.file)) ? database : undefined
}

async function updateDatabase(turn: Turn): Promise<Change> {
  const { job, name, have } = turn
  const remote = await askVersion(job, turn.source, name, job.force ? undefined : have)
  if (remote === undefined && have !== undefined) return { database: have, isNew: false }
  if (remote === undefined) throw new Fault('the mirror says that nothing is new, but there is nothing here')
  checkAge(job, remote.version, have?.version)
  if (have !== undefined && remote.version === have.version && !job.force) {
    return { database: { ...have, ...remote }, isNew: false }
  }
  if (job.dryRun) return { database: { file: `${name}.cvd`, ...remote }, isNew: true }
  if (have !== undefined && remote.version > have.version && !job.force) {
    try {
      return { database: await byDiffs(turn, have, remote), isNew: true }
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      return { ...(await whole(turn, remote)), note: `${name} was loaded whole: ${thrown.message}` }
    }
  }
  return whole(turn, remote)
}

async function whole(turn: Turn, remote: RemoteVersion): Promise<Change> {
  const { job, source, name, have } = turn
  const file = `${name}.cvd`
  const path = await loadWhole(job, source, name, job.work().content)
  try {
    // The mirror may have got a newer one since it was asked.
    const { version } = readGenuine(job, name, path, source.key)
    checkAge(job, version, have?.version)
    checkByEngine(job, file)
    return { database: { ...remote, version, file }, isNew: true }
  } catch (thrown) {
    rmSync(path, { force: true })
    throw thrown
  }
}

async function byDiffs(turn: Turn, have: Database, remote: RemoteVersion): Promise<Database> {
  const { job, source, name } = turn
  const count = remote.version - have.version
  if (count > job.maxDiffs) throw new Fault(`${count} versions are too many for diffs`)
  const file = `${name}.cld`
  const path = join(job.work().content, file)
  try {
    writeContainer(path, name, await appliedDiffs(turn, have.version, remote.version))
    // The list in it, signed by its maker, now says what the diffs should have made.
    const made = readGenuine(job, name, path, source.key)
    if (made.version !== remote.version) throw new Fault(`the diffs lead to version ${made.version}`)
    checkByEngine(job, file)
    return { ...remote, file }
  } catch (thrown) {
    rmSync(path, { force: true })
    throw thrown
  }
}

/** The files of the present database after all diffs up to a version. */
async function appliedDiffs(turn: Turn, from: number, to: number): Promise<ReadonlyMap<string, Uint8Array>> {
  const { job, source, name, have } = turn
  const present = readGenuine(job, name, join(job.folder, have?.file ?? ''), source.key)
  if (present.version !== from) throw new Fault(`the present file has version ${present.version}`)
  const files = new Map(present.files)
  for (let version = from + 1; version <= to; version++) {
    const diff = await loadDiff(job, source, name, version)
    if (diff === undefined) throw new Fault(`the mirror has no diff ${version}`)
    const script = readDiff(diff, version, (sha256, text) => job.verifier.signsDiff(sha256, text, source.key))
    applySteps(files, parseScript(script))
  }
  return files
}

function checkByEngine({ verifier, work }: Job, file: string): void {
  try {
    verifier.check(work().content, [file])
  } catch (thrown) {
    throw new Fault(`the engine cannot use ${file}: ${messageOf(thrown)}`, thrown)
  }
}

/** Databases that were not loaded now: the same file in both versions, where the file system can. */
function keepOthers(job: Job, databases: Databases, loaded: ReadonlySet<string>): void {
  for (const [name, { file }] of Object.entries(databases)) {
    if (loaded.has(name)) continue
    const [from, to] = [join(job.folder, file), join(job.work().content, file)]
    try {
      linkSync(from, to)
    } catch {
      copyFileSync(from, to)
    }
  }
}

function versionText(databases: Databases): string {
  return Object.entries(databases)
    .map(([name, { version }]) => `${name} ${version}`)
    .join(', ')
}
