// Watches lastlog: an account's last login never becomes older, and is never wiped.

import { closeSync, openSync, statSync } from 'node:fs'

import { type Account, readAccounts } from './accounts.ts'
import { type LastLogin, lastlogRecordBytes, readLastlogOf } from '../../evidence/logins/index.ts'

const maxAccounts = 1024
/** The clock may have been set back a little. */
const toleratedMs = 120_000

/** By account, those who have logged in. Throws what fs throws. */
export function readLastlog(path: string, accounts: readonly Account[]): ReadonlyMap<string, LastLogin> {
  const fd = openSync(path, 'r')
  try {
    const logins = new Map<string, LastLogin>()
    for (const { name, uid } of accounts) {
      const login = readLastlogOf(fd, uid)
      if (login !== undefined && login.timeMs > 0) logins.set(name, login)
    }
    return logins
  } finally {
    closeSync(fd)
  }
}

export class LastlogFile {
  readonly #root: string
  readonly #path: string
  readonly #onTampered: (what: string) => void
  #last: ReadonlyMap<string, LastLogin> | undefined
  #size = 0
  #stamp = ''

  constructor(root: string, onTampered: (what: string) => void) {
    this.#root = root
    this.#path = `${root}/var/log/lastlog`
    this.#onTampered = onTampered
  }

  get path(): string {
    return this.#path
  }

  /** Reads the file when it has changed. */
  look(): void {
    const there = statSync(this.#path, { bigint: true, throwIfNoEntry: false })
    const stamp = there === undefined ? '' : `${there.ino} ${there.size} ${there.mtimeNs} ${there.ctimeNs}`
    if (stamp === this.#stamp) return
    this.#stamp = stamp
    if (there === undefined) {
      if (this.#last !== undefined) this.#onTampered('the file is gone')
      this.#last = undefined
      return
    }
    this.#compare(Number(there.size))
  }

  #compare(size: number): void {
    if (this.#last !== undefined && size < this.#size)
      this.#onTampered(`it was cut from ${this.#size} to ${size} bytes`)
    if (size % lastlogRecordBytes !== 0) this.#onTampered('its size is no multiple of the size of a record')
    this.#size = size
    const before = this.#last
    const accounts = readAccounts(this.#root).slice(0, maxAccounts)
    const now = readLastlog(this.#path, accounts)
    this.#last = now
    for (const [name, { timeMs }] of before ?? []) {
      const login = now.get(name)
      if (login === undefined && accounts.some((account) => account.name === name))
        this.#onTampered(`the last login of ${name} was wiped`)
      else if (login !== undefined && login.timeMs < timeMs - toleratedMs)
        this.#onTampered(`the last login of ${name} became older`)
    }
  }
}
