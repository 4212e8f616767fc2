// A collection: runs the steps and writes what they give as one stream. Nothing else is written.

import type { KeyObject } from 'node:crypto'

import { messageOf } from '../../base/app-error.ts'
import type { CollectItem, CollectStep, FileItem, HostContext, Profile } from '../step.ts'
import { encryptingSink } from './age.ts'
import { type CaseFacts, type CaseFile, CaseLog, type PackageLimits } from './case-file.ts'
import type { Deadline } from './deadline.ts'
import { writeFileItem } from './file-item.ts'
import { LiveItems } from './live-items.ts'
import { headName } from './member-name.ts'
import { MemberWriter } from './member-writer.ts'
import { runSteps } from './run-steps.ts'
import { packageFormat, type Signature } from './signature.ts'
import { guardedSink, PackageFault, type PackageSink } from './sink.ts'

export interface PackageProgress {
  /** The step that runs, and its place among those that will. */
  readonly step: string
  readonly number: number
  readonly of: number
  readonly items: number
  /** Of content that is in the package. */
  readonly bytes: number
  /** Of the package. */
  readonly storedBytes: number
}

export interface WriteOptions {
  readonly steps: readonly CollectStep[]
  readonly profile: Profile
  /** Stands for `/`; '' on the running host. */
  readonly root: string
  readonly host?: HostContext
  readonly facts: CaseFacts
  readonly limits: PackageLimits
  /** Ends when it is whole, or is abandoned when it cannot become so. */
  readonly sink: PackageSink
  readonly signingKey: KeyObject
  /** Public keys of age; without any the package is not encrypted. */
  readonly recipients?: readonly string[]
  /** Of zstd, 1 to 19; 3 unless told. */
  readonly level?: number
  /** Threads that compress; 3 unless told. */
  readonly threads?: number
  /** Stops the collection; the package is closed all the same. */
  readonly signal?: AbortSignal
  progress?(progress: PackageProgress): void
}

export interface WriteResult {
  readonly case: CaseFile
  readonly signature: Signature
  /** Of the package before encryption. */
  readonly storedBytes: number
}

const progressMs = 200

/** Throws AppError where nothing can be written, e.g. when the disk is full. */
export async function writePackage(options: WriteOptions): Promise<WriteResult> {
  const { recipients = [] } = options
  const sink = recipients.length === 0 ? options.sink : await encryptingSink(options.sink, recipients)
  try {
    const result = await new Collection(options, guardedSink(sink)).run()
    await sink.finish()
    return result
  } catch (thrown) {
    await sink.abandon().catch(() => undefined)
    throw thrown instanceof PackageFault && thrown.cause !== undefined ? thrown.cause : thrown
  }
}

class Collection {
  readonly #options: WriteOptions
  readonly #started = new Date()
  readonly #writer: MemberWriter
  readonly #live: LiveItems
  readonly #log = new CaseLog()
  /** Files whose content is in the package. */
  readonly #taken = new Set<string>()
  #number = 0
  #step = ''
  #told = 0

  constructor(options: WriteOptions, sink: PackageSink) {
    this.#options = options
    const { level = 3, threads = 3 } = options
    this.#writer = new MemberWriter(sink, { level, parallel: threads }, this.#started.toISOString())
    this.#live = new LiveItems(this.#writer)
  }

  async run(): Promise<WriteResult> {
    const { steps, profile, root, host = { suspects: [] }, limits, signal } = this.#options
    await this.#head()
    await runSteps(steps, {
      profile,
      root,
      host,
      maxFileBytes: limits.maxFileBytes,
      maxMs: limits.maxMs,
      ...(signal === undefined ? {} : { signal }),
      note: (step, text) => this.#log.note(step, text),
      take: (item, step, deadline) => this.#take(item, step, deadline),
      ended: async (step) => {
        await this.#live.flush(step.id)
        await this.#writer.flush()
      },
      report: (report) => this.#log.steps.push(report),
    })
    const caseFile = this.#caseFile()
    const signature = await this.#writer.close(
      `${JSON.stringify(caseFile, undefined, 2)}\n`,
      this.#options.signingKey,
    )
    return { case: caseFile, signature, storedBytes: this.#writer.frames.offset }
  }

  /** What a package that is cut off tells of itself. */
  async #head(): Promise<void> {
    const { facts, profile } = this.#options
    const started = this.#started.toISOString()
    const text = JSON.stringify({ format: packageFormat, started, profile, ...facts })
    await this.#writer.add(
      { kind: 'head', path: headName, mode: 0o600, times: { modified: started }, step: '', ms: 0 },
      Buffer.from(`${text}\n`),
    )
  }

  async #take(item: CollectItem, step: CollectStep, deadline: Deadline): Promise<number> {
    this.#tell(step)
    if (item.kind === 'file') return this.#takeFile(item, step, deadline)
    let bytes = 0
    try {
      await this.#live.take(item, {
        step: step.id,
        deadline,
        leftBytes: () => this.#leftBytes(),
        note: (text) => this.#log.note(step.id, text),
        took: (count) => {
          bytes += count
          this.#log.bytes += count
        },
      })
    } catch (thrown) {
      if (thrown instanceof PackageFault) throw thrown
      this.#log.note(step.id, `${item.name} is not complete: ${messageOf(thrown)}`)
    }
    return bytes
  }

  async #takeFile(item: FileItem, step: CollectStep, deadline: Deadline): Promise<number> {
    const name = `${item.volume ?? ''}\0${item.file.path}\0${item.stream ?? ''}`
    // Several steps may want the same file; the first one has it.
    if (this.#taken.has(name)) return 0
    const { maxFileBytes, maxFileMs } = this.#options.limits
    const { bytes, left, problems } = await writeFileItem(this.#writer, item, step.id, {
      maxFileBytes,
      leftBytes: this.#leftBytes(),
      maxFileMs,
      leftMs: () => deadline.leftMs(),
    })
    if (left === undefined) {
      this.#taken.add(name)
      this.#log.files += 1
    } else this.#log.leftOut(left)
    if (problems.length > 0) this.#log.withProblems += 1
    this.#log.bytes += bytes
    return bytes
  }

  #leftBytes(): number {
    return Math.max(0, this.#options.limits.maxBytes - this.#log.bytes)
  }

  #tell(step: CollectStep): void {
    const now = performance.now()
    const isNext = step.id !== this.#step
    if (isNext) this.#number += 1
    this.#step = step.id
    if (!isNext && now - this.#told < progressMs) return
    this.#told = now
    const { steps, profile } = this.#options
    this.#options.progress?.({
      step: step.id,
      number: this.#number,
      of: steps.filter(({ profiles }) => profiles.includes(profile)).length,
      items: this.#writer.lines,
      bytes: this.#log.bytes,
      storedBytes: this.#writer.frames.offset,
    })
  }

  #caseFile(): CaseFile {
    const { facts, profile, root, limits } = this.#options
    const ended = new Date()
    return {
      format: 'haechi-case/1',
      ...facts,
      profile,
      root,
      limits,
      started: this.#started.toISOString(),
      ended: ended.toISOString(),
      ms: ended.getTime() - this.#started.getTime(),
      steps: this.#log.steps,
      counts: this.#log.counts(this.#writer.lines),
      log: this.#log.notes.notes,
      droppedLog: this.#log.notes.dropped,
    }
  }
}
