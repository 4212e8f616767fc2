// Logins that sshd, login(1) or audit told of, waited for in wtmp: whoever wipes his traces keeps himself out of it.
// Connections without a terminal (a single command, scp, sftp) never stand in wtmp, so a terminal must have been seen.

import type { ProcessTable } from '../process-table.ts'
import { type Group, type LoginFact } from '../../evidence/logins/index.ts'

const patienceMs = 60_000
const lookEveryMs = 5000
const maxWaiting = 1024
const maxGenerations = 6
const recorders: readonly string[] = ['wtmp', 'wtmpdb']
const services = new Set(['sshd', 'login', 'dropbear'])

interface Waiting {
  readonly group: Group
  readonly dueMs: number
  hasTerminal: boolean
}

export class UnrecordedLogins {
  readonly #processes: ProcessTable
  readonly #missed: (fact: LoginFact) => void
  readonly #waiting = new Set<Waiting>()
  #nextLookMs = 0

  constructor(processes: ProcessTable, missed: (fact: LoginFact) => void) {
    this.#processes = processes
    this.#missed = missed
  }

  get size(): number {
    return this.#waiting.size
  }

  /** A login that was told; those that are old already are not waited for: wtmp may have been rotated since. */
  expect(group: Group, nowMs: number): void {
    const { action, service, timeMs } = group.fact
    if (action !== 'logon' || service === undefined || !services.has(service)) return
    if (Math.abs(nowMs - timeMs) > patienceMs || isRecorded(group) || this.#waiting.size >= maxWaiting) return
    this.#waiting.add({ group, dueMs: nowMs + patienceMs, hasTerminal: group.fact.tty !== undefined })
  }

  tick(nowMs: number): void {
    if (this.#waiting.size === 0 || nowMs < this.#nextLookMs) return
    this.#nextLookMs = nowMs + lookEveryMs
    this.#lookForTerminals()
    for (const waiting of this.#waiting) {
      if (!isRecorded(waiting.group) && nowMs < waiting.dueMs) continue
      this.#waiting.delete(waiting)
      if (!isRecorded(waiting.group) && waiting.hasTerminal) this.#missed(waiting.group.fact)
    }
  }

  #lookForTerminals(): void {
    const byPid = new Map<number, Waiting>()
    for (const waiting of this.#waiting) {
      waiting.hasTerminal ||= waiting.group.fact.tty !== undefined
      if (!waiting.hasTerminal && waiting.group.fact.pid !== undefined)
        byPid.set(waiting.group.fact.pid, waiting)
    }
    if (byPid.size === 0) return
    for (const known of this.#processes.list()) {
      if (known.tty === 0) continue
      let pid: number | undefined = known.info.pid
      for (let generation = 0; generation < maxGenerations && pid !== undefined && pid > 1; generation += 1) {
        const waiting = byPid.get(pid)
        if (waiting !== undefined) waiting.hasTerminal = true
        pid = this.#processes.get(pid)?.info.parent?.pid
      }
    }
  }
}

function isRecorded(group: Group): boolean {
  return recorders.some((recorder) => group.sources.has(recorder))
}
