// Lines that are typed into bash, with its built-ins: a BPF program looks at what readline(3) returns. Commands that
// never become a process (`unset HISTFILE`, `export …`) and never reach a history file are seen nowhere else.

import { AppError } from '../../../base/app-error.ts'
import { Assembler } from './assembler.ts'
import { functionOffset } from './elf-symbol.ts'
import { Helper, MapType, ProgramType, R, ringNoWakeup } from './instructions.ts'
import { BpfMap, Counters } from './maps.ts'
import { attachUserProbe } from './perf-event.ts'
import { Program } from './programs.ts'
import { RingBuffer } from './ring-buffer.ts'

export interface TypedLine {
  readonly pid: number
  /** Real uid. */
  readonly uid: number
  /** Nanoseconds since boot (CLOCK_BOOTTIME). */
  readonly timeNs: bigint
  /** At most 4,095 bytes of it. */
  readonly line: string
}

const Line = { time: 0, pid: 8, uid: 12, text: 16 } as const
const maxTextBytes = 4096
/** Where the kernel keeps the register of a returned value (struct pt_regs). */
const returnedAt = process.arch === 'arm64' ? 0 : 80
const maxLinesAtOnce = 256
const defaultRingBytes = 1 << 18

export class ReadlineProbe {
  readonly #held: DisposableStack
  readonly #ring: RingBuffer
  readonly #counters: Counters
  readonly #program: Program
  readonly #paths = new Set<string>()

  private constructor(held: DisposableStack, ringBytes: number) {
    this.#held = held
    this.#ring = held.use(new RingBuffer('haechi_lines', ringBytes))
    this.#counters = held.use(new Counters('haechi_lost', 1))
    const scratch = held.use(
      BpfMap.create({
        type: MapType.perCpuArray,
        keyBytes: 4,
        valueBytes: Line.text + maxTextBytes,
        maxEntries: 1,
        name: 'haechi_line',
      }),
    )
    const code = lineProgram(this.#ring, this.#counters, scratch)
    this.#program = held.use(Program.load({ type: ProgramType.kprobe, name: 'haechi_line', code }))
  }

  /** No shell is looked at before `add`. Throws AppError where the kernel refuses it. */
  static open(ringBytes = defaultRingBytes): ReadlineProbe {
    const held = new DisposableStack()
    try {
      return new ReadlineProbe(held, ringBytes)
    } catch (thrown) {
      held.dispose()
      throw thrown
    }
  }

  /** Looks at a shell, or at a libreadline that it uses; again does nothing. Throws AppError `unsupported`. */
  add(path: string): void {
    if (this.#paths.has(path)) return
    const fileOffset = functionOffset(path, 'readline')
    if (fileOffset === undefined) throw new AppError('unsupported', `${path} has no function readline`)
    this.#held.use(attachUserProbe(this.#program, { path, fileOffset, when: 'return' }))
    this.#paths.add(path)
  }

  /** Hands on what was typed since; returns how many lines (at most 256: call again). */
  drain(onLine: (line: TypedLine) => void): number {
    return this.#ring.drain((data, at, length) => {
      if (length <= Line.text) return
      onLine({
        pid: data.readUInt32LE(at + Line.pid),
        uid: data.readUInt32LE(at + Line.uid),
        timeNs: data.readBigUInt64LE(at + Line.time),
        line: data.toString('utf8', at + Line.text, at + length - 1),
      })
    }, maxLinesAtOnce)
  }

  /** Lines that did not fit into the ring, or could not be read, since the start. */
  drops(): number {
    return this.#counters.read()[0] ?? 0
  }

  [Symbol.dispose](): void {
    this.#held.dispose()
  }
}

function lineProgram(ring: RingBuffer, counters: Counters, scratch: BpfMap): Buffer {
  const a = new Assembler()
  // A null pointer is the end of input: nothing was typed.
  a.load(8, R.r6, R.r1, returnedAt).jumpIf(R.r6, 'eq', 0, 'done')
  a.storeConstant(4, R.fp, -4, 0).map(R.r1, scratch).address(R.r2, R.fp, -4).call(Helper.mapLookup)
  a.jumpIf(R.r0, 'eq', 0, 'lost').move(R.r8, R.r0)
  a.call(Helper.ktimeGetBootNs).store(8, R.r8, Line.time, R.r0)
  a.call(Helper.currentPidTgid).set('shiftRight', R.r0, 32).store(4, R.r8, Line.pid, R.r0)
  a.call(Helper.currentUidGid).store(4, R.r8, Line.uid, R.r0)
  a.address(R.r1, R.r8, Line.text).constant(R.r2, maxTextBytes).move(R.r3, R.r6).call(Helper.probeReadUserStr)
  a.jumpIf(R.r0, 'slt', 1, 'lost').jumpIf(R.r0, 'sgt', maxTextBytes, 'lost')
  a.move(R.r3, R.r0).set('add', R.r3, Line.text)
  a.map(R.r1, ring.map).move(R.r2, R.r8).constant(R.r4, ringNoWakeup).call(Helper.ringbufOutput)
  a.jumpIf(R.r0, 'eq', 0, 'done')
  a.label('lost').storeConstant(4, R.fp, -4, 0).map(R.r1, counters.map).address(R.r2, R.fp, -4)
  a.call(Helper.mapLookup).jumpIf(R.r0, 'eq', 0, 'done').constant(R.r1, 1).atomicAdd(R.r0, 0, R.r1)
  return a.label('done').constant(R.r0, 0).exit().build()
}
