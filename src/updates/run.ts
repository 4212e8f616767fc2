// One run: each source has its turn, and what goes wrong in one keeps none of the others from theirs.

import { join } from 'node:path'

import { messageOf } from '../base/app-error.ts'
import { updateClamav } from './clamav/update.ts'
import { Fault } from './fault.ts'
import { updateArchive } from './files/archive.ts'
import { updateFolder } from './files/folder.ts'
import { HttpClient, type HttpSettings } from './http/client.ts'
import type { Bounds, Job, Outcome, Wishes } from './job.ts'
import { checkSources, type Source } from './source.ts'
import { type Installed, readManifest } from './state/manifest.ts'
import { currentOf, Store, type Work } from './state/store.ts'
import type { Verifier } from './verifier.ts'

export interface UpdateRequest {
  readonly sources: readonly Source[]
  /** The state directory. */
  readonly directory: string
  /** Versions of a source that stay, the current one included. */
  readonly keep: number
  readonly http: HttpSettings
  readonly bounds: Bounds
  readonly wishes: Wishes
  readonly verifier: Verifier
  readonly onBytes: (source: string, what: string, bytes: number, total: number | undefined) => void
  readonly onResult: (result: SourceResult) => void
}

export interface SourceResult {
  readonly source: Source
  readonly result: 'updated' | 'current' | 'available' | 'failed'
  /** The version that was there before, and the one that is there now (or would be). */
  readonly before: string | undefined
  readonly after: string | undefined
  /** Where the current version is. */
  readonly folder: string | undefined
  readonly notes: readonly string[]
  /** What could not be updated; the rest of the source was. */
  readonly problems: readonly string[]
  readonly ms: number
}

/** Throws AppError when nothing can be done at all: a wrong source, another run, a damaged state. */
export async function update(request: UpdateRequest): Promise<readonly SourceResult[]> {
  checkSources(request.sources)
  using client = new HttpClient(request.http)
  // A dry run takes no lock and removes nothing.
  using store = request.wishes.dryRun ? undefined : new Store(request.directory, request.keep)
  const results: SourceResult[] = []
  for (const source of request.sources) {
    const result = await updateSource(request, { client, store }, source)
    request.onResult(result)
    results.push(result)
  }
  return results
}

interface Tools {
  readonly client: HttpClient
  readonly store: Store | undefined
}

async function updateSource(request: UpdateRequest, tools: Tools, source: Source): Promise<SourceResult> {
  const started = performance.now()
  const installed = installedOf(request, tools, source)
  const base = { source, before: installed?.version, notes: [], problems: [] }
  const ms = (): number => Math.round(performance.now() - started)
  const unchanged = { after: installed?.version, folder: folderOf(request, source, installed) }
  try {
    return { ...base, ...unchanged, ...(await turn(request, tools, source, installed)), ms: ms() }
  } catch (thrown) {
    if (!(thrown instanceof Fault) && !isSystemError(thrown)) throw thrown
    return { ...base, ...unchanged, result: 'failed', problems: [messageOf(thrown)], ms: ms() }
  }
}

type Changed = Pick<SourceResult, 'result'> & Partial<SourceResult>

async function turn(
  request: UpdateRequest,
  { client, store }: Tools,
  source: Source,
  installed: Installed | undefined,
): Promise<Changed> {
  using open = new OpenWork(store)
  const outcome = await ask(source, {
    ...request.wishes,
    ...request.bounds,
    client,
    verifier: request.verifier,
    installed,
    folder: folderOf(request, source, installed) ?? '',
    work: () => open.work,
    onBytes: (what) => (bytes, total) => request.onBytes(source.name, what, bytes, total),
  })
  const { problems } = outcome
  switch (outcome.kind) {
    case 'available':
      return { result: 'available', after: outcome.version, problems }
    case 'current':
      store?.checked(source.name, outcome.facts)
      return { result: 'current', problems }
    case 'new': {
      const published = store?.publish(source.name, open.work, outcome.version)
      store?.checked(source.name)
      const folder = folderOf(request, source, published)
      return { result: 'updated', after: published?.version, folder, notes: outcome.notes, problems }
    }
  }
}

function ask(source: Source, job: Job): Promise<Outcome> | Outcome {
  switch (source.kind) {
    case 'clamav':
      return updateClamav(job, source)
    case 'archive':
      return updateArchive(job, source)
    case 'folder':
      return updateFolder(job, source)
  }
}

function installedOf(request: UpdateRequest, { store }: Tools, source: Source): Installed | undefined {
  if (store !== undefined) return store.installed(source.name)
  return currentOf(request.directory, readManifest(request.directory), source.name)
}

function folderOf(
  request: UpdateRequest,
  source: Source,
  installed: Installed | undefined,
): string | undefined {
  return installed === undefined ? undefined : join(request.directory, source.name, installed.folder)
}

/** The work folder of one turn, made when it is first needed. */
class OpenWork implements Disposable {
  readonly #store: Store | undefined
  #work: Work | undefined

  constructor(store: Store | undefined) {
    this.#store = store
  }

  get work(): Work {
    this.#work ??= this.#store?.begin()
    if (this.#work === undefined) throw new Fault('a dry run writes nothing')
    return this.#work
  }

  [Symbol.dispose](): void {
    this.#work?.[Symbol.dispose]()
  }
}

/** The operating system refused something: a full disk, a missing right. */
function isSystemError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown
}
