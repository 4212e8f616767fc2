// The programs at the tracepoints of single system calls: what was asked is kept when a call is entered and told with
// its result when it returns. Arguments of a classic tracepoint: the call's number at 8, arguments or result from 16.

import { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import { Helper, MapType, R } from '../../../platform/linux/bpf/instructions.ts'
import type { BpfMap, MapShape } from '../../../platform/linux/bpf/maps.ts'
import type { ProgramMaps } from './exec-program.ts'
import { KernelCode } from './kernel-code.ts'
import type { KernelTypes } from './kernel-types.ts'
import { Call, Count, Head, Kind, callTextBytes } from './record.ts'

/** Calls that are under way, by thread. The oldest goes when there are more: a killed thread never returns. */
export const pendingCallsShape: MapShape = {
  type: MapType.lruHash,
  keyBytes: 8,
  valueBytes: Call.bytes - Call.first,
  maxEntries: 1024,
  name: 'haechi_calls',
}

const firstArgument = 16
const pending = -(Call.bytes - Call.first + 16)
const record = -(Call.bytes + 32)
const key = -16

export interface Entry {
  /** How many arguments the call has: the kernel refuses a program that looks at more. */
  readonly arguments: number
  /** The first argument points to a text. */
  readonly hasText: boolean
  /** PTRACE_ATTACH and PTRACE_SEIZE only. */
  readonly attachOnly: boolean
}

/** Keeps two arguments, and the text that the first one points to. */
export function enterProgram(calls: BpfMap, entry: Entry): Buffer {
  const code = new KernelCode(new Assembler(), 'probed')
  const { a } = code
  a.move(R.r6, R.r1).address(R.r8, R.fp, pending)
  if (entry.attachOnly) {
    a.load(8, R.r1, R.r6, firstArgument).jumpIf(R.r1, 'eq', ptraceAttach, 'wanted')
    a.jumpIf(R.r1, 'ne', ptraceSeize, 'done').label('wanted')
  }
  code.clear(Call.bytes - Call.first)
  a.load(8, R.r1, R.r6, firstArgument).store(8, R.r8, 0, R.r1)
  if (entry.arguments > 1)
    a.load(8, R.r1, R.r6, firstArgument + 8).store(8, R.r8, Call.second - Call.first, R.r1)
  if (entry.hasText) {
    a.address(R.r1, R.r8, Call.text - Call.first).constant(R.r2, callTextBytes)
    a.load(8, R.r3, R.r6, firstArgument).call(Helper.probeReadUserStr)
  }
  a.call(Helper.currentPidTgid).store(8, R.fp, key, R.r0)
  a.map(R.r1, calls).address(R.r2, R.fp, key).move(R.r3, R.r8).constant(R.r4, 0).call(Helper.mapUpdate)
  return a.label('done').constant(R.r0, 0).exit().build()
}

const ptraceAttach = 16
export const ptraceSeize = 0x4206

export interface Leave {
  /** The call's place in the list. */
  readonly place: number
  /** Its arguments were kept when it was entered: one that was not entered under our eyes is not told. */
  readonly hasArguments: boolean
}

/** Tells of a call that returns, with the credentials that the process has now. */
export function leaveProgram(
  types: KernelTypes,
  maps: ProgramMaps & { calls: BpfMap },
  leave: Leave,
): Buffer {
  const code = new KernelCode(new Assembler(), 'probed')
  const { a } = code
  a.move(R.r6, R.r1).address(R.r8, R.fp, record)
  if (leave.hasArguments) takeArguments(code, maps.calls)
  else code.clear(Call.bytes)
  code.count(maps.counters, Count.callRuns)
  a.storeConstant(4, R.r8, Head.kind, Kind.call).storeConstant(4, R.r8, Call.call, leave.place)
  a.load(8, R.r1, R.r6, firstArgument).store(8, R.r8, Call.result, R.r1)
  a.call(Helper.ktimeGetBootNs).store(8, R.r8, Head.time, R.r0)
  a.call(Helper.currentTask).move(R.r7, R.r0)
  writeCaller(code, types)
  code.output(maps.ring, Call.bytes, 'lost')
  a.label('done').constant(R.r0, 0).exit()
  a.label('lost')
  code.count(maps.counters, Count.callLost)
  return a.jump('done').build()
}

/** What was kept when this thread entered the call. */
function takeArguments(code: KernelCode, calls: BpfMap): void {
  const { a } = code
  a.call(Helper.currentPidTgid).store(8, R.fp, key, R.r0)
  a.map(R.r1, calls).address(R.r2, R.fp, key).call(Helper.mapLookup).jumpIf(R.r0, 'eq', 0, 'done')
  a.move(R.r9, R.r0)
  code.clear(Call.first)
  code.probe(Call.bytes - Call.first, { base: R.r8, offset: Call.first }, { base: R.r9, offset: 0 })
  a.map(R.r1, calls).address(R.r2, R.fp, key).call(Helper.mapDelete)
}

function writeCaller(code: KernelCode, types: KernelTypes): void {
  code.copy(4, Head.pid, { base: R.r7, offset: types.taskTgid })
  code.pointer(R.r9, { base: R.r7, offset: types.taskGroupLeader }, 'lost')
  code.copy(8, Head.start, { base: R.r9, offset: types.taskStart })
  code.pointer(R.r9, { base: R.r7, offset: types.taskCred }, 'lost')
  for (const [at, offset] of [
    [Call.uid, types.credUid],
    [Call.gid, types.credGid],
    [Call.euid, types.credEuid],
    [Call.egid, types.credEgid],
    [Call.suid, types.credSuid],
    [Call.sgid, types.credSgid],
  ] as const)
    code.copy(4, at, { base: R.r9, offset })
  code.copy(8, Call.caps, { base: R.r9, offset: types.credCaps })
}
