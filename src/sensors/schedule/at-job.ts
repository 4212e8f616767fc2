// A file that at(1) or batch(1) has queued: its name says when, its head who, its body what. Name: one letter for the
// queue (`=` while it runs), the number of the job in 5 hexadecimal digits, minutes since 1970 in 8.

import { clippedCommand, type Job } from './job.ts'

export interface AtName {
  readonly queue: string
  readonly number: number
  /** ISO 8601. */
  readonly time: string
}

/** Undefined for names that are no job (`.SEQ`, output files). */
export function parseAtName(name: string): AtName | undefined {
  const match = /^([A-Za-z=])([0-9a-f]{5})([0-9a-f]{8})$/.exec(name)
  if (match === null) return undefined
  const [, queue = '', number = '', minutes = ''] = match
  return {
    queue,
    number: Number.parseInt(number, 16),
    time: new Date(Number.parseInt(minutes, 16) * 60_000).toISOString(),
  }
}

export interface AtFile {
  readonly path: string
  readonly text: string
  readonly sha256: string
  readonly executable: boolean
  readonly userOf: (uid: number) => string
}

export function atJob({ queue, number, time }: AtName, file: AtFile): Job {
  const uid = /^# atrun uid=(\d{1,10})\b/m.exec(file.text.slice(0, 4096))?.[1]
  return {
    kind: 'at',
    path: file.path,
    name: `${queue}${number}`,
    line: 0,
    schedule: time,
    user: uid === undefined ? '' : file.userOf(Number(uid)),
    // at clears the bit of a job that is being written or already run.
    active: file.executable,
    sha256: file.sha256,
    ...clippedCommand(bodyOf(file.text)),
  }
}

/** What the user typed: the head, which restores umask, environment and folder, is passed over. */
function bodyOf(text: string): string {
  const here = /<< '?(marcinDELIMITER[0-9a-f]{1,16})'?\n/.exec(text)
  if (here !== null) {
    const body = text.slice(here.index + here[0].length)
    const end = body.lastIndexOf(`\n${here[1]}`)
    return (end < 0 ? body : body.slice(0, end)).trim()
  }
  // After `cd FOLDER || { … exit 1 }` in other versions.
  const change = /^cd [^\n]{0,4096}\|\| \{\n[^\n]*\n[^\n]*exit 1\n\}\n/m.exec(text)
  return (change === null ? text : text.slice(change.index + change[0].length)).trim()
}
