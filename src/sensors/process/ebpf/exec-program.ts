// The program at sched_process_exec(task, old pid, bprm): it runs in the new program's process before its first
// instruction, so the arguments are where the kernel has just put them.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import { Helper, R } from '../../../platform/linux/bpf/instructions.ts'
import type { BpfMap } from '../../../platform/linux/bpf/maps.ts'
import { KernelCode, type Reading } from './kernel-code.ts'
import type { KernelTypes } from './kernel-types.ts'
import { Stack, cursor, keepFolders, writePath } from './path-code.ts'
import { Count, Head, Kind, Task, filenameBytes, maxArgBytes } from './record.ts'
import { writeFile, writeTask } from './task-code.ts'

export interface ProgramMaps {
  readonly ring: BpfMap
  /** `Count` of each kind of record. */
  readonly counters: BpfMap
  /** One record of memory for each CPU. */
  readonly scratch: BpfMap
}

/** Places on the stack, beside those of the walk. */
const Kept = { filename: -176, interp: -184, argStart: -192, argBytes: -200 } as const

export function execProgram(types: KernelTypes, maps: ProgramMaps, reading: Reading): Buffer {
  const code = new KernelCode(new Assembler(), reading)
  const { a } = code
  a.move(R.r6, R.r1)
  code.count(maps.counters, Count.execRuns)
  code.only(R.r8, maps.scratch, 'lost')
  code.clear(Task.bytes)
  a.storeConstant(4, R.r8, Head.kind, Kind.exec)
  a.call(Helper.ktimeGetBootNs).store(8, R.r8, Head.time, R.r0)
  for (let at: number = Stack.pointer; at >= Kept.argBytes; at -= 8) a.storeConstant(8, R.fp, at, 0)

  a.load(8, R.r7, R.r6, 0)
  writeTask(code, types)
  keepFolders(code, types, 'no folders')
  a.label('no folders')
  keepArguments(code, types)
  keepNames(code, types)
  a.storeConstant(4, R.r8, Task.pathEnd, Task.bytes)
  writePath(code, types, {
    dentry: Stack.exeDentry,
    mount: Stack.exeMount,
    end: Task.pathEnd,
    state: Task.pathState,
  })
  a.load(4, R.r1, R.r8, Task.pathEnd).store(4, R.r8, Task.cwdEnd, R.r1)
  writePath(code, types, {
    dentry: Stack.pwdDentry,
    mount: Stack.pwdMount,
    end: Task.cwdEnd,
    state: Task.cwdState,
  })
  writeName(code, { pointer: Kept.filename, from: Task.cwdEnd, end: Task.filenameEnd })
  writeName(code, { pointer: Kept.interp, from: Task.filenameEnd, end: Task.interpEnd })
  writeArguments(code)
  code.output(maps.ring, { in: R.r7 }, 'lost')
  a.label('done').constant(R.r0, 0).exit()
  a.label('lost')
  code.count(maps.counters, Count.execLost)
  return a.jump('done').build()
}

/** Where the arguments lie and how long they are; r9 is lost. */
function keepArguments(code: KernelCode, types: KernelTypes): void {
  const { a } = code
  code.pointer(R.r9, { base: R.r7, offset: types.taskMm }, 'no memory')
  code.value(8, R.r1, { base: R.r9, offset: types.mmArgStart })
  a.store(8, R.fp, Kept.argStart, R.r1)
  code.value(8, R.r2, { base: R.r9, offset: types.mmArgEnd })
  a.load(8, R.r1, R.fp, Kept.argStart).op('subtract', R.r2, R.r1)
  a.store(8, R.fp, Kept.argBytes, R.r2).store(8, R.r8, Task.argBytes, R.r2)
  a.label('no memory')
}

/** The file and the names that execve(2) had. The interpreter's only where it is another one: a script's. */
function keepNames(code: KernelCode, types: KernelTypes): void {
  const { a } = code
  a.load(8, R.r7, R.r6, 16)
  code.value(8, R.r1, { base: R.r7, offset: types.bprmFilename })
  a.store(8, R.fp, Kept.filename, R.r1)
  code.value(8, R.r1, { base: R.r7, offset: types.bprmInterp })
  a.load(8, R.r2, R.fp, Kept.filename).jumpIfRegister(R.r1, 'eq', R.r2, 'no script')
  a.store(8, R.fp, Kept.interp, R.r1).label('no script')
  code.pointer(R.r9, { base: R.r7, offset: types.bprmFile }, 'no file')
  code.probe(8, { base: R.fp, offset: Stack.exeDentry }, { base: R.r9, offset: types.filePathDentry })
  code.probe(8, { base: R.fp, offset: Stack.exeMount }, { base: R.r9, offset: types.filePathMount })
  writeFile(code, types)
  a.label('no file')
}

interface Name {
  /** On the stack: null for none. */
  readonly pointer: number
  readonly from: number
  readonly end: number
}

/** Appends a string of the kernel's, and the place where it ends. */
function writeName(code: KernelCode, { pointer, from, end }: Name): void {
  const { a } = code
  const done = a.freshLabel()
  a.load(4, R.r1, R.r8, from).store(4, R.r8, end, R.r1)
  a.load(8, R.r9, R.fp, pointer).jumpIf(R.r9, 'eq', 0, done)
  cursor(code, end, done)
  a.address(R.r1, R.r8, 0).op('add', R.r1, R.r7).constant(R.r2, filenameBytes).move(R.r3, R.r9)
  a.call(Helper.probeReadKernelStr).jumpIf(R.r0, 'slt', 1, done)
  a.op('add', R.r7, R.r0).store(4, R.r8, end, R.r7).label(done)
}

/** Appends the arguments with one copy; r7 is the length of the record then. */
function writeArguments(code: KernelCode): void {
  const { a } = code
  a.load(4, R.r7, R.r8, Task.interpEnd)
    .jumpIf(R.r7, 'gt', lastArgument, 'lost')
    .jumpIf(R.r7, 'lt', Task.bytes, 'lost')
  a.load(8, R.r9, R.fp, Kept.argBytes)
    .jumpIf(R.r9, 'le', maxArgBytes, 'fits')
    .constant(R.r9, maxArgBytes)
    .label('fits')
  a.address(R.r1, R.r8, 0).op('add', R.r1, R.r7).move(R.r2, R.r9).load(8, R.r3, R.fp, Kept.argStart)
  a.call(Helper.probeReadUser).jumpIf(R.r0, 'eq', 0, 'read').constant(R.r9, 0).label('read')
  a.store(4, R.r8, Task.argTaken, R.r9).op('add', R.r7, R.r9)
}

/** Behind the last string that may begin at `lastString`. */
const lastArgument = 7168
