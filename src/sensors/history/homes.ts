// The homes in which histories are looked for: those of all accounts, and the folders of /home whose owners /etc/passwd
// does not have (accounts of a directory service).

import { lstatSync } from 'node:fs'

import { readAccounts } from '../accounts.ts'
import { namesIn } from '../folder-watch.ts'

export interface Home {
  /** Bytes in a latin1 string, with the root. */
  readonly path: string
  readonly uid: number
  /** Empty when no account has it. */
  readonly user: string
}

const maxHomes = 20_000

export function listHomes(root: string): Home[] {
  const base = Buffer.from(root).toString('latin1')
  const homes = new Map<string, Home>()
  for (const { name, uid, home } of readAccounts(root)) {
    const path = base + home.replace(/\/+$/, '')
    if (!homes.has(path) && folderOwner(path) !== undefined) homes.set(path, { path, uid, user: name })
  }
  for (const name of namesIn(`${base}/home`)) {
    const path = `${base}/home/${name}`
    if (homes.size >= maxHomes || homes.has(path)) continue
    const uid = folderOwner(path)
    if (uid !== undefined) homes.set(path, { path, uid, user: '' })
  }
  return [...homes.values()]
}

function folderOwner(path: string): number | undefined {
  try {
    const stat = lstatSync(Buffer.from(path === '' ? '/' : path, 'latin1'), { throwIfNoEntry: false })
    return stat?.isDirectory() === true ? stat.uid : undefined
  } catch {
    return undefined
  }
}
