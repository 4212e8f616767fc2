// What has become of the jobs between two looks: added, removed, or changed from one that had the same command or the
// same time in the same file.

import { type Job, sameJob } from './job.ts'

export interface JobChange {
  readonly action: 'job-added' | 'job-changed' | 'job-removed'
  readonly job: Job
  /** What it was, when it changed. */
  readonly before?: Job
}

export function diffJobs(before: readonly Job[], after: readonly Job[]): JobChange[] {
  const earlier = byFile(before)
  const later = byFile(after)
  const changes: JobChange[] = []
  for (const path of new Set([...earlier.keys(), ...later.keys()]))
    changes.push(...diffFile(earlier.get(path) ?? [], later.get(path) ?? []))
  return changes
}

function byFile(jobs: readonly Job[]): Map<string, Job[]> {
  const files = new Map<string, Job[]>()
  for (const job of jobs) {
    // A timer is one however many files its name has: its unit may move from one folder to another.
    const key = job.kind === 'timer' ? `timer ${job.name}` : job.path
    const list = files.get(key)
    if (list === undefined) files.set(key, [job])
    else list.push(job)
  }
  return files
}

function diffFile(before: readonly Job[], after: readonly Job[]): JobChange[] {
  const gone = [...before]
  const fresh = after.filter((job) => take(gone, (old) => sameJob(old, job)) === undefined)
  const changes: JobChange[] = []
  for (const job of fresh) {
    const old =
      take(gone, (other) => other.command === job.command && other.name === job.name) ??
      take(gone, (other) => other.schedule === job.schedule && other.user === job.user) ??
      (job.kind === 'crontab' ? undefined : take(gone, (other) => other.name === job.name))
    if (old === undefined) changes.push({ action: 'job-added', job })
    else changes.push({ action: 'job-changed', job, before: old })
  }
  for (const job of gone) changes.push({ action: 'job-removed', job })
  return changes
}

function take(jobs: Job[], fits: (job: Job) => boolean): Job | undefined {
  const at = jobs.findIndex(fits)
  return at < 0 ? undefined : jobs.splice(at, 1)[0]
}
