// Parts that the network programs have in common: room in the ring, counts, and who is running now.

import type { Assembler } from '../../../platform/linux/bpf/assembler.ts'
import type { Btf } from '../../../platform/linux/bpf/btf.ts'
import { Helper, R, type Register, ringNoWakeup } from '../../../platform/linux/bpf/instructions.ts'
import type { BpfMap, Counters } from '../../../platform/linux/bpf/maps.ts'
import type { RingBuffer } from '../../../platform/linux/bpf/ring-buffer.ts'

/** Helpers of the kernel (include/uapi/linux/bpf.h) that only these programs use. */
export const NetworkHelper = {
  ringbufReserve: 131,
  ringbufSubmit: 132,
  ringbufDiscard: 133,
  skcToTcpSock: 137,
  currentTaskBtf: 158,
} as const

export interface NetworkMaps {
  readonly ring: RingBuffer
  /** Records written; records that found no room. */
  readonly counters: Counters
  readonly flows: BpfMap
  readonly owners: BpfMap
}

export const counterIndex = { written: 0, dropped: 1 } as const

/** Where the facts of a process lie in the structs of this kernel. */
export interface TaskOffsets {
  readonly leader: number
  readonly start: number
  readonly comm: number
}

export function taskOffsets(btf: Btf): TaskOffsets {
  return {
    leader: btf.offsetOf('task_struct.group_leader'),
    // Called real_start_time before 5.5.
    start: btf.offsetOf('task_struct.start_boottime'),
    comm: btf.offsetOf('task_struct.comm'),
  }
}

/** r9 = a new record of `bytes`, or the jump to `full`. Loses r0 to r5. */
export function reserve(code: Assembler, maps: NetworkMaps, bytes: number, full: string): void {
  code.map(R.r1, maps.ring.map).constant(R.r2, bytes).constant(R.r3, 0)
  code.call(NetworkHelper.ringbufReserve).jumpIf(R.r0, 'eq', 0, full).move(R.r9, R.r0)
}

/** Hands the record in r9 to the reader. */
export function submit(code: Assembler, maps: NetworkMaps): void {
  code.move(R.r1, R.r9).constant(R.r2, ringNoWakeup).call(NetworkHelper.ringbufSubmit)
  count(code, maps, counterIndex.written)
}

/** Adds one to a counter. Uses 4 bytes of the stack at fp-4. */
export function count(code: Assembler, maps: NetworkMaps, index: number): void {
  const none = code.freshLabel()
  code.storeConstant(4, R.fp, -4, 0).map(R.r1, maps.counters.map).address(R.r2, R.fp, -4)
  code.call(Helper.mapLookup).jumpIf(R.r0, 'eq', 0, none)
  code
    .constant(R.r1, 1)
    .atomicAdd(R.r0, 8 * index, R.r1)
    .label(none)
}

export interface OwnerPlaces {
  readonly pidTgid: number
  readonly start: number
  readonly comm: number
  readonly uid: number
}

/** Writes who is running now to `base` (r6 to r9 or fp). Loses r0 to r5. */
export function storeOwner(
  code: Assembler,
  base: Register,
  places: OwnerPlaces & { readonly task: TaskOffsets },
): void {
  const { task } = places
  code.call(Helper.currentPidTgid).store(8, base, places.pidTgid, R.r0)
  code.call(Helper.currentUidGid).store(4, base, places.uid, R.r0)
  code.call(NetworkHelper.currentTaskBtf).load(8, R.r1, R.r0, task.leader)
  code.load(8, R.r2, R.r1, task.start).store(8, base, places.start, R.r2)
  for (const half of [0, 8])
    code.load(8, R.r2, R.r1, task.comm + half).store(8, base, places.comm + half, R.r2)
}

/** Zeros at `base + from` up to `base + to`, multiples of 8. */
export function storeZeros(
  code: Assembler,
  base: Register,
  { from, to }: { from: number; to: number },
): void {
  for (let place = from; place < to; place += 8) code.storeConstant(8, base, place, 0)
}
