// A change of a schedule as an Event.

import { printable } from '../../base/text.ts'
import type { Event, ProcessInfo } from '../../model/index.ts'
import { nextRun } from './cron-time.ts'
import type { JobChange } from './diff.ts'
import type { Job } from './job.ts'

export interface JobChangeContext {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly whileAway: boolean
  readonly process: ProcessInfo | undefined
}

const types = { 'job-added': 'creation', 'job-changed': 'change', 'job-removed': 'deletion' } as const
const verbs = {
  'job-added': 'scheduled',
  'job-changed': 'rescheduled',
  'job-removed': 'unscheduled',
} as const

export function jobEvent({ action, job, before }: JobChange, context: JobChangeContext): Event {
  const { atMs, whileAway, process } = context
  const next = action === 'job-removed' || !job.active ? undefined : nextOf(job)
  return {
    '@timestamp': new Date(atMs).toISOString(),
    event: {
      kind: 'event',
      category: ['configuration'],
      type: [types[action]],
      action,
      dataset: 'hx.schedule',
      provider: providerOf(context),
    },
    message: messageFor({ action, job, ...(before === undefined ? {} : { before }) }),
    ...(process === undefined ? {} : { process }),
    file: { path: job.path },
    ...(job.unit === undefined ? {} : { service: { name: job.unit } }),
    hx: {
      schedule: {
        ...fieldsOf(job),
        ...(next === undefined ? {} : { next }),
        ...(before === undefined ? {} : { before: fieldsOf(before) }),
        ...(whileAway ? { while_away: true } : {}),
      },
    },
  }
}

function providerOf({ whileAway, process }: JobChangeContext): string {
  if (whileAway) return 'baseline'
  return process === undefined ? 'inotify' : 'fanotify'
}

function messageFor({ action, job }: JobChange): string {
  const command = printable(job.command).slice(0, 200)
  const by = job.user === '' ? '' : ` for ${printable(job.user)}`
  return `${verbs[action]}${by}: ${printable(job.schedule).slice(0, 100)}: ${command} (${printable(job.path)})`
}

/** The fields of `hx.schedule`. */
function fieldsOf(job: Job): Readonly<Record<string, unknown>> {
  const { environment } = job
  const hasEnvironment = environment !== undefined && Object.keys(environment).length > 0
  return {
    kind: job.kind,
    schedule: job.schedule,
    command: job.command,
    active: job.active,
    ...(job.name === '' ? {} : { name: job.name }),
    ...(job.user === '' ? {} : { user: job.user }),
    ...(job.line === 0 ? {} : { line: job.line }),
    ...(job.commandTruncated ? { command_truncated: true } : {}),
    ...(job.input === undefined ? {} : { input: job.input }),
    ...(hasEnvironment ? { environment } : {}),
    ...(job.sha256 === undefined ? {} : { sha256: job.sha256 }),
    ...(job.unit === undefined ? {} : { unit: job.unit }),
  }
}

/** When it runs next: ISO 8601; undefined where only the scheduler knows. */
export function nextOf(job: Job): string | undefined {
  if (job.kind === 'at') return job.schedule
  // Red Hat's cron lets a crontab choose another time zone.
  if (job.kind !== 'crontab' || job.environment?.['CRON_TZ'] !== undefined) return undefined
  return nextRun(job.schedule, new Date())
}
