// Sessions of systemd-logind: /run/systemd/sessions/ID, one file of NAME=value lines for each.

import { readdirSync, readFileSync, statSync } from 'node:fs'

export interface LogindSession {
  readonly id: string
  readonly uid: number | undefined
  readonly user: string
  readonly tty: string
  readonly host: string
  readonly service: string
  readonly leader: number | undefined
  /** Milliseconds since 1970. */
  readonly sinceMs: number | undefined
  readonly state: string
}

const maxSessions = 4096
const maxFileBytes = 65_536

/** Empty where logind does not run. Sessions that end while they are read are left out. */
export function readLogindSessions(root: string): LogindSession[] {
  const folder = `${root}/run/systemd/sessions`
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  const sessions: LogindSession[] = []
  for (const id of names.slice(0, maxSessions)) {
    // Beside each session lies a fifo ID.ref.
    if (!/^[\w-]{1,64}$/.test(id)) continue
    const path = `${folder}/${id}`
    const there = statSync(path, { throwIfNoEntry: false })
    if (there?.isFile() === true && there.size <= maxFileBytes)
      sessions.push(sessionOf(id, readFileSync(path, 'utf8')))
  }
  return sessions
}

function sessionOf(id: string, text: string): LogindSession {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals > 0) fields.set(line.slice(0, equals), line.slice(equals + 1))
  }
  const number = (name: string): number | undefined => {
    const value = fields.get(name)
    return value !== undefined && /^\d{1,16}$/.test(value) ? Number(value) : undefined
  }
  const realtime = number('REALTIME')
  return {
    id,
    uid: number('UID'),
    user: fields.get('USER') ?? '',
    tty: fields.get('TTY') ?? '',
    host: fields.get('REMOTE_HOST') ?? '',
    service: fields.get('SERVICE') ?? '',
    leader: number('LEADER'),
    sinceMs: realtime === undefined ? undefined : realtime / 1000,
    state: fields.get('STATE') ?? '',
  }
}
