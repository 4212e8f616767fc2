// What the host has now of accounts and logins: who is on, last logins, accounts, groups and the keys that open them.

import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'

import { messageOf } from '../../base/app-error.ts'
import type { SnapshotTable } from '../sensor.ts'
import { type Account, type PasswordState, readAccounts, readGroups, readPasswordStates } from './accounts.ts'
import { keyFilePatterns, keyFilesOf, readKeyFile } from './authorized-keys.ts'
import { type LastLogin, parseUtmp, utmpTypes } from '../../evidence/logins/index.ts'
import { readLastlog } from './lastlog-file.ts'
import { loginPaths } from './login-files.ts'
import { readLogindSessions } from './logind-sessions.ts'
import { readLastlog2 } from './wtmpdb.ts'

type Row = Readonly<Record<string, string | number | boolean | null>>

interface Filling {
  readonly rows: Row[]
  readonly problems: string[]
}

/** Tables `logins`, `lastlog`, `accounts`, `groups`, `authorized-keys`. */
export async function snapshotLogins(root: string): Promise<readonly SnapshotTable[]> {
  const accounts: Account[] = []
  const table = (name: string, key: readonly string[], fill: (filling: Filling) => void): SnapshotTable => {
    const filling: Filling = { rows: [], problems: [] }
    attempt(filling, () => fill(filling))
    return { name, key, ...filling }
  }
  const accountTable = table('accounts', ['name', 'uid'], (filling) => {
    accounts.push(...readAccounts(root))
    fillAccounts(root, accounts, filling)
  })
  const tables = [accountTable]
  const steps: [string, readonly string[], (filling: Filling) => void][] = [
    ['logins', ['user', 'tty', 'pid', 'since'], (filling) => fillLogins(root, filling)],
    ['lastlog', ['user'], (filling) => fillLastlog(root, accounts, filling)],
    ['groups', ['name', 'gid'], (filling) => fillGroups(root, filling)],
    [
      'authorized-keys',
      ['user', 'path', 'fingerprint', 'line'],
      (filling) => fillKeys(root, accounts, filling),
    ],
  ]
  for (const [name, key, fill] of steps) {
    await setImmediate()
    tables.push(table(name, key, fill))
  }
  return tables
}

/** What cannot be read is a problem of the table; what is not there is none. */
function attempt({ problems }: Filling, read: () => void): void {
  try {
    read()
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') problems.push(messageOf(thrown))
  }
}

function timeText(ms: number | undefined): string | null {
  return ms === undefined || ms <= 0 || ms > 253_402_300_799_999 ? null : new Date(ms).toISOString()
}

function fillAccounts(root: string, accounts: readonly Account[], filling: Filling): void {
  let states: ReadonlyMap<string, PasswordState> = new Map()
  attempt(filling, () => {
    states = readPasswordStates(root)
  })
  const today = Math.floor(Date.now() / 86_400_000)
  for (const { name, uid, gid, home, shell } of accounts) {
    const state = states.get(name)
    filling.rows.push({
      name,
      uid,
      gid,
      home,
      shell,
      password: state?.state ?? null,
      locked: state === undefined ? null : state.state === 'locked' || state.state === 'none',
      password_changed: state?.changedDay === undefined ? null : dayText(state.changedDay),
      password_age_days: state?.changedDay === undefined ? null : today - state.changedDay,
      password_max_days: state?.maxDays ?? null,
      expires: state?.expiresDay === undefined ? null : dayText(state.expiresDay),
    })
  }
}

function dayText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

function fillLogins(root: string, filling: Filling): void {
  const seen = new Set<string>()
  for (const session of readLogindSessions(root)) {
    if (session.state === 'closing') continue
    if (session.tty !== '') seen.add(`${session.user} ${session.tty}`)
    filling.rows.push({
      user: session.user,
      tty: session.tty,
      host: session.host,
      pid: session.leader ?? null,
      since: timeText(session.sinceMs),
      session: session.id,
      service: session.service,
      source: 'logind',
    })
  }
  attempt(filling, () => {
    for (const record of parseUtmp(readFileSync(root + loginPaths.utmp))) {
      if (
        record.type !== utmpTypes.userProcess ||
        record.user === '' ||
        seen.has(`${record.user} ${record.line}`)
      )
        continue
      filling.rows.push({
        user: record.user,
        tty: record.line,
        host: record.host === '' ? (record.ip ?? '') : record.host,
        pid: record.pid,
        since: timeText(record.timeMs),
        session: null,
        service: null,
        source: 'utmp',
      })
    }
  })
}

function fillLastlog(root: string, accounts: readonly Account[], filling: Filling): void {
  let logins: ReadonlyMap<string, LastLogin> = new Map()
  attempt(filling, () => {
    logins = readLastlog(root + loginPaths.lastlog, accounts)
  })
  let newer: ReadonlyMap<string, LastLogin> = new Map()
  attempt(filling, () => {
    newer = readLastlog2(root + loginPaths.lastlog2)
  })
  for (const { name } of accounts) {
    const login = newer.get(name) ?? logins.get(name)
    filling.rows.push({
      user: name,
      last: timeText(login?.timeMs),
      tty: login?.tty ?? null,
      host: login?.host ?? null,
      service: login?.service ?? null,
    })
  }
}

function fillGroups(root: string, { rows }: Filling): void {
  for (const { name, gid, members } of readGroups(root))
    rows.push({ name, gid, members: members.toSorted().join(',') })
}

function fillKeys(root: string, accounts: readonly Account[], filling: Filling): void {
  const patterns = keyFilePatterns(root)
  const read = new Set<string>()
  for (const account of accounts) {
    for (const path of keyFilesOf(account, patterns)) {
      // Several accounts may share a home, each is named with its keys; one account's file is read once.
      const once = `${account.name} ${path}`
      if (read.has(once)) continue
      read.add(once)
      attempt(filling, () => {
        for (const { line, type, fingerprint, comment, options } of readKeyFile(root + path) ?? [])
          filling.rows.push({ user: account.name, path, line, type, fingerprint, comment, options })
      })
    }
  }
}
