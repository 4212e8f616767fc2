// One thing that the host will do by itself at some time, whoever keeps it: cron, anacron, at or a systemd timer.

export type JobKind = 'crontab' | 'cron-script' | 'anacron' | 'at' | 'timer'

export interface Job {
  readonly kind: JobKind
  /** The file that says so, as text. */
  readonly path: string
  /** Name within the file or folder: an anacron job, a timer (with its scope); empty for lines of a crontab. */
  readonly name: string
  /** Line of a crontab, from 1; 0 where there are none. */
  readonly line: number
  /** As written: five fields, `@daily`, `OnCalendar=…`, or the time of an at job (ISO 8601). */
  readonly schedule: string
  /** Account that it runs as; a decimal uid for at jobs of unknown accounts. */
  readonly user: string
  /** At most 4096 characters. */
  readonly command: string
  readonly commandTruncated: boolean
  /** What cron gives it as standard input (after an unescaped `%`). */
  readonly input?: string
  /** Assignments that stand before it in the crontab. */
  readonly environment?: Readonly<Record<string, string>>
  /** False when it is there but will not run (masked, not executable, a name that run-parts passes over). */
  readonly active: boolean
  /** Of a script or at job. */
  readonly sha256?: string
  /** Of the unit that a timer starts. */
  readonly unit?: string
}

/** What a place says, and which of its lines make no sense, one sentence each. */
export interface JobList {
  readonly jobs: readonly Job[]
  readonly problems: readonly string[]
}

const maxCommandLength = 4096

export function clippedCommand(command: string): Pick<Job, 'command' | 'commandTruncated'> {
  return {
    command: command.slice(0, maxCommandLength),
    commandTruncated: command.length > maxCommandLength,
  }
}

/** Everything that makes a job what it is, but for its line. */
export function sameJob(one: Job, other: Job): boolean {
  return identity({ ...one, line: 0 }) === identity({ ...other, line: 0 })
}

function identity(job: Job): string {
  const { environment = {}, ...rest } = job
  return JSON.stringify([Object.entries(rest).toSorted(byName), Object.entries(environment).toSorted(byName)])
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : Number(one > other)
}
