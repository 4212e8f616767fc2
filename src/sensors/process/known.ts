// Facts as entries of the process table, and what of an entry is shown as the parent of another process.

import type { ProcessInfo, UserInfo } from '../../model/index.ts'
import type { KnownProcess, ProcessTable } from '../process-table.ts'
import { capabilityNames } from './capabilities.ts'
import { isoOfStart, ticksOf } from './moment.ts'
import type { Credentials, ExecFact, ForkFact, SeenFact } from './tier.ts'

/** While it is being made. */
export type Building<T> = { -readonly [Key in keyof T]: T[Key] }

/** The value of the kernel for no login uid and no audit session. */
export const noId = 0xffff_ffff

/** The parent as it is known now: without its own parent, so that descriptions do not grow with the tree. */
function parentInfo(table: ProcessTable, pid: number, startNs: number): ProcessInfo {
  const known = table.get(pid)
  const ticks = ticksOf(startNs)
  if (known === undefined || (startNs !== 0 && known.startTicks !== ticks))
    return startNs === 0 ? { pid } : { entity_id: table.entityId(pid, ticks), pid }
  return withoutParent(known.info)
}

function withoutParent(info: ProcessInfo): ProcessInfo {
  const parent: Building<ProcessInfo> = { pid: info.pid }
  if (info.entity_id !== undefined) parent.entity_id = info.entity_id
  if (info.name !== undefined) parent.name = info.name
  if (info.executable !== undefined) parent.executable = info.executable
  if (info.args !== undefined) parent.args = info.args
  if (info.command_line !== undefined) parent.command_line = info.command_line
  return parent
}

function userOf(uid: number, gid: number): UserInfo {
  return { id: String(uid), group: { id: String(gid) } }
}

/** Sets effective ids as `user`, real and saved ones where they differ, capabilities by name. */
function setUsers(info: Building<ProcessInfo>, credentials: Credentials): void {
  const { uid, gid, euid, egid, suid, sgid, effective } = credentials
  info.user = userOf(euid, egid)
  if (effective !== undefined) info.thread = { capabilities: { effective: capabilityNames(effective) } }
  if (uid === euid && suid === euid && gid === egid && sgid === egid) return
  info.real_user = userOf(uid, gid)
  info.saved_user = userOf(suid, sgid)
}

function ttyOf(tty: number): { major: number; minor: number } {
  return { major: (tty >>> 8) & 0xfff, minor: ((tty & 0xff) | ((tty >>> 12) & ~0xff)) >>> 0 }
}

/** A process that runs a program. `before` is the same process until now, where it is known. */
export function executed(
  table: ProcessTable,
  fact: ExecFact | SeenFact,
  before: KnownProcess | undefined,
): KnownProcess {
  const startTicks = ticksOf(fact.startNs)
  const info: Building<ProcessInfo> = {
    entity_id: before?.info.entity_id ?? table.entityId(fact.pid, startTicks),
    pid: fact.pid,
    name: fact.name,
    args: fact.args,
    args_count: fact.args.length,
    command_line: fact.args.join(' '),
    start: before?.info.start ?? isoOfStart(fact.startNs),
    interactive: fact.tty !== 0,
    parent: before?.info.parent ?? parentInfo(table, fact.parentPid, fact.parentStartNs),
  }
  if (fact.executable !== '') info.executable = fact.executable
  if (fact.workingDirectory !== undefined) info.working_directory = fact.workingDirectory
  if (fact.tty !== 0) info.tty = { char_device: ttyOf(fact.tty) }
  if (fact.credentials !== undefined) setUsers(info, fact.credentials)
  if (fact.sessionLeader !== 0) info.session_leader = { pid: fact.sessionLeader }
  const cgroupId = cgroupOf(fact.cgroupId)
  return { info, startTicks, cgroupId, tty: fact.tty, auid: fact.auid, session: fact.session }
}

/** A child that still runs its parent's program. */
export function forked(table: ProcessTable, fact: ForkFact): KnownProcess {
  const startTicks = ticksOf(fact.startNs)
  const parent = table.get(fact.parentPid)
  const own = {
    entity_id: table.entityId(fact.pid, startTicks),
    pid: fact.pid,
    start: isoOfStart(fact.startNs),
    parent: parentInfo(table, fact.parentPid, fact.parentStartNs),
  }
  if (parent === undefined) return { info: own, startTicks, cgroupId: 0n, tty: 0, auid: noId, session: noId }
  return { ...parent, info: { ...parent.info, ...own }, startTicks }
}

const cgroups = new Map<string, bigint>()
const maxCgroups = 1024

function cgroupOf(id: string): bigint {
  let value = cgroups.get(id)
  if (value === undefined) {
    value = BigInt(id)
    if (cgroups.size >= maxCgroups) cgroups.clear()
    cgroups.set(id, value)
  }
  return value
}

/** The same process with other credentials. */
export function withCredentials(known: KnownProcess, credentials: Credentials): KnownProcess {
  const { real_user: _real, saved_user: _saved, ...rest } = known.info
  const info: Building<ProcessInfo> = rest
  setUsers(info, credentials)
  return { ...known, info }
}
