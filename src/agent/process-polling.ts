// Processes that begin and end, seen by comparing two lists: where the system writes no audit events this is what is left. What
// begins and ends between two looks is not seen.

import type { FlatRecord } from '../evidence/process-creation/index.ts'
import { listProcesses } from '../platform/windows/processes.ts'
import { processFacts, type RunningProcess } from '../collect/windows/running-process.ts'

export interface PollingListener {
  onStart(process: RunningProcess): void
  onEnd(process: RunningProcess): void
}

/** Owns the last list. */
export class ProcessPolling {
  readonly #listener: PollingListener
  /** By number and, because numbers are used again, parent and name. */
  #known = new Map<string, RunningProcess>()

  /** What runs already is known and not told. */
  constructor(running: readonly RunningProcess[], listener: PollingListener) {
    this.#listener = listener
    for (const process of running) this.#known.set(keyOf(process), process)
  }

  look(): void {
    const now = new Map<string, RunningProcess>()
    const started: RunningProcess[] = []
    for (const listed of listProcesses()) {
      const key = keyOf(listed)
      const known = this.#known.get(key)
      const process = known ?? { ...listed, ...processFacts(listed.pid) }
      now.set(key, process)
      if (known === undefined) started.push(process)
    }
    for (const [key, process] of this.#known) if (!now.has(key)) this.#listener.onEnd(process)
    this.#known = now
    for (const process of started) this.#listener.onStart(process)
  }
}

function keyOf({ pid, parentPid, name }: Pick<RunningProcess, 'pid' | 'parentPid' | 'name'>): string {
  return `${pid} ${parentPid} ${name}`
}

/** A process that was seen as the record that the audit would have written. */
export function recordOfProcess(process: RunningProcess, computer: string): FlatRecord {
  const [domain, user] = accountOf(process)
  return {
    Channel: 'Security',
    EventID: '4688',
    Computer: computer,
    NewProcessId: String(process.pid),
    NewProcessName: process.image ?? process.name,
    ProcessId: String(process.parentPid),
    CommandLine: process.commandLine,
    MandatoryLabel: process.owner?.integritySid,
    SubjectUserSid: process.owner?.sid,
    SubjectUserName: user,
    SubjectDomainName: domain,
  }
}

function accountOf({
  owner,
}: RunningProcess): readonly [domain: string | undefined, user: string | undefined] {
  const name = owner?.name
  if (name === undefined) return [undefined, undefined]
  const at = name.indexOf('\\')
  return at === -1 ? [undefined, name] : [name.slice(0, at), name.slice(at + 1)]
}
