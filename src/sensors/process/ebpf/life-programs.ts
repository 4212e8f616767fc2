// The programs at sched_process_fork(parent, child) and sched_process_exit(task): small records, on the stack.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import { Helper, R } from '../../../platform/linux/bpf/instructions.ts'
import type { ProgramMaps } from './exec-program.ts'
import { KernelCode, type Reading } from './kernel-code.ts'
import type { KernelTypes } from './kernel-types.ts'
import { Count, Exit, Fork, Head, Kind } from './record.ts'

/** The stack's first bytes: the record lies behind the slot of the pieces. */
const record = -64

function begin(code: KernelCode, kind: number): void {
  code.a.address(R.r8, R.fp, record)
  code.clear(Fork.bytes)
  code.a.storeConstant(4, R.r8, Head.kind, kind)
}

function end(code: KernelCode, maps: ProgramMaps, counts: { runs: number; lost: number }): Buffer {
  const { a } = code
  code.count(maps.counters, counts.runs)
  a.call(Helper.ktimeGetBootNs).store(8, R.r8, Head.time, R.r0)
  code.output(maps.ring, Fork.bytes, 'lost')
  a.label('done').constant(R.r0, 0).exit()
  a.label('lost')
  code.count(maps.counters, counts.lost)
  return a.jump('done').build()
}

/** New processes, not threads. */
export function forkProgram(types: KernelTypes, maps: ProgramMaps, reading: Reading): Buffer {
  const code = new KernelCode(new Assembler(), reading)
  code.a.move(R.r6, R.r1).load(8, R.r7, R.r6, 8)
  begin(code, Kind.fork)
  code.copy(4, Head.pid, { base: R.r7, offset: types.taskTgid })
  code.value(4, R.r1, { base: R.r7, offset: types.taskPid })
  code.a.load(4, R.r2, R.r8, Head.pid).jumpIfRegister(R.r1, 'ne', R.r2, 'done')
  code.copy(8, Head.start, { base: R.r7, offset: types.taskStart })
  code.copy(4, Fork.flags, { base: R.r7, offset: types.taskFlags })
  code.pointer(R.r9, { base: R.r7, offset: types.taskRealParent }, 'orphan')
  code.copy(4, Fork.parentPid, { base: R.r9, offset: types.taskTgid })
  code.pointer(R.r9, { base: R.r9, offset: types.taskGroupLeader }, 'orphan')
  code.copy(8, Fork.parentStart, { base: R.r9, offset: types.taskStart })
  code.a.label('orphan')
  return end(code, maps, { runs: Count.forkRuns, lost: Count.forkLost })
}

/** The end of a process: of its last thread. */
export function exitProgram(types: KernelTypes, maps: ProgramMaps, reading: Reading): Buffer {
  const code = new KernelCode(new Assembler(), reading)
  code.a.load(8, R.r7, R.r1, 0)
  begin(code, Kind.exit)
  code.pointer(R.r9, { base: R.r7, offset: types.taskSignal }, 'done')
  code.value(4, R.r1, { base: R.r9, offset: types.signalLive })
  code.a.jumpIf(R.r1, 'ne', 0, 'done')
  code.copy(4, Exit.groupCode, { base: R.r9, offset: types.signalExitCode })
  code.copy(4, Exit.signalFlags, { base: R.r9, offset: types.signalFlags })
  code.copy(4, Head.pid, { base: R.r7, offset: types.taskTgid })
  code.copy(4, Exit.flags, { base: R.r7, offset: types.taskFlags })
  code.pointer(R.r9, { base: R.r7, offset: types.taskGroupLeader }, 'done')
  code.copy(8, Head.start, { base: R.r9, offset: types.taskStart })
  code.copy(4, Exit.code, { base: R.r9, offset: types.taskExitCode })
  return end(code, maps, { runs: Count.exitRuns, lost: Count.exitLost })
}
