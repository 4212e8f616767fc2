// All processes as the kernel's own list has them, by a BPF iterator: twenty times quicker than a walk of /proc, and it
// shows what a manipulated /proc (or readdir) does not.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import { type Btf, readBtf } from '../../../platform/linux/bpf/btf.ts'
import { AttachType, Helper, MapType, ProgramType, R } from '../../../platform/linux/bpf/instructions.ts'
import { BpfIterator } from '../../../platform/linux/bpf/iterator.ts'
import { BpfMap } from '../../../platform/linux/bpf/maps.ts'
import { Program } from '../../../platform/linux/bpf/programs.ts'
import type { SeenFact } from '../tier.ts'
import { decodeSeen } from './decode.ts'
import { KernelCode } from './kernel-code.ts'
import { type KernelTypes, readKernelTypes } from './kernel-types.ts'
import { Stack, keepFolders, writePath } from './path-code.ts'
import { Head, Task, scratchBytes } from './record.ts'
import { writeFile, writeTask } from './task-code.ts'

/** A row is its length and the record of that length; the kernel's buffer takes 32 KiB at a time. */
const maxBytes = 64 << 20

/** Reads the list whenever it is asked; holds descriptors until it is disposed. */
export class TaskIterator {
  readonly #held = new DisposableStack()
  readonly #iterator: BpfIterator

  /** Throws AppError with the reason. */
  constructor() {
    try {
      const btf = readBtf()
      const scratch = this.#held.use(
        BpfMap.create({
          type: MapType.perCpuArray,
          keyBytes: 4,
          valueBytes: scratchBytes,
          maxEntries: 1,
          name: 'haechi_tasks',
        }),
      )
      const program = this.#held.use(load(btf, rowProgram(readKernelTypes(btf), scratch)))
      this.#iterator = this.#held.use(new BpfIterator(program))
    } catch (thrown) {
      this.#held.dispose()
      throw thrown
    }
  }

  /** Every process and thread of the kernel, without arguments. Throws AppError. */
  read(): SeenFact[] {
    const bytes = this.#iterator.readAll(maxBytes)
    const rows: SeenFact[] = []
    for (let at = 0; at + Task.bytes <= bytes.length;) {
      const length = bytes.readUInt32LE(at + Head.kind)
      if (length < Task.bytes || at + length > bytes.length) break
      const row = decodeSeen(bytes, at, length)
      if (row !== undefined) rows.push(row)
      at += length
    }
    return rows
  }

  [Symbol.dispose](): void {
    this.#held.dispose()
  }
}

function load(btf: Btf, code: Buffer): Program {
  const btfId = btf.functionId('bpf_iter_task') ?? 0
  return Program.load({
    type: ProgramType.tracing,
    attachType: AttachType.traceIter,
    btfId,
    name: 'haechi_tasks',
    code,
  })
}

/** Called for each task with its arguments at r1: the reader's file at 0, the task at 8 (null at the end). */
function rowProgram(types: KernelTypes, scratch: BpfMap): Buffer {
  const code = new KernelCode(new Assembler(), 'typed')
  const { a } = code
  a.move(R.r6, R.r1).load(8, R.r7, R.r6, 8).jumpIf(R.r7, 'eq', 0, 'done')
  // Processes only: the first thread has the number of the process.
  code.value(4, R.r1, { base: R.r7, offset: types.taskPid })
  code.value(4, R.r2, { base: R.r7, offset: types.taskTgid })
  a.jumpIfRegister(R.r1, 'ne', R.r2, 'done').store(8, R.fp, Kept.reader, R.r6)
  code.only(R.r8, scratch, 'done')
  code.clear(Task.bytes)
  for (let at: number = Stack.pointer; at > Kept.reader; at -= 8) a.storeConstant(8, R.fp, at, 0)
  writeTask(code, types)
  keepFolders(code, types, 'no folders')
  a.label('no folders')
  code.pointer(R.r9, { base: R.r7, offset: types.taskMm }, 'no file')
  code.pointer(R.r9, { base: R.r9, offset: types.mmExeFile }, 'no file')
  code.probe(8, { base: R.fp, offset: Stack.exeDentry }, { base: R.r9, offset: types.filePathDentry })
  code.probe(8, { base: R.fp, offset: Stack.exeMount }, { base: R.r9, offset: types.filePathMount })
  writeFile(code, types)
  a.label('no file').storeConstant(4, R.r8, Task.pathEnd, Task.bytes)
  const exe = { dentry: Stack.exeDentry, mount: Stack.exeMount, end: Task.pathEnd, state: Task.pathState }
  writePath(code, types, exe)
  a.load(4, R.r1, R.r8, Task.pathEnd).store(4, R.r8, Task.cwdEnd, R.r1)
  const cwd = { dentry: Stack.pwdDentry, mount: Stack.pwdMount, end: Task.cwdEnd, state: Task.cwdState }
  writePath(code, types, cwd)
  // Behind the last name the row ends: its length stands where a record has its kind.
  a.load(4, R.r3, R.r8, Task.cwdEnd).jumpIf(R.r3, 'gt', maxRow, 'done').jumpIf(R.r3, 'lt', Task.bytes, 'done')
  a.store(4, R.r8, Head.kind, R.r3).load(8, R.r6, R.fp, Kept.reader)
  a.load(8, R.r1, R.r6, 0).load(8, R.r1, R.r1, 0).move(R.r2, R.r8).call(Helper.seqWrite)
  return a.label('done').constant(R.r0, 0).exit().build()
}

const Kept = { reader: -176 } as const
const maxRow = 7168
