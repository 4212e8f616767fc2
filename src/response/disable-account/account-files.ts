// The accounts of this host as /etc/passwd and /etc/shadow have them (passwd(5), shadow(5)).

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

import { AppError, messageOf } from '../../base/app-error.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  readonly home: string
  readonly password: PasswordState
}

/** Without the password's hash: what is written down holds no secret. */
export interface PasswordState {
  /** `none`: anybody gets in without one. `locked`: begins with `!`. */
  readonly kind: 'set' | 'none' | 'locked'
  /** Days since 1970 of the last change, and of the expiry; as they are written, often empty. */
  readonly changed: string
  readonly expires: string
  /** SHA-256 of the whole line: whether it is as before. */
  readonly digest: string
}

// What usermod(8) can be given without being taken for an option.
const namePattern = /^[A-Za-z0-9_][\w.@-]{0,255}\$?$/

/** Throws AppError. */
export function findAccount(name: string): Account {
  if (!namePattern.test(name)) throw new AppError('usage', `${name} is no name of an account`)
  const fields = entryOf('/etc/passwd', name)?.split(':')
  if (fields === undefined) {
    throw new AppError('not-found', `there is no account ${name} in /etc/passwd`, {
      hint: 'accounts of a directory (LDAP, Active Directory) are disabled there',
    })
  }
  const uid = Number(fields[2])
  if (!/^\d{1,10}$/.test(fields[2] ?? '') || !Number.isSafeInteger(uid))
    throw new AppError('unsupported', `the entry of ${name} in /etc/passwd is damaged`)
  return { name, uid, home: fields[5] ?? '', password: readPassword(name) }
}

/** Throws AppError. */
export function readPassword(name: string): PasswordState {
  const line = entryOf('/etc/shadow', name)
  if (line === undefined) {
    throw new AppError('unsupported', `${name} has no line in /etc/shadow`, {
      hint: 'pwconv makes the missing lines',
    })
  }
  const [, password = '', changed = '', , , , , expires = ''] = line.split(':')
  return {
    kind: kindOf(password),
    changed,
    expires,
    digest: createHash('sha256').update(line).digest('hex'),
  }
}

function kindOf(password: string): PasswordState['kind'] {
  if (password === '') return 'none'
  return password.startsWith('!') ? 'locked' : 'set'
}

function entryOf(path: string, name: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
  } catch (thrown) {
    throw new AppError('permission', `cannot read ${path}: ${messageOf(thrown)}`, {
      hint: 'run as root',
      cause: thrown,
    })
  }
}
