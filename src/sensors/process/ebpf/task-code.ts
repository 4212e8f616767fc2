// The piece of a program that writes everything about a task into the record at r8: r7 is the task, r9 is lost.

import { R } from '../../../platform/linux/bpf/instructions.ts'
import type { KernelCode } from './kernel-code.ts'
import type { KernelTypes } from './kernel-types.ts'
import { Head, Task, commBytes } from './record.ts'

/** PIDTYPE_SID: the fourth of signal_struct.pids. */
const sessionPid = 3 * 8
const none = -1

/** Fields that a kernel thread has too. */
export function writeTask(code: KernelCode, types: KernelTypes): void {
  const task = (offset: number): { base: typeof R.r7; offset: number } => ({ base: R.r7, offset })
  code.copy(4, Head.pid, task(types.taskTgid))
  code.copy(8, Head.start, task(types.taskStart))
  code.copy(4, Task.flags, task(types.taskFlags))
  code.probe(commBytes, { base: R.r8, offset: Task.comm }, task(types.taskComm))
  for (const [at, offset] of [
    [Task.auid, types.taskLoginuid],
    [Task.session, types.taskSessionid],
  ] as const) {
    if (offset === undefined) code.a.storeConstant(4, R.r8, at, none)
    else code.copy(4, at, task(offset))
  }
  writeParent(code, types)
  writeCredentials(code, types)
  writeSession(code, types)
  writeCgroup(code, types)
}

function writeParent(code: KernelCode, types: KernelTypes): void {
  const done = code.a.freshLabel()
  code.pointer(R.r9, { base: R.r7, offset: types.taskRealParent }, done)
  code.copy(4, Task.parentPid, { base: R.r9, offset: types.taskTgid })
  // The parent is the thread that forked: the process began with its first one.
  code.pointer(R.r9, { base: R.r9, offset: types.taskGroupLeader }, done)
  code.copy(8, Task.parentStart, { base: R.r9, offset: types.taskStart })
  code.a.label(done)
}

function writeCredentials(code: KernelCode, types: KernelTypes): void {
  const done = code.a.freshLabel()
  code.pointer(R.r9, { base: R.r7, offset: types.taskCred }, done)
  for (const [at, offset] of [
    [Task.uid, types.credUid],
    [Task.gid, types.credGid],
    [Task.euid, types.credEuid],
    [Task.egid, types.credEgid],
    [Task.suid, types.credSuid],
    [Task.sgid, types.credSgid],
  ] as const)
    code.copy(4, at, { base: R.r9, offset })
  code.probe(8, { base: R.r8, offset: Task.caps }, { base: R.r9, offset: types.credCaps })
  code.a.label(done)
}

function writeSession(code: KernelCode, types: KernelTypes): void {
  const { a } = code
  const noLeader = a.freshLabel()
  const done = a.freshLabel()
  code.pointer(R.r9, { base: R.r7, offset: types.taskSignal }, done)
  code.probe(8, { base: R.fp, offset: -16 }, { base: R.r9, offset: types.signalPids + sessionPid })
  a.load(8, R.r1, R.fp, -16).jumpIf(R.r1, 'eq', 0, noLeader)
  code.probe(4, { base: R.r8, offset: Task.leader }, { base: R.r1, offset: types.pidNumbers })
  a.label(noLeader)
  code.pointer(R.r9, { base: R.r9, offset: types.signalTty }, done)
  code.copy(4, Task.ttyIndex, { base: R.r9, offset: types.ttyIndex })
  code.pointer(R.r9, { base: R.r9, offset: types.ttyDriver }, done)
  code.copy(4, Task.ttyMajor, { base: R.r9, offset: types.driverMajor })
  code.copy(4, Task.ttyMinor, { base: R.r9, offset: types.driverMinor })
  a.label(done)
}

function writeCgroup(code: KernelCode, types: KernelTypes): void {
  const done = code.a.freshLabel()
  code.pointer(R.r9, { base: R.r7, offset: types.taskCgroups }, done)
  code.pointer(R.r9, { base: R.r9, offset: types.cssSetCgroup }, done)
  code.pointer(R.r9, { base: R.r9, offset: types.cgroupNode }, done)
  code.copy(8, Task.cgroup, { base: R.r9, offset: types.nodeId })
  code.a.label(done)
}

/** The file at r9 (struct file): r9 is lost. */
export function writeFile(code: KernelCode, types: KernelTypes): void {
  const done = code.a.freshLabel()
  code.pointer(R.r9, { base: R.r9, offset: types.fileInode }, done)
  const inode = (offset: number): { base: typeof R.r9; offset: number } => ({ base: R.r9, offset })
  code.copy(8, Task.inode, inode(types.inodeNumber))
  code.copy(2, Task.mode, inode(types.inodeMode))
  code.copy(4, Task.links, inode(types.inodeLinks))
  code.copy(4, Task.fileUid, inode(types.inodeUid))
  code.copy(4, Task.fileGid, inode(types.inodeGid))
  code.copy(8, Task.size, inode(types.inodeSize))
  code.copy(8, Task.ctime, inode(types.inodeCtime))
  code.copy(4, Task.ctimeNs, inode(types.inodeCtimeNs))
  code.pointer(R.r9, inode(types.inodeSuper), done)
  code.copy(4, Task.device, { base: R.r9, offset: types.superDevice })
  code.a.label(done)
}
