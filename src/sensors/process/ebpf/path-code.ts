// The piece of a program that writes a path as the names from the file up to the process's root, across mounts, because
// d_path is not to be had at tracepoints. What it finds is what /proc/PID/exe would say, also for a link, a relative
// name, fexecve(3), or a process that is gone by the time anybody looks.

import { Helper, R } from '../../../platform/linux/bpf/instructions.ts'
import type { KernelCode } from './kernel-code.ts'
import type { KernelTypes } from './kernel-types.ts'
import { Task, Walk, lastString, maxPathDepth, nameBytes } from './record.ts'

/** Places on the stack. */
export const Stack = {
  pointer: -8,
  cursor: -24,
  rootDentry: -32,
  rootMount: -40,
  exeDentry: -48,
  exeMount: -56,
  pwdDentry: -64,
  pwdMount: -72,
  mountRoot: -80,
  depth: -88,
  /** A part of struct dentry. */
  dentry: -160,
} as const

const maxDentryBytes = Stack.depth - Stack.dentry

export interface WalkFrom {
  readonly dentry: number
  readonly mount: number
  /** Fields of the record for where the names end, and how the walk ended. */
  readonly end: number
  readonly state: number
}

/** Puts the dentries and mounts of the root and the working directory of the task at r7 on the stack; r9 is lost. */
export function keepFolders(code: KernelCode, types: KernelTypes, whenNone: string): void {
  code.pointer(R.r9, { base: R.r7, offset: types.taskFs }, whenNone)
  for (const [at, offset] of [
    [Stack.rootDentry, types.fsRootDentry],
    [Stack.rootMount, types.fsRootMount],
    [Stack.pwdDentry, types.fsPwdDentry],
    [Stack.pwdMount, types.fsPwdMount],
  ] as const)
    code.probe(8, { base: R.fp, offset: at }, { base: R.r9, offset })
}

/** Appends the names behind `record[Task.pathEnd …]` (see `cursor`). r6 (dentry), r7 (room for a name), r9 (mount) are lost. */
export function writePath(code: KernelCode, types: KernelTypes, from: WalkFrom): void {
  const { a } = code
  const label = (name: string): string => `${name}${from.state}`
  const first = Math.min(types.dentryParent, types.dentryName)
  const bytes = Math.max(types.dentryParent, types.dentryName) + 8 - first
  if (bytes > maxDentryBytes) throw new Error('struct dentry is laid out as never before')

  a.load(8, R.r6, R.fp, from.dentry).load(8, R.r9, R.fp, from.mount)
  a.jumpIf(R.r6, 'eq', 0, label('end')).jumpIf(R.r9, 'eq', 0, label('end'))
  a.storeConstant(8, R.fp, Stack.depth, 0)

  a.label(label('mount'))
  code.probe(8, { base: R.fp, offset: Stack.mountRoot }, { base: R.r9, offset: types.mountRoot })

  a.label(label('name'))
  a.load(8, R.r1, R.fp, Stack.depth).jumpIf(R.r1, 'ge', maxPathDepth, label('cut'))
  a.set('add', R.r1, 1).store(8, R.fp, Stack.depth, R.r1)
  a.load(8, R.r1, R.fp, Stack.rootDentry).jumpIfRegister(R.r6, 'ne', R.r1, label('below'))
  a.load(8, R.r1, R.fp, Stack.rootMount).jumpIfRegister(R.r9, 'eq', R.r1, label('complete'))
  a.label(label('below')).load(8, R.r1, R.fp, Stack.mountRoot).jumpIfRegister(R.r6, 'eq', R.r1, label('hop'))

  code.probe(bytes, { base: R.fp, offset: Stack.dentry }, { base: R.r6, offset: first })
  cursor(code, from.end, label('cut'))
  a.address(R.r1, R.r8, 0).op('add', R.r1, R.r7).constant(R.r2, nameBytes)
  a.load(8, R.r3, R.fp, Stack.dentry + types.dentryName - first).call(Helper.probeReadKernelStr)
  a.jumpIf(R.r0, 'slt', 1, label('cut')).op('add', R.r7, R.r0).store(4, R.r8, from.end, R.r7)
  a.load(8, R.r1, R.fp, Stack.dentry + types.dentryParent - first)
  a.jumpIfRegister(R.r1, 'eq', R.r6, label('detached')).move(R.r6, R.r1).jump(label('name'))

  // The root of what is mounted here: on with the place that it is mounted on.
  a.label(label('hop'))
  const mount = (offset: number): { base: typeof R.r9; offset: number } => ({
    base: R.r9,
    offset: offset - types.mountVfs,
  })
  code.probe(8, { base: R.fp, offset: Stack.pointer }, mount(types.mountPoint))
  a.load(8, R.r6, R.fp, Stack.pointer)
  code.probe(8, { base: R.fp, offset: Stack.pointer }, mount(types.mountParent))
  a.load(8, R.r1, R.fp, Stack.pointer).jumpIf(R.r1, 'eq', 0, label('detached'))
  a.set('add', R.r1, types.mountVfs).jumpIfRegister(R.r1, 'eq', R.r9, label('complete'))
  a.move(R.r9, R.r1).jump(label('mount'))

  for (const [name, state] of [
    ['complete', Walk.complete],
    ['detached', Walk.detached],
    ['cut', Walk.cut],
  ] as const)
    a.label(label(name)).storeConstant(4, R.r8, from.state, state).jump(label('end'))
  a.label(label('end'))
}

/** `r7 = record[end]`, where the next string goes. It lives in the record, not in a register: so the verifier sees one
 *  range of values in all turns of a loop, instead of following each. */
export function cursor(code: KernelCode, end: number, whenFull: string): void {
  code.a
    .load(4, R.r7, R.r8, end)
    .jumpIf(R.r7, 'gt', lastString, whenFull)
    .jumpIf(R.r7, 'lt', Task.bytes, whenFull)
}
