// The programs of the process sensor, loaded and attached. What must stand for this tier throws; what is only good to
// have (single system calls) is told when it is refused.

import { messageOf } from '../../../base/app-error.ts'
import { type Btf, readBtf } from '../../../platform/linux/bpf/btf.ts'
import { AttachType, MapType, ProgramType } from '../../../platform/linux/bpf/instructions.ts'
import { BpfMap, Counters } from '../../../platform/linux/bpf/maps.ts'
import { attachTracepoint } from '../../../platform/linux/bpf/perf-event.ts'
import { Program } from '../../../platform/linux/bpf/programs.ts'
import { RingBuffer } from '../../../platform/linux/bpf/ring-buffer.ts'
import { Tracefs } from '../../../platform/linux/bpf/tracefs.ts'
import { type Entry, enterProgram, leaveProgram, pendingCallsShape } from './call-programs.ts'
import { type ProgramMaps, execProgram } from './exec-program.ts'
import type { Reading } from './kernel-code.ts'
import { type KernelTypes, readKernelTypes } from './kernel-types.ts'
import { exitProgram, forkProgram } from './life-programs.ts'
import { Count, calls, scratchBytes } from './record.ts'

export interface ProcessProgramsOptions {
  /** Size of the ring: a power of two. */
  readonly ringBytes: number
  /** Tried first; the other one where it is refused. */
  readonly prefer?: Reading
}

type Make = (types: KernelTypes, maps: ProgramMaps, reading: Reading) => Buffer

const tracepoints: readonly { readonly name: string; readonly make: Make }[] = [
  // Exits and forks last: an exec that is seen has its exit seen.
  { name: 'sched_process_exit', make: exitProgram },
  { name: 'sched_process_fork', make: forkProgram },
  { name: 'sched_process_exec', make: execProgram },
]

/** Everything that the kernel runs for us; all of it goes when this is disposed. */
export class ProcessPrograms {
  readonly ring: RingBuffer
  readonly counters: Counters
  readonly #held = new DisposableStack()
  readonly #programs: Program[] = []
  #reading: Reading = 'typed'
  readonly #calls: string[] = []
  #refusedCalls = ''

  /** Throws AppError with the reason. */
  constructor(options: ProcessProgramsOptions) {
    try {
      const btf = readBtf()
      const types = readKernelTypes(btf)
      this.ring = this.#held.use(new RingBuffer('haechi_process', options.ringBytes))
      this.counters = this.#held.use(new Counters('haechi_counts', Count.all))
      const scratch = this.#held.use(
        BpfMap.create({
          type: MapType.perCpuArray,
          keyBytes: 4,
          valueBytes: scratchBytes,
          maxEntries: 1,
          name: 'haechi_scratch',
        }),
      )
      const maps = { ring: this.ring.map, counters: this.counters.map, scratch }
      this.#attachTracepoints(btf, { types, maps, prefer: options.prefer ?? 'typed' })
      this.#attachCalls(types, maps)
    } catch (thrown) {
      this.#held.dispose()
      throw thrown
    }
  }

  get reading(): Reading {
    return this.#reading
  }

  /** Names of the system calls that are seen. */
  get calls(): readonly string[] {
    return this.#calls
  }

  /** Why some system calls are not seen; empty when all are that this kernel has. */
  get refusedCalls(): string {
    return this.#refusedCalls
  }

  /** Runs that the kernel left out because a program was already running on that CPU. */
  missed(): number {
    let sum = 0
    for (const program of this.#programs) sum += program.statistics().missed
    return sum
  }

  /** Runs of the tracepoint programs, in the order exit, fork, exec; counted while the kernel's statistics are on. */
  statistics(): readonly { readonly name: string; readonly runs: number; readonly runTimeNs: number }[] {
    return this.#programs.map((program) => ({ name: program.name, ...program.statistics() }))
  }

  [Symbol.dispose](): void {
    this.#held.dispose()
  }

  #attachTracepoints(btf: Btf, from: { types: KernelTypes; maps: ProgramMaps; prefer: Reading }): void {
    this.#reading = from.prefer
    const load = ({ name, make }: (typeof tracepoints)[number]): Program =>
      loadAt(btf, { name, reading: this.#reading, code: make(from.types, from.maps, this.#reading) })
    let loaded: Program[]
    try {
      loaded = tracepoints.map(load)
    } catch {
      this.#reading = from.prefer === 'typed' ? 'probed' : 'typed'
      loaded = tracepoints.map(load)
    }
    for (const [index, program] of loaded.entries()) {
      this.#programs.push(this.#held.use(program))
      const name = this.#reading === 'typed' ? undefined : tracepoints[index]?.name
      this.#held.use(program.attachRawTracepoint(name))
    }
  }

  #attachCalls(types: KernelTypes, maps: ProgramMaps): void {
    try {
      using tracefs = new Tracefs()
      const pending = this.#held.use(BpfMap.create(pendingCallsShape))
      for (const [place, call] of calls.entries()) {
        const enterId = tracefs.tracepointId(`syscalls/sys_enter_${call.name}`)
        const leaveId = tracefs.tracepointId(`syscalls/sys_exit_${call.name}`)
        if (enterId === undefined || leaveId === undefined) continue
        const hasArguments = call.arguments > 0
        this.#attachCall(leaveId, leaveProgram(types, { ...maps, calls: pending }, { place, hasArguments }))
        if (hasArguments) this.#attachCall(enterId, enterProgram(pending, entryOf(call)))
        this.#calls.push(call.name)
      }
      if (this.#calls.length === 0) this.#refusedCalls = 'the kernel shows no tracepoints of system calls'
    } catch (thrown) {
      this.#refusedCalls = messageOf(thrown)
    }
  }

  #attachCall(id: number, code: Buffer): void {
    const program = this.#held.use(Program.load({ type: ProgramType.tracepoint, name: 'haechi_call', code }))
    this.#held.use(attachTracepoint(program, id))
  }
}

function entryOf(call: (typeof calls)[number]): Entry {
  return {
    arguments: call.arguments,
    hasText: call.name === 'memfd_create',
    attachOnly: call.name === 'ptrace',
  }
}

function loadAt(btf: Btf, shape: { name: string; reading: Reading; code: Buffer }): Program {
  // Names of programs have 15 letters at most.
  const name = shape.name.replace('sched_process', 'haechi')
  if (shape.reading === 'probed')
    return Program.load({ type: ProgramType.rawTracepoint, name, code: shape.code })
  const btfId = btf.tracepointId(shape.name) ?? 0
  return Program.load({
    type: ProgramType.tracing,
    attachType: AttachType.traceRawTp,
    btfId,
    name,
    code: shape.code,
  })
}
