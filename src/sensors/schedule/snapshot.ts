// Table `jobs`: everything that is scheduled now.

import type { Snapshotter } from '../sensor.ts'
import { nextOf } from './job-event.ts'
import { ScheduleScanner } from './scan.ts'

export const snapshotSchedules: Snapshotter = async (root) => {
  const { jobs, problems } = await new ScheduleScanner(root).scan()
  const rows = jobs.map((job) => ({
    kind: job.kind,
    path: job.path,
    name: job.name,
    line: job.line,
    schedule: job.schedule,
    user: job.user,
    command: job.command,
    active: job.active,
    next: job.active ? (nextOf(job) ?? null) : null,
    input: job.input ?? null,
    environment: Object.entries(job.environment ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    unit: job.unit ?? null,
    sha256: job.sha256 ?? null,
  }))
  return [{ name: 'jobs', key: ['kind', 'path', 'name', 'schedule', 'user', 'command'], rows, problems }]
}
