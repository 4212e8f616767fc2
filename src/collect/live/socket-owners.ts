// Which processes have a socket, by the descriptors in procfs: once for all network namespaces.

import { readdirSync } from 'node:fs'

import { pidsIn } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { readLink } from './proc-files.ts'

const maxSockets = 1_000_000
const maxOwners = 16

let known: ReadonlyMap<number, readonly number[]> | undefined

/** Processes by inode of the socket, the lowest number first; at most 16 each. Read when first asked for. */
export function socketOwners(): ReadonlyMap<number, readonly number[]> {
  known ??= readOwners()
  return known
}

function readOwners(): ReadonlyMap<number, readonly number[]> {
  const owners = new Map<number, number[]>()
  const proc = ownProc().path
  for (const pid of pidsIn(proc)) {
    for (const inode of socketsOf(`${proc}/${pid}/fd`)) {
      const pids = owners.get(inode)
      if (pids === undefined && owners.size < maxSockets) owners.set(inode, [pid])
      else if (pids !== undefined && pids.length < maxOwners && pids.at(-1) !== pid) pids.push(pid)
    }
  }
  return owners
}

function* socketsOf(folder: string): Generator<number> {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return
  }
  for (const name of names) {
    const inode = /^socket:\[(\d{1,15})\]$/.exec(readLink(`${folder}/${name}`) ?? '')?.[1]
    if (inode !== undefined) yield Number(inode)
  }
}
