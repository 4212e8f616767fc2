// Names of user ids, from /etc/passwd as it is now; directories beyond it are not asked while a decision waits.

import { readFileSync, statSync } from 'node:fs'

const file = '/etc/passwd'
const names = new Map<number, string>()
let readAt = -1

/** The name of a user; its number as text when it has none. */
export function userName(uid: number): string {
  if (uid < 0) return 'unknown'
  refresh()
  return names.get(uid) ?? String(uid)
}

/** The number of a user, given by name or number; undefined when there is no such user. */
export function userId(user: string): number | undefined {
  if (/^\d+$/.test(user)) return Number(user)
  refresh()
  for (const [uid, name] of names) if (name === user) return uid
  return undefined
}

function refresh(): void {
  try {
    const { mtimeMs } = statSync(file)
    if (mtimeMs === readAt) return
    readAt = mtimeMs
    names.clear()
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      const [name, , uid] = line.split(':')
      if (name !== undefined && uid !== undefined && !names.has(Number(uid))) names.set(Number(uid), name)
    }
  } catch {
    // Numbers will do.
  }
}
