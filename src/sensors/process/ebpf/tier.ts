// The best tier: programs in the kernel hand over every exec, exit and fork with all that is known at that moment.
// What did not fit into the ring is counted there; the sum is looked at every second.

import type { OnRecord } from '../../../platform/linux/bpf/ring-buffer.ts'
import type { ProcessSink, ProcessTier } from '../tier.ts'
import { CallReader } from './call-reader.ts'
import { decodeCall, decodeExec, decodeExit, decodeFork } from './decode.ts'
import { ProcessPrograms, type ProcessProgramsOptions } from './programs.ts'
import { Count, Head, Kind, Task } from './record.ts'

/** Records between two looks at the clock: about a millisecond. */
const recordsAtOnce = 256
/** How long a tick may take; other sensors share the thread. */
const tickMs = 4
/** When this share of the ring waits, more is taken at a time: better late than lost. */
const hurryShare = 0.25
const hurryMs = 12
const accountMs = 1000

export type EbpfOptions = Partial<ProcessProgramsOptions>

export class EbpfTier implements ProcessTier {
  readonly id = 'ebpf'
  readonly #sink: ProcessSink
  readonly #options: ProcessProgramsOptions
  readonly #onRecord: OnRecord
  readonly #calls: CallReader
  #programs: ProcessPrograms | undefined
  #accountedAt = 0
  #accountedWall = 0
  #lost = 0
  #damaged = 0
  #execs = 0
  #forks = 0
  #exits = 0

  constructor(sink: ProcessSink, options: EbpfOptions = {}) {
    this.#sink = sink
    this.#options = { ringBytes: 8 << 20, ...options }
    this.#calls = new CallReader(sink)
    this.#onRecord = (data, at, length) => this.#record(data, at, length)
  }

  start(): void {
    this.#programs = new ProcessPrograms(this.#options)
    this.#accountedAt = performance.now()
    this.#accountedWall = Date.now()
    const refused = this.#programs.refusedCalls
    if (refused !== '')
      this.#sink.context.notice(`ptrace, memfd_create, setuid and module loads are not seen: ${refused}`)
  }

  /** Execs handed on and lost so far: what an independent witness must count too. */
  execsSeen(): number {
    return this.#programs?.counters.read()[Count.execRuns] ?? 0
  }

  tick(): void {
    const programs = this.#programs
    if (programs === undefined) return
    const hurry = programs.ring.pending() > this.#options.ringBytes * hurryShare
    let now = performance.now()
    const end = now + (hurry ? hurryMs : tickMs)
    while (programs.ring.drain(this.#onRecord, recordsAtOnce) === recordsAtOnce && now < end)
      now = performance.now()
    if (now - this.#accountedAt < accountMs) return
    this.#accountedAt = now
    this.#account(programs)
  }

  pending(): number {
    return this.#programs?.ring.pending() ?? 0
  }

  resync(): void {
    // The ring holds nothing that a new snapshot contradicts: records are merged by pid and start.
  }

  facts(): Record<string, number | string> {
    return {
      execs: this.#execs,
      forks: this.#forks,
      exits: this.#exits,
      lost: this.#lost,
      reading: this.#programs?.reading ?? '',
      calls: this.#programs?.calls.join(' ') ?? '',
      ring_bytes: this.#options.ringBytes,
      ring_pending: this.#programs?.ring.pending() ?? 0,
    }
  }

  /** The kernel's own counts, for those who check that nothing is missing. */
  get programs(): ProcessPrograms | undefined {
    return this.#programs
  }

  stop(): void {
    this.#programs?.[Symbol.dispose]()
    this.#programs = undefined
  }

  #record(data: Buffer, at: number, length: number): void {
    const kind = data.readUInt32LE(at + Head.kind)
    if (kind === Kind.exec) this.#exec(data, at, length)
    else if (kind === Kind.fork) {
      this.#forks += 1
      this.#sink.fork(decodeFork(data, at))
    } else if (kind === Kind.exit) {
      this.#exits += 1
      this.#sink.exit(decodeExit(data, at))
    } else this.#calls.read(decodeCall(data, at))
  }

  #exec(data: Buffer, at: number, length: number): void {
    const fact = length < Task.bytes ? undefined : decodeExec(data, at, length)
    this.#execs += 1
    if (fact === undefined) this.#damaged += 1
    else this.#sink.exec(fact)
  }

  /** What the kernel could not hand over since the last look. */
  #account(programs: ProcessPrograms): void {
    const from = this.#accountedWall
    this.#accountedWall = Date.now()
    const counts = programs.counters.read()
    const dropped = [Count.execLost, Count.forkLost, Count.exitLost, Count.callLost]
    let lost = this.#damaged + programs.missed()
    for (const index of dropped) lost += counts[index] ?? 0
    const more = lost - this.#lost
    if (more <= 0) return
    this.#lost = lost
    this.#sink.context.lost({ source: this.id, count: more, from, to: this.#accountedWall })
    this.#sink.resyncSoon()
  }
}
