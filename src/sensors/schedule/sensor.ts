// Tells when something is scheduled, rescheduled or unscheduled. Folders are watched; each wake-up compares everything
// that is scheduled with what was known, so a missed notice only delays. What was known is kept across restarts.

import { pathText } from '../../base/text.ts'
import type { Event } from '../../model/index.ts'
import type { Sensor, SensorContext, SensorStatus } from '../sensor.ts'
import { diffJobs, type JobChange } from './diff.ts'
import { FileActors } from '../file-actors.ts'
import { FolderWatch } from '../folder-watch.ts'
import type { Job } from './job.ts'
import { jobEvent } from './job-event.ts'
import { isSchedulePath } from './places.ts'
import { type ScheduleScan, ScheduleScanner } from './scan.ts'

/** After a wake-up: the writer finishes, and the files sensor names its process. */
const settleMs = 120
/** Without any wake-up, everything is compared this often. */
const roundMs = 60_000

const stateName = 'schedule-jobs'

export class ScheduleSensor implements Sensor {
  readonly id = 'schedule'
  readonly #context: SensorContext
  readonly #scanner: ScheduleScanner
  readonly #actors = new FileActors()
  readonly #watch = new FolderWatch(() => this.#wake())
  #known: readonly Job[] = []
  #problems: readonly string[] = []
  #dueMs = Number.POSITIVE_INFINITY
  #scanning: Promise<void> | undefined
  #stopped = false
  #changes = 0

  constructor(context: SensorContext) {
    this.#context = context
    this.#scanner = new ScheduleScanner(context.root)
    context.listen('hx.file', (event) => this.#onFile(event))
  }

  async start(): Promise<void> {
    const saved = savedJobs(this.#context.state.load(stateName))
    const scan = await this.#look()
    if (saved !== undefined) this.#tell(diffJobs(saved, scan.jobs), scan, true)
    this.#known = scan.jobs
    this.#save()
    this.#dueMs = performance.now() + roundMs
  }

  status(): SensorStatus {
    const refused = [...this.#watch.refused].slice(0, 16)
    return {
      tier: this.#watch.size > 0 ? 'inotify' : 'polling',
      refused: refused.map(([path, why]) => ({ tier: 'inotify', why: `${pathText(path)}: ${why}` })),
      facts: {
        jobs: this.#known.length,
        changes: this.#changes,
        folders: this.#watch.size,
        problems: this.#problems.length,
      },
    }
  }

  tick(): void {
    if (this.#scanning !== undefined || performance.now() < this.#dueMs) return
    this.#dueMs = performance.now() + roundMs
    this.#scanning = this.#compare().finally(() => {
      this.#scanning = undefined
    })
  }

  resync(): void {
    this.#dueMs = 0
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#watch.close()
    await this.#scanning
  }

  #wake(): void {
    this.#dueMs = Math.min(this.#dueMs, performance.now() + settleMs)
  }

  #onFile(event: Event): void {
    const { path, target_path: target } = event.file ?? {}
    const { root } = this.#context
    if (![path, target].some((at) => at?.startsWith(root) === true && isSchedulePath(at.slice(root.length))))
      return
    this.#actors.note(event)
    this.#wake()
  }

  async #compare(): Promise<void> {
    try {
      const scan = await this.#look()
      if (this.#stopped) return
      const changes = diffJobs(this.#known, scan.jobs)
      this.#known = scan.jobs
      if (changes.length === 0) return
      this.#tell(changes, scan, false)
      this.#save()
    } catch (thrown) {
      this.#context.notice(`the schedules could not be read: ${String(thrown)}`)
    }
  }

  /** Scans; once more when folders came that were not watched while the scan went on. */
  async #look(): Promise<ScheduleScan> {
    const first = await this.#scanner.scan()
    const scan = !this.#stopped && this.#watch.update(first.folders) > 0 ? await this.#scanner.scan() : first
    for (const problem of scan.problems) if (!this.#problems.includes(problem)) this.#context.notice(problem)
    this.#problems = scan.problems
    return scan
  }

  #tell(changes: readonly JobChange[], scan: ScheduleScan, whileAway: boolean): void {
    const now = Date.now()
    for (const change of changes) {
      const changedMs = change.action === 'job-removed' ? undefined : scan.changedMs.get(change.job.path)
      this.#changes++
      const process = this.#actors.of(this.#context.root + change.job.path)
      this.#context.emit(jobEvent(change, { atMs: changedMs ?? now, whileAway, process }))
    }
  }

  #save(): void {
    this.#context.state.save(stateName, { version: 1, jobs: this.#known })
  }
}

/** Undefined for a first start, and for a state of another version. */
function savedJobs(state: unknown): readonly Job[] | undefined {
  if (typeof state !== 'object' || state === null) return undefined
  const { version, jobs } = state as { version?: unknown; jobs?: unknown }
  return version === 1 && Array.isArray(jobs) ? (jobs as Job[]) : undefined
}
