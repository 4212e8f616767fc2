// Accounts, groups and rights as rows, and what changed in them: the tools of shadow(5) keep the last state beside each file (`-`), and
// Debian another one in /var/backups.

import type { Host } from './host.ts'
import { type PasswdLine, readGroup, readPasswd } from './owners.ts'
import { accountFiles, found } from './places.ts'

export interface AccountRow {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
  /** `set`, `empty` (anybody may log in), `locked`, `none` (no password fits); null when nobody can say. */
  readonly password: string | null
  /** E.g. `y` (yescrypt), `6` (SHA-512). */
  readonly scheme: string | null
  readonly password_changed: string | null
  readonly expires: string | null
  readonly groups: readonly string[]
  readonly home_owner: number | null
  readonly home_changed: string | null
  readonly home_born: string | null
  /** What is out of the ordinary. */
  readonly remarkable: readonly string[]
}

interface Shadow {
  readonly state: string
  readonly scheme: string | null
  readonly changedDay: string
  readonly expiresDay: string
  /** Compared, never told. */
  readonly hash: string
}

export function* accountRows(host: Host): Generator<AccountRow> {
  const shadows = readShadow(host, '/etc/shadow')
  const accounts = readPasswd(host)
  const groups = readGroup(host)
  const groupsOf = new Map<string, string[]>()
  for (const { name, members } of groups) {
    for (const member of members) groupsOf.set(member, [...(groupsOf.get(member) ?? []), name])
  }
  const countOfUid = new Map<number, number>()
  for (const { uid } of accounts) countOfUid.set(uid, (countOfUid.get(uid) ?? 0) + 1)
  for (const account of accounts) {
    const { name, uid, gid, comment, home, shell } = account
    const shadow = shadows.get(name)
    const folder = home.startsWith('/') ? host.tree.stat(home) : undefined
    yield {
      name,
      uid,
      gid,
      comment,
      home,
      shell,
      password: passwordOf(account, shadow),
      scheme: shadow?.scheme ?? null,
      password_changed: dayText(shadow?.changedDay),
      expires: dayText(shadow?.expiresDay),
      groups: groupsOf.get(name) ?? [],
      home_owner: folder?.uid ?? null,
      home_changed: folder?.times.changed ?? null,
      home_born: folder?.times.born ?? null,
      remarkable: remarkableOf(account, shadow, countOfUid.get(uid) ?? 1),
    }
  }
}

export function* groupRows(host: Host): Generator<object> {
  for (const { name, gid, members } of readGroup(host)) yield { name, gid, members }
}

function passwordOf({ password }: PasswdLine, shadow: Shadow | undefined): string | null {
  if (password === 'hash') return 'set'
  if (password === 'empty' || password === 'locked') return password
  return shadow?.state ?? null
}

const noLogin = /\/(?:nologin|false|sync|halt|shutdown)$/

function remarkableOf(account: PasswdLine, shadow: Shadow | undefined, sameUid: number): string[] {
  const canLogIn = !noLogin.test(account.shell)
  return [
    ...(account.uid === 0 && account.name !== 'root' ? ['another root'] : []),
    ...(sameUid > 1 ? ['shares its number'] : []),
    ...(account.password === 'hash' ? ['hash in passwd'] : []),
    ...(passwordOf(account, shadow) === 'empty' ? ['empty password'] : []),
    ...(canLogIn && account.uid > 0 && account.uid < 1000 && shadow?.state === 'set'
      ? ['system account with password and shell']
      : []),
    ...(/^\/(?:tmp|dev|var\/tmp)(?:\/|$)/.test(account.home) ? ['home at a temporary place'] : []),
  ]
}

function readShadow(host: Host, path: string): Map<string, Shadow> {
  const shadows = new Map<string, Shadow>()
  const bytes = host.secretBytes(path)
  for (const line of Buffer.from(bytes ?? [])
    .toString('latin1')
    .split('\n')) {
    const [name = '', hash, changedDay = '', , , , , expiresDay = ''] = line.split(':', 10)
    if (name === '' || hash === undefined) continue
    shadows.set(name, { ...stateOf(hash), changedDay, expiresDay, hash })
  }
  return shadows
}

