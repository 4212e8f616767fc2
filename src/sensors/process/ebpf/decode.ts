// Records of the programs as facts. This is the hot path: no copies of bytes, one string for each path and one for all
// arguments. Bytes that are not UTF-8 become U+FFFD.

import { readlinkSync } from 'node:fs'

import type { Building } from '../known.ts'
import type { Credentials, ExecFact, ExecutableFile, ExitFact, ForkFact, SeenFact } from '../tier.ts'
import {
  Call,
  Exit,
  Fork,
  Head,
  Task,
  Walk,
  commBytes,
  groupExitFlag,
  kernelThreadFlag,
  maxArgBytes,
} from './record.ts'

const high = 2 ** 32

/** Exact below 2^53; nanoseconds since boot lose some after 104 days, always in the same way. */
function readU64(data: Buffer, at: number): number {
  return data.readUInt32LE(at) + data.readUInt32LE(at + 4) * high
}

export function decodeFork(data: Buffer, at: number): ForkFact {
  return {
    pid: data.readUInt32LE(at + Head.pid),
    startNs: readU64(data, at + Head.start),
    time: { bootNs: readU64(data, at + Head.time) },
    parentPid: data.readUInt32LE(at + Fork.parentPid),
    parentStartNs: readU64(data, at + Fork.parentStart),
    kernelThread: (data.readUInt32LE(at + Fork.flags) & kernelThreadFlag) !== 0,
  }
}

export function decodeExit(data: Buffer, at: number): ExitFact {
  const byGroup = (data.readUInt32LE(at + Exit.signalFlags) & groupExitFlag) !== 0
  return {
    pid: data.readUInt32LE(at + Head.pid),
    startNs: readU64(data, at + Head.start),
    time: { bootNs: readU64(data, at + Head.time) },
    status: data.readUInt32LE(at + (byGroup ? Exit.groupCode : Exit.code)),
    kernelThread: (data.readUInt32LE(at + Exit.flags) & kernelThreadFlag) !== 0,
  }
}

export interface CallRecord {
  readonly pid: number
  readonly startNs: number
  readonly bootNs: number
  /** Place in the list of calls. */
  readonly call: number
  /** What the call returned: an errno when negative. */
  readonly result: number
  /** Low 32 bits, as a signed number. */
  readonly first: number
  readonly second: number
  readonly text: string
  readonly credentials: Credentials
}

export function decodeCall(data: Buffer, at: number): CallRecord {
  return {
    pid: data.readUInt32LE(at + Head.pid),
    startNs: readU64(data, at + Head.start),
    bootNs: readU64(data, at + Head.time),
    call: data.readUInt32LE(at + Call.call),
    result: data.readInt32LE(at + Call.result),
    first: data.readInt32LE(at + Call.first),
    second: data.readInt32LE(at + Call.second),
    text: untilZero(data.toString('utf8', at + Call.text, at + Call.bytes)),
    credentials: credentialsAt(data, at + Call.uid, at + Call.caps),
  }
}

/** Undefined when the record is shorter than it must be. */
export function decodeExec(data: Buffer, at: number, length: number): ExecFact | undefined {
  const task = decodeTask(data, at, length)
  if (task === undefined) return undefined
  const interpEnd = data.readUInt32LE(at + Task.interpEnd)
  const taken = data.readUInt32LE(at + Task.argTaken)
  if (interpEnd < Task.bytes || taken > maxArgBytes || interpEnd + taken > length) return undefined
  const wanted = readU64(data, at + Task.argBytes)
  const args = data.toString('utf8', at + interpEnd, at + interpEnd + taken).split('\0')
  // Each argument ends with a zero byte: what is behind the last one is nothing, or what was cut.
  if (args.at(-1) === '') args.pop()
  const cwdEnd = data.readUInt32LE(at + Task.cwdEnd)
  const filenameEnd = data.readUInt32LE(at + Task.filenameEnd)
  const filename = data.toString('utf8', at + cwdEnd, at + Math.max(cwdEnd, filenameEnd - 1))
  task.filename = filename
  task.args = args
  task.argsTruncated = taken < wanted
  if (task.executable === '') task.executable = executableOfLive(task.pid, filename)
  return task
}

