// The accounts of /etc/passwd (passwd(5)). Those of a directory service (LDAP, sssd) are not in it.

import { readSmallFile } from './small-file.ts'

export interface Account {
  readonly name: string
  readonly uid: number
  /** Bytes in a latin1 string. */
  readonly home: string
  readonly shell: string
}

const maxAccounts = 20_000

/** `root` as in the context. Lines that are no account are left out. */
export function readAccounts(root: string): Account[] {
  const { file } = readSmallFile(`${Buffer.from(root).toString('latin1')}/etc/passwd`)
  if (file === undefined) return []
  const accounts: Account[] = []
  for (const line of file.text.split('\n', maxAccounts)) {
    const [name = '', , uid = '', , , home = '', shell = ''] = line.split(':')
    if (name === '' || !/^\d{1,10}$/.test(uid) || !home.startsWith('/')) continue
    accounts.push({ name, uid: Number(uid), home: Buffer.from(home).toString('latin1'), shell })
  }
  return accounts
}
