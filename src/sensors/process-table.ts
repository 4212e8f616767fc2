// The processes that live now, as the process sensor and /proc tell: every other sensor names its process from here. An
// entry outlives its process by a while, because events of other sources come later.

import type { ProcessInfo } from '../model/index.ts'
import { readProcessStat } from '../platform/linux/process-stat.ts'
import { executableOf } from '../platform/linux/processes.ts'

export interface KnownProcess {
  readonly info: ProcessInfo
  /** Start in clock ticks (10 ms) since boot, as /proc has it: with the pid it names a process. */
  readonly startTicks: number
  /** 0 when unknown. */
  readonly cgroupId: bigint
  /** Controlling terminal (`tty_nr`), 0 for none. */
  readonly tty: number
  /** Login uid; 4294967295 for none. */
  readonly auid: number
  /** Audit session; 4294967295 for none. */
  readonly session: number
}

const keptAfterExit = 4096
const maxProcesses = 65_536

export class ProcessTable {
  readonly #boot: string
  readonly #byPid = new Map<number, KnownProcess>()
  readonly #ended: KnownProcess[] = []

  constructor(bootId: string) {
    this.#boot = bootId.replaceAll('-', '').slice(0, 8)
  }

  get size(): number {
    return this.#byPid.size
  }

  entityId(pid: number, startTicks: number): string {
    return `${this.#boot}:${pid}:${startTicks}`
  }

  set(known: KnownProcess): void {
    const { pid } = known.info
    // A table that nobody clears (exits were lost) must not grow for ever: the oldest goes.
    if (this.#byPid.size >= maxProcesses && !this.#byPid.has(pid)) {
      const [oldest] = this.#byPid.keys()
      if (oldest !== undefined) this.#byPid.delete(oldest)
    }
    this.#byPid.set(pid, known)
  }

  get(pid: number): KnownProcess | undefined {
    return this.#byPid.get(pid)
  }

  /** The process has ended: it is forgotten after some more have ended. */
  end(pid: number): void {
    const known = this.#byPid.get(pid)
    if (known === undefined) return
    this.#ended.push(known)
    if (this.#ended.length < 2 * keptAfterExit) return
    for (const old of this.#ended.splice(0, keptAfterExit)) {
      // Its number may have been given to another one meanwhile.
      if (this.#byPid.get(old.info.pid)?.startTicks === old.startTicks) this.#byPid.delete(old.info.pid)
    }
  }

  /** Everything that is known of a process for an event of another sensor; only its pid when it is gone and unknown. */
  describe(pid: number): ProcessInfo {
    return this.#byPid.get(pid)?.info ?? this.#fromProc(pid)
  }

  list(): IterableIterator<KnownProcess> {
    return this.#byPid.values()
  }

  #fromProc(pid: number): ProcessInfo {
    const stat = readProcessStat(pid)
    if (stat === undefined) return { pid }
    const executable = Buffer.from(executableOf(pid), 'latin1').toString()
    return {
      entity_id: this.entityId(pid, stat.startTicks),
      pid,
      name: stat.name,
      ...(executable === '' ? {} : { executable }),
      parent: { pid: stat.parent },
    }
  }
}
