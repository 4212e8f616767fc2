// The accounts of the host: passwd(5), shadow(5), group(5). Password hashes are looked at and never kept.

import { readFileSync, statSync } from 'node:fs'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

export interface PasswordState {
  /** `set`, `empty` (anybody may log in), `locked` (by `passwd -l`), `none` (no password fits). */
  readonly state: 'set' | 'empty' | 'locked' | 'none'
  /** Days since 1970; undefined when not told, 0 means that it must be changed. */
  readonly changedDay: number | undefined
  readonly maxDays: number | undefined
  readonly expiresDay: number | undefined
}

export interface UserGroup {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

const maxFileBytes = 16 * 1024 * 1024
const maxLines = 100_000

/** The file as text. Throws what fs throws, and when it is too large. */
function readLines(path: string): string[] {
  const { size } = statSync(path)
  if (size > maxFileBytes) throw new Error(`${path} is larger than ${maxFileBytes} bytes`)
  return readFileSync(path, 'utf8').split('\n', maxLines)
}

/** Throws what fs throws. */
export function readAccounts(root: string): Account[] {
  return readLines(`${root}/etc/passwd`).flatMap((line) => parseAccount(line) ?? [])
}

/** Lines that are none (comments, NIS) give undefined. */
function parseAccount(line: string): Account | undefined {
  const [name, , uid, gid, , home, shell] = line.split(':', 8)
  if (name === undefined || name === '' || home === undefined || shell === undefined) return undefined
  if (!isId(uid) || !isId(gid)) return undefined
  return { name, uid: Number(uid), gid: Number(gid), home, shell }
}

/** By account. Throws what fs throws. */
export function readPasswordStates(root: string): ReadonlyMap<string, PasswordState> {
  const states = new Map<string, PasswordState>()
  for (const line of readLines(`${root}/etc/shadow`)) {
    const [name = '', hash, changed, , maxDays, , , expires] = line.split(':', 10)
    if (name === '' || hash === undefined) continue
    states.set(name, {
      state: stateOf(hash),
      changedDay: dayOf(changed),
      maxDays: dayOf(maxDays),
      expiresDay: dayOf(expires),
    })
  }
  return states
}

function stateOf(hash: string): PasswordState['state'] {
  if (hash === '') return 'empty'
  if (hash.startsWith('!') && hash.length > 2 && hash !== '!!') return 'locked'
  return hash.startsWith('$') || /^[./\dA-Za-z]{13}$/.test(hash) || hash.startsWith('_') ? 'set' : 'none'
}

function dayOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}

/** Throws what fs throws. */
export function readGroups(root: string): UserGroup[] {
  return readLines(`${root}/etc/group`).flatMap((line) => {
    const [name, , gid, members] = line.split(':', 5)
    if (name === undefined || name === '' || !isId(gid) || members === undefined) return []
    return [{ name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') }]
  })
}

function isId(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,10}$/.test(text)
}
