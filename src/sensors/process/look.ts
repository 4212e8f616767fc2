// One look at all processes: the kernel's own list where it can be had, and /proc. What the kernel has before and after
// a listing of /proc, and the listing has not, is hidden: no race can make that.

import { readFileSync } from 'node:fs'
import { setImmediate as pause } from 'node:timers/promises'

import { messageOf } from '../../base/app-error.ts'
import { TaskIterator } from './ebpf/task-iterator.ts'
import { argumentsOf, listedPids, processFromProc } from './proc-facts.ts'
import type { SeenFact } from './tier.ts'

/** Reads of /proc between two pauses: about a millisecond. */
const sliceSize = 16
/** No more pids are asked for one by one: a second of work. */
const maxProbes = 131_072
const probesBetweenPauses = 512

export class ProcessLook {
  readonly #proc: string
  readonly #iterator: TaskIterator | undefined
  /** Why the kernel's own list is not to be had; empty when it is. */
  readonly refused: string

  /** `root` other than empty: only its /proc is looked at. */
  constructor(root: string) {
    this.#proc = `${root}/proc`
    let refused = ''
    try {
      if (root === '') this.#iterator = new TaskIterator()
      else refused = 'another root is looked at'
    } catch (thrown) {
      refused = messageOf(thrown)
    }
    this.refused = refused
  }

  /** The kernel's list, and what /proc has beyond it (all of it without such a list). Arguments: see `complete`. */
  list(): SeenFact[] {
    const facts = this.#iterator?.read() ?? []
    const known = new Set(facts.map(({ pid }) => pid))
    for (const pid of listedPids(this.#proc)) {
      const fact = known.has(pid) ? undefined : processFromProc(this.#proc, pid)
      if (fact !== undefined) facts.push(fact)
    }
    return facts
  }

  /** The same process with its arguments. */
  complete(fact: SeenFact): SeenFact {
    return this.#iterator === undefined ? fact : { ...fact, ...argumentsOf(this.#proc, fact.pid) }
  }

  /** Goes over facts in small slices, so that others have their turn. */
  async each(facts: readonly SeenFact[], take: (fact: SeenFact) => void): Promise<void> {
    for (const [index, fact] of facts.entries()) {
      take(this.complete(fact))
      if (index % sliceSize === sliceSize - 1) await pause()
    }
  }

  /** Processes that exist and that /proc does not show. */
  async hidden(): Promise<SeenFact[]> {
    if (this.#iterator === undefined) return this.#hiddenFromListing()
    const before = this.#iterator.read()
    const listed = new Set(listedPids(this.#proc))
    const after = new Map(this.#iterator.read().map((fact) => [fact.pid, fact.startNs]))
    return before.filter(
      (fact) => after.get(fact.pid) === fact.startNs && !(listed.has(fact.pid) && this.#isReadable(fact.pid)),
    )
  }

  [Symbol.dispose](): void {
    this.#iterator?.[Symbol.dispose]()
  }

  /** A folder may be listed and covered by a mount. */
  #isReadable(pid: number): boolean {
    try {
      return readFileSync(`${this.#proc}/${pid}/stat`, 'latin1').startsWith(`${pid} (`)
    } catch {
      // Gone since, or covered: the next look tells.
      return false
    }
  }

  /** Without the kernel's list: every number is asked with signal 0, and who answers must be listed or be a thread. */
  async #hiddenFromListing(): Promise<SeenFact[]> {
    const listed = new Set(listedPids(this.#proc))
    const found: number[] = []
    for (let pid = 1; pid <= lastPid(listed); pid++) {
      if (!listed.has(pid) && answers(pid)) found.push(pid)
      if (pid % probesBetweenPauses === 0) await pause()
    }
    const again = new Set(listedPids(this.#proc))
    return found.filter((pid) => !again.has(pid) && !this.#isThread(pid) && answers(pid)).map(nameless)
  }

  /** A thread has a folder that is not listed; it names its process. */
  #isThread(pid: number): boolean {
    try {
      const group = /^Tgid:\t(\d+)$/m.exec(readFileSync(`${this.#proc}/${pid}/status`, 'latin1'))?.[1]
      return group !== undefined && Number(group) !== pid
    } catch {
      return false
    }
  }
}

function lastPid(listed: ReadonlySet<number>): number {
  let last = 0
  for (const pid of listed) last = Math.max(last, pid)
  return Math.min(maxProbes, last + probesBetweenPauses)
}

function answers(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Of a process that only answers, nothing else is known. */
function nameless(pid: number): SeenFact {
  return {
    pid,
    startNs: 0,
    name: '',
    executable: '',
    filename: '',
    args: [],
    argsTruncated: false,
    parentPid: 0,
    parentStartNs: 0,
    sessionLeader: 0,
    auid: 0xffff_ffff,
    session: 0xffff_ffff,
    cgroupId: '0',
    tty: 0,
    kernelThread: false,
  }
}