function stateOf(hash: string): { state: string; scheme: string | null } {
  if (hash === '') return { state: 'empty', scheme: null }
  const scheme = /^!*\$([a-z0-9-]{1,12})\$/i.exec(hash)?.[1] ?? null
  if (hash.startsWith('!') && hash.replace(/^!+/, '').length > 1) return { state: 'locked', scheme }
  return { state: scheme !== null || /^[./\dA-Za-z]{13}$/.test(hash) ? 'set' : 'none', scheme }
}

function dayText(day: string | undefined): string | null {
  if (day === undefined || !/^\d{1,6}$/.test(day)) return null
  return new Date(Number(day) * 86_400_000).toISOString().slice(0, 10)
}

export interface AccountChange {
  readonly file: string
  readonly before: string
  readonly name: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Which fields differ; of a password only that it does. */
  readonly fields: readonly string[]
  /** When the newer file was written. */
  readonly changed: string | null
}

const fieldNames: Readonly<Record<string, readonly string[]>> = {
  passwd: ['name', 'password', 'uid', 'gid', 'comment', 'home', 'shell'],
  shadow: ['name', 'password', 'password changed', 'min', 'max', 'warning', 'inactive', 'expires'],
  group: ['name', 'password', 'gid', 'members'],
  gshadow: ['name', 'password', 'administrators', 'members'],
}

/** Each file against its last state. */
export function* accountChanges(host: Host): Generator<AccountChange> {
  for (const [file, fields] of Object.entries(fieldNames)) {
    const path = `/etc/${file}`
    const now = entriesOf(host, path)
    if (now === undefined) continue
    const changed = host.tree.stat(path)?.times.changed ?? null
    for (const before of [`${path}-`, `/var/backups/${file}.bak`]) {
      const old = entriesOf(host, before)
      if (old === undefined) continue
      for (const name of new Set([...old.keys(), ...now.keys()])) {
        const difference = differenceOf(old.get(name), now.get(name), fields)
        if (difference !== undefined) yield { file: path, before, name, ...difference, changed }
      }
    }
  }
}

function differenceOf(
  old: readonly string[] | undefined,
  now: readonly string[] | undefined,
  names: readonly string[],
): Pick<AccountChange, 'change' | 'fields'> | undefined {
  if (old === undefined) return { change: 'added', fields: [] }
  if (now === undefined) return { change: 'removed', fields: [] }
  const fields = names.filter((_, at) => (old[at] ?? '') !== (now[at] ?? ''))
  return fields.length === 0 ? undefined : { change: 'changed', fields }
}

/** Undefined when there is no such file. */
function entriesOf(host: Host, path: string): Map<string, readonly string[]> | undefined {
  const bytes = host.secretBytes(path)
  if (bytes === undefined) return undefined
  const entries = new Map<string, readonly string[]>()
  for (const line of Buffer.from(bytes).toString('utf8').split('\n')) {
    const fields = line.split(':', 10)
    if (fields.length > 1 && fields[0] !== undefined && fields[0] !== '') entries.set(fields[0], fields)
  }
  return entries
}

export interface RightRow {
  readonly path: string
  readonly line: number
  readonly text: string
  readonly without_password: boolean
}

/** Lines of sudoers(5) and doas.conf(5) that say something. */
export function* rightRows(host: Host): Generator<RightRow> {
  for (const { path } of found(host, accountFiles)) {
    if (!/^\/etc\/(?:sudoers|doas\.conf)/.test(path)) continue
    const lines = (host.text(path, 1024 * 1024) ?? '').replaceAll(/\\\n/g, ' ').split('\n')
    for (const [at, line] of lines.entries()) {
      const text = line.trim()
      if (text === '' || /^#(?!include)/.test(text)) continue
      yield {
        path,
        line: at + 1,
        text: text.slice(0, 2000),
        without_password: /\bNOPASSWD\b|!authenticate|\bnopass\b/.test(text),
      }
    }
  }
}
