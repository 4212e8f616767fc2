// Who asks: the processes from ours up to the first, and what they tell of the login that they come from. `sudo` clears the
// environment, but the shell above it still has it.

import { readFileSync } from 'node:fs'

import { realUid } from '../platform/linux/processes.ts'
import { readProcessStat } from '../platform/linux/process-stat.ts'

/** No tree of processes is deeper, or it is no tree. */
const maxDepth = 256

/** Our own pid first, then its parent, and so on. */
export function ancestors(): readonly number[] {
  const pids: number[] = []
  for (let pid = process.pid; pid > 0 && pids.length < maxDepth;) {
    pids.push(pid)
    pid = readProcessStat(pid)?.parent ?? 0
  }
  return pids
}

export interface SshSession {
  readonly peer: string
  /** The port on which our side listens. */
  readonly port: number
}

/** The ssh sessions through which this command was started; the nearest first. */
export function sshSessions(): readonly SshSession[] {
  const found = new Map<string, SshSession>()
  for (const pid of ancestors()) {
    // CLIENT-IP CLIENT-PORT SERVER-IP SERVER-PORT (ssh(1))
    const [peer = '', , , port = ''] = environmentOf(pid, 'SSH_CONNECTION').split(' ')
    if (peer !== '' && /^\d{1,5}$/.test(port)) found.set(`${peer} ${port}`, { peer, port: Number(port) })
  }
  return [...found.values()]
}

/** The user ids of who asks, root's left out: of the login, and of each process on the way to us. */
export function callerUids(): ReadonlySet<number> {
  const uids = new Set(ancestors().map((pid) => realUid(pid)))
  const login = loginUid()
  if (login !== undefined) uids.add(login)
  uids.delete(0)
  uids.delete(-1)
  return uids
}

/** Who logged in, kept through su and sudo (audit); undefined when nobody did. */
export function loginUid(): number | undefined {
  const text = readText('/proc/self/loginuid').trim()
  return /^\d+$/.test(text) && text !== '4294967295' ? Number(text) : undefined
}

function environmentOf(pid: number, name: string): string {
  const entry = readText(`/proc/${pid}/environ`)
    .split('\0')
    .find((text) => text.startsWith(`${name}=`))
  return entry?.slice(name.length + 1) ?? ''
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
