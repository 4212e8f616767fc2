// Rules and hash lists over HTTPS: an archive, or one file. Asked with the validators of the last answer.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import { Fault } from '../fault.ts'
import type { Answer, Validators } from '../http/client.ts'
import { FileSink, MemorySink } from '../http/sink.ts'
import type { Job, Outcome } from '../job.ts'
import type { ArchiveSource } from '../source.ts'
import type { Member } from '../verifier.ts'
import { isLegalText } from '../../base/legal-text.ts'
import { isWanted } from './names.ts'
import { checkPinned } from './pinned.ts'
import { takeFiles } from './take.ts'

const versionDigits = 16

/** Throws Fault. */
export async function updateArchive(job: Job, source: ArchiveSource): Promise<Outcome> {
  const { installed } = job
  const pinned = source.sha256?.toLowerCase()
  if (!job.force && pinned !== undefined && installed?.sha256 === pinned)
    return { kind: 'current', problems: [] }
  const request = { url: source.url, insecure: source.insecure, known: job.force ? undefined : installed }
  if (job.dryRun) {
    const answer = await job.client.get({ ...request, method: 'HEAD' }, new MemorySink(0))
    return availableOf(job, checked(job, answer))
  }
  const path = join(job.work().path, 'download')
  const answer = checked(job, await load(job, path, request))
  if (answer.kind === 'not-modified') return { kind: 'current', problems: [] }
  const sha256 = await checkPinned(job, source, path)
  const validators = validatorsOf(answer)
  if (!job.force && installed?.sha256 === sha256) {
    return { kind: 'current', facts: { databases: installed.databases, ...validators }, problems: [] }
  }
  const { files, databases, notes } = takeFiles(job, membersOf(job, source, path))
  const version = { version: sha256.slice(0, versionDigits), files, databases, sha256, ...validators }
  return { kind: 'new', version, notes, problems: [] }
}

async function load(job: Job, path: string, request: Parameters<Job['client']['get']>[0]): Promise<Answer> {
  using sink = new FileSink(path, job.maxBytes, job.onBytes(fileNameOf(request.url)))
  return await job.client.get(request, sink)
}

/** Throws Fault for what is missing, or older than what is here. */
function checked(job: Job, answer: Answer): Answer {
  if (answer.kind === 'missing') throw new Fault('the server has no such file')
  const here = Date.parse(job.installed?.lastModified ?? '')
  const there = Date.parse(answer.lastModified ?? '')
  if (there < here && !job.allowDowngrade) {
    throw new Fault(
      `what the server has (${answer.lastModified ?? ''}) is older than what is here (${job.installed?.lastModified ?? ''}); ` +
        '--allow-downgrade takes it all the same',
    )
  }
  return answer
}

function availableOf(job: Job, answer: Answer): Outcome {
  const { installed } = job
  const isSame = answer.etag !== undefined && answer.etag === installed?.etag && !job.force
  if (answer.kind === 'not-modified' || isSame) return { kind: 'current', problems: [] }
  const version = answer.lastModified ?? answer.etag ?? 'of unknown age'
  return { kind: 'available', version, problems: [] }
}

function validatorsOf({ etag, lastModified }: Answer): Validators {
  return { ...(etag === undefined ? {} : { etag }), ...(lastModified === undefined ? {} : { lastModified }) }
}

/** By its name a file of rules is one file, whatever its content looks like. */
function* membersOf(job: Job, source: ArchiveSource, path: string): Generator<Member> {
  const name = fileNameOf(source.url)
  if (isWanted(name) && !isLegalText(name)) {
    yield { name, chunks: () => [readFileSync(path)] }
    return
  }
  try {
    const members = job.verifier.open(path, job.maxUnpackedBytes)
    if (members === undefined)
      throw new Fault('it is neither zip nor tar nor gzip, nor named as a file of rules')
    for (const member of members) {
      // The one file inside a gzip is called by the address.
      yield member.name === '' ? { ...member, name: name.replace(/\.gz$/i, '') } : member
    }
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    throw new Fault(`it cannot be unpacked: ${messageOf(thrown)}`, thrown)
  }
}

function fileNameOf(url: string): string {
  const { pathname } = new URL(url)
  const name = pathname.slice(pathname.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
