// Which process has a socket, by the descriptors in /proc/PID/fd: slow (a link for every descriptor of the host), so only
// for what was there before the sensor, and for snapshots.

import { readdir, readlink } from 'node:fs/promises'

const maxSockets = 500_000
/** Links that are read at the same time: they are read by other threads, this one stays free. */
const linksAtOnce = 64

export interface SocketOwners {
  /** Process (the lowest number where several have it) by inode of the socket. */
  readonly pids: ReadonlyMap<number, number>
  /** Processes whose descriptors could not be read, and that still live. */
  readonly unreadable: number
}

export async function findSocketOwners(): Promise<SocketOwners> {
  const pids = new Map<number, number>()
  let unreadable = 0
  const names = await readdir('/proc')
  const processes = names.filter((name) => /^\d+$/.test(name)).map(Number)
  for (const pid of processes.toSorted((a, b) => a - b)) {
    if (pids.size > maxSockets) break
    try {
      for (const inode of await socketsOf(pid)) if (!pids.has(inode)) pids.set(inode, pid)
    } catch (thrown) {
      // ENOENT and ESRCH: it has ended meanwhile.
      const { code } = thrown as NodeJS.ErrnoException
      if (code !== 'ENOENT' && code !== 'ESRCH') unreadable += 1
    }
  }
  return { pids, unreadable }
}

async function socketsOf(pid: number): Promise<number[]> {
  const folder = `/proc/${pid}/fd`
  const descriptors = await readdir(folder)
  const inodes: number[] = []
  for (let at = 0; at < descriptors.length; at += linksAtOnce) {
    const some = descriptors.slice(at, at + linksAtOnce)
    const targets = await Promise.all(some.map((fd) => targetOf(`${folder}/${fd}`)))
    for (const target of targets) {
      const inode = /^socket:\[(\d{1,15})\]$/.exec(target)?.[1]
      if (inode !== undefined) inodes.push(Number(inode))
    }
  }
  return inodes
}

async function targetOf(path: string): Promise<string> {
  try {
    return await readlink(path)
  } catch {
    // Closed meanwhile.
    return ''
  }
}