/** What the fields of a task say; without file name and arguments. */
function decodeTask(data: Buffer, at: number, length: number): Building<ExecFact> | undefined {
  if (length < Task.bytes) return undefined
  const pathEnd = data.readUInt32LE(at + Task.pathEnd)
  const cwdEnd = data.readUInt32LE(at + Task.cwdEnd)
  if (pathEnd < Task.bytes || pathEnd > cwdEnd || cwdEnd > length) return undefined
  const pathState = data.readUInt32LE(at + Task.pathState)
  const cwd = pathOf(data, at + pathEnd, at + cwdEnd, data.readUInt32LE(at + Task.cwdState))
  const executable = pathOf(data, at + Task.bytes, at + pathEnd, pathState)
  const task: Building<ExecFact> = {
    pid: data.readUInt32LE(at + Head.pid),
    startNs: readU64(data, at + Head.start),
    time: { bootNs: readU64(data, at + Head.time) },
    name: untilZero(data.toString('utf8', at + Task.comm, at + Task.comm + commBytes)),
    executable,
    filename: '',
    args: [],
    argsTruncated: false,
    parentPid: data.readUInt32LE(at + Task.parentPid),
    parentStartNs: readU64(data, at + Task.parentStart),
    sessionLeader: data.readUInt32LE(at + Task.leader),
    credentials: credentialsAt(data, at + Task.uid, at + Task.caps),
    auid: data.readUInt32LE(at + Task.auid),
    session: data.readUInt32LE(at + Task.session),
    cgroupId: decimal(data, at + Task.cgroup),
    tty: ttyAt(data, at),
    file: fileAt(data, at),
    memfd: pathState === Walk.detached && executable.startsWith('/memfd:'),
  }
  if (cwd !== '') task.workingDirectory = cwd
  return task
}

/** A row of the task iterator; arguments are read from /proc by the caller. */
export function decodeSeen(data: Buffer, at: number, length: number): SeenFact | undefined {
  const task = decodeTask(data, at, length)
  if (task === undefined) return undefined
  const flags = data.readUInt32LE(at + Task.flags)
  const { time, ...rest } = task
  void time
  return { ...rest, kernelThread: (flags & kernelThreadFlag) !== 0 }
}

/** Names from the file up to the root; empty when the walk did not get there. */
function pathOf(data: Buffer, from: number, to: number, state: number): string {
  if (state !== Walk.complete && state !== Walk.detached) return ''
  if (to <= from) return '/'
  const names = data.toString('utf8', from, to - 1).split('\0')
  let path = ''
  for (let index = names.length - 1; index >= 0; index--) path += `/${names[index]}`
  return path
}

/** The path was too deep for us: /proc knows it while the process lives. */
function executableOfLive(pid: number, filename: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return filename.startsWith('/') ? filename : ''
  }
}

function credentialsAt(data: Buffer, ids: number, caps: number): Credentials {
  return {
    uid: data.readUInt32LE(ids),
    gid: data.readUInt32LE(ids + 4),
    euid: data.readUInt32LE(ids + 8),
    egid: data.readUInt32LE(ids + 12),
    suid: data.readUInt32LE(ids + 16),
    sgid: data.readUInt32LE(ids + 20),
    effective: readU64(data, caps),
  }
}

/** As /proc/PID/stat has it (new_encode_dev of the kernel). */
function ttyAt(data: Buffer, at: number): number {
  const major = data.readUInt32LE(at + Task.ttyMajor)
  if (major === 0) return 0
  const minor = data.readUInt32LE(at + Task.ttyMinor) + data.readUInt32LE(at + Task.ttyIndex)
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0
}

function fileAt(data: Buffer, at: number): ExecutableFile {
  const seconds = readU64(data, at + Task.ctime)
  // The highest bit is the kernel's own mark (I_CTIME_QUERIED since 6.13).
  const rest = data.readUInt32LE(at + Task.ctimeNs) & 0x7fff_ffff
  return {
    device: data.readUInt32LE(at + Task.device),
    inode: decimal(data, at + Task.inode),
    mode: data.readUInt16LE(at + Task.mode),
    links: data.readUInt32LE(at + Task.links),
    uid: data.readUInt32LE(at + Task.fileUid),
    gid: data.readUInt32LE(at + Task.fileGid),
    size: readU64(data, at + Task.size),
    ctimeNs: `${seconds}${String(rest).padStart(9, '0')}`,
  }
}

function decimal(data: Buffer, at: number): string {
  // Most fit into a number, whose text costs a tenth.
  return data.readUInt32LE(at + 4) < 0x20_0000 ? String(readU64(data, at)) : String(data.readBigUInt64LE(at))
}

function untilZero(text: string): string {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}
