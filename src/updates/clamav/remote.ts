// What a mirror has: the header of a whole database (only its 512 bytes are loaded), whole databases, and diffs.

import { join } from 'node:path'

import { Fault } from '../fault.ts'
import type { Validators } from '../http/client.ts'
import { FileSink, MemorySink } from '../http/sink.ts'
import type { Job } from '../job.ts'
import type { ClamavSource } from '../source.ts'
import { headerBytes } from './container.ts'

export interface RemoteVersion extends Validators {
  readonly version: number
}

/** Undefined: as it was when `known` was learned. Throws Fault. */
export async function askVersion(
  job: Job,
  source: ClamavSource,
  name: string,
  known: Validators | undefined,
): Promise<RemoteVersion | undefined> {
  const sink = new MemorySink(headerBytes)
  const url = urlOf(source, `${name}.cvd`)
  const answer = await job.client.get(
    { url, insecure: source.insecure, firstBytes: headerBytes, known },
    sink,
  )
  if (answer.kind === 'not-modified') return undefined
  if (answer.kind === 'missing') throw new Fault(`the mirror has no ${name}.cvd`)
  const version = job.verifier.versionOf(sink.content)
  if (version === undefined) throw new Fault(`${name}.cvd on the mirror is no ClamAV database`)
  return {
    version,
    ...(answer.etag === undefined ? {} : { etag: answer.etag }),
    ...(answer.lastModified === undefined ? {} : { lastModified: answer.lastModified }),
  }
}

/** Loads the whole database into `folder`. Throws Fault. */
export async function loadWhole(
  job: Job,
  source: ClamavSource,
  name: string,
  folder: string,
): Promise<string> {
  const file = `${name}.cvd`
  const path = join(folder, file)
  using sink = new FileSink(path, job.maxBytes, job.onBytes(file))
  const answer = await job.client.get({ url: urlOf(source, file), insecure: source.insecure }, sink)
  if (answer.kind !== 'body') throw new Fault(`the mirror has no ${file}`)
  sink.sync()
  return path
}

/** Undefined when the mirror has none. Throws Fault. */
export async function loadDiff(
  job: Job,
  source: ClamavSource,
  name: string,
  version: number,
): Promise<Uint8Array | undefined> {
  const sink = new MemorySink(job.maxBytes)
  const url = urlOf(source, `${name}-${version}.cdiff`)
  const answer = await job.client.get({ url, insecure: source.insecure }, sink)
  return answer.kind === 'body' ? sink.content : undefined
}

function urlOf(source: ClamavSource, file: string): string {
  return new URL(file, source.url.endsWith('/') ? source.url : `${source.url}/`).href
}
