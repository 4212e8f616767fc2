// Sets the ssh keys of an account aside. The folder belongs to the account, perhaps to an attacker: it is opened name by name, no
// symbolic link is followed, and nothing that is there is replaced.

import { existsSync, lstatSync, renameSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../../base/app-error.ts'
import type { StepResult } from '../action.ts'
import { openFolderStrictly } from '../quarantine/folder.ts'
import { syncFolder } from '../quarantine/sync-folder.ts'

/** The defaults of AuthorizedKeysFile (sshd_config(5)). */
const names = ['authorized_keys', 'authorized_keys2'] as const

/** The files that there are, absolute. */
export function keyFiles(home: string): string[] {
  if (!home.startsWith('/')) return []
  return names.map((name) => join(home, '.ssh', name)).filter((path) => existsSync(path))
}

export function setAside(path: string, id: string): StepResult {
  return move(path, { from: '', to: suffix(id) }, 'set aside')
}

export function putBack(path: string, id: string): StepResult {
  return move(path, { from: suffix(id), to: '' }, 'put back')
}

function suffix(id: string): string {
  return `.haechi-${id}`
}

function move(
  path: string,
  { from, to }: { readonly from: string; readonly to: string },
  what: string,
): StepResult {
  const slash = path.lastIndexOf('/')
  const name = path.slice(slash + 1)
  try {
    using folder = openFolderStrictly(Buffer.from(path.slice(0, slash)))
    if (lstatSync(folder.at(name + to), { throwIfNoEntry: false }) !== undefined)
      return { text: `${path}${from} is not ${what}: there is a ${name}${to}`, ok: false }
    renameSync(folder.at(name + from), folder.at(name + to))
    syncFolder(folder.at('.'))
    return { text: `${path} is ${what}`, ok: true }
  } catch (thrown) {
    return { text: `${path}${from} is not ${what}: ${messageOf(thrown)}`, ok: false }
  }
}
