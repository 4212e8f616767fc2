// Processes as /proc shows them (proc(5)): what a snapshot adds to the kernel's list, and all there is where BPF is not
// to be had. A process may end between two reads: what is missing then is left empty.

import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs'

import { parseProcessStat } from '../../platform/linux/process-stat.ts'
import { noId } from './known.ts'
import type { Credentials, ExecutableFile, SeenFact } from './tier.ts'

/** As much as an event has. */
const maxArgBytes = 8192
const tickNs = 10_000_000
const maxName = 15
/** Kernel threads have this one as their parent; it is one itself. */
const kernelThreadParent = 2

/** Numbers of the processes that a listing of the folder shows. */
export function listedPids(proc: string): number[] {
  const pids: number[] = []
  for (const name of readdirSync(proc)) {
    const pid = Number(name)
    if (Number.isInteger(pid) && pid > 0) pids.push(pid)
  }
  return pids
}

export interface Arguments {
  readonly args: readonly string[]
  readonly argsTruncated: boolean
}

/** Arguments as they are now: a process may have changed them. */
export function argumentsOf(proc: string, pid: number): Arguments {
  const bytes = readBytes(`${proc}/${pid}/cmdline`)
  const kept = bytes.subarray(0, maxArgBytes)
  const args = kept.toString('utf8').split('\0')
  if (args.at(-1) === '') args.pop()
  return { args, argsTruncated: kept.length < bytes.length }
}

/** Undefined when there is no such process. */
export function processFromProc(proc: string, pid: number): SeenFact | undefined {
  const stat = parseProcessStat(readBytes(`${proc}/${pid}/stat`).toString('latin1'))
  if (stat === undefined) return undefined
  const status = readBytes(`${proc}/${pid}/status`).toString('latin1')
  const credentials = credentialsOf(status)
  const link = readLink(`${proc}/${pid}/exe`)
  const executable = link.replace(/ \(deleted\)$/, '')
  const cwd = readLink(`${proc}/${pid}/cwd`)
  const file = link === '' ? undefined : executableFile(`${proc}/${pid}/exe`)
  return {
    pid,
    startNs: stat.startTicks * tickNs,
    name: Buffer.from(stat.name, 'latin1').toString('utf8').slice(0, maxName),
    executable,
    filename: '',
    ...argumentsOf(proc, pid),
    ...(cwd === '' ? {} : { workingDirectory: cwd }),
    parentPid: stat.parent,
    parentStartNs: 0,
    sessionLeader: stat.session,
    ...(credentials === undefined ? {} : { credentials }),
    auid: idOf(readBytes(`${proc}/${pid}/loginuid`)),
    session: idOf(readBytes(`${proc}/${pid}/sessionid`)),
    cgroupId: '0',
    tty: stat.tty,
    ...(file === undefined ? {} : { file }),
    memfd: executable.startsWith('/memfd:'),
    kernelThread: pid === kernelThreadParent || stat.parent === kernelThreadParent,
  }
}

function credentialsOf(status: string): Credentials | undefined {
  const uids = /^Uid:\t(\d+)\t(\d+)\t(\d+)/m.exec(status)
  const gids = /^Gid:\t(\d+)\t(\d+)\t(\d+)/m.exec(status)
  if (uids === null || gids === null) return undefined
  const effective = /^CapEff:\t([0-9a-f]{1,16})$/m.exec(status)?.[1]
  return {
    uid: Number(uids[1]),
    euid: Number(uids[2]),
    suid: Number(uids[3]),
    gid: Number(gids[1]),
    egid: Number(gids[2]),
    sgid: Number(gids[3]),
    ...(effective === undefined ? {} : { effective: Number.parseInt(effective, 16) }),
  }
}

/** Through the link: the file that runs, also when its name is gone. */
function executableFile(path: string): ExecutableFile | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const major = Number((stat.dev >> 8n) & 0xfffn)
  const minor = Number((stat.dev & 0xffn) | ((stat.dev >> 12n) & 0xfff00n))
  return {
    device: major * 2 ** 20 + minor,
    inode: String(stat.ino),
    mode: Number(stat.mode),
    links: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    ctimeNs: String(stat.ctimeNs),
  }
}

function idOf(text: Buffer): number {
  const id = text.length === 0 ? noId : Number(text.toString('latin1'))
  return Number.isInteger(id) ? id : noId
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
