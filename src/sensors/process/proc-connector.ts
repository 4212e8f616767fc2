// The tier below audit: the kernel tells of every exec, fork and exit, but not what was executed. That is read from
// /proc at once; of programs that end quicker there is only the fact, and the figures say how many those are.

import { type ProcessEvent, ProcessEventKind } from '../../platform/linux/proc-connector.ts'
import { noId } from './known.ts'
import { readProcess } from './polling-process.ts'
import { ProcessLives } from './proc-connector-lives.ts'
import type { ExecFact, ProcessSink, ProcessTier } from './tier.ts'

export function procConnectorTier(sink: ProcessSink): ProcessTier {
  return new ProcConnectorTier(sink)
}

class ProcConnectorTier implements ProcessTier {
  readonly id = 'proc-connector'
  readonly #sink: ProcessSink
  #lives: ProcessLives | undefined
  #execs = 0
  #unread = 0

  constructor(sink: ProcessSink) {
    this.#sink = sink
  }

  start(): void {
    this.#lives = new ProcessLives(this.#sink, {
      exec: (pid, bootNs) => this.#exec(pid, bootNs),
      exit: (fact) => this.#sink.exit(fact),
      other: (event, bootNs) => this.#other(event, bootNs),
    })
  }

  tick(): void {
    this.#lives?.tick()
  }

  resync(): void {
    this.#lives?.forget()
  }

  facts(): Record<string, number | string> {
    return {
      execs: this.#execs,
      unread: this.#unread,
      received: this.#lives?.received ?? 0,
      dropped: this.#lives?.dropped ?? 0,
      sight: 'of programs that end at once only the start and the end are seen, without arguments',
    }
  }

  stop(): void {
    this.#lives?.close()
    this.#lives = undefined
  }

  #exec(pid: number, bootNs: number): void {
    this.#execs++
    const fact = execFromProc(pid, bootNs, this.#lives)
    if (fact.args.length === 0) this.#unread++
    this.#sink.exec(fact)
  }

  #other(event: ProcessEvent, bootNs: number): void {
    const { kind, process: pid, other } = event
    const time = { bootNs }
    if (kind === ProcessEventKind.uid || kind === ProcessEventKind.gid) {
      const credentials = readProcess(pid)?.credentials
      if (credentials === undefined) this.#unread++
      else this.#sink.change({ pid, startNs: this.#startOf(pid), time, call: '', credentials })
    } else if (kind === ProcessEventKind.ptrace && other !== 0) {
      // The event is the traced one's; nobody is named when the tracer lets go.
      this.#sink.ptrace({
        pid: other,
        startNs: this.#startOf(other),
        time,
        request: 'attach',
        targetPid: pid,
        error: 0,
      })
    }
  }

  #startOf(pid: number): number {
    return this.#lives?.startOf(pid) ?? 0
  }
}

/** What /proc still has of a program that was started then; else only that it was: no arguments, `argsTruncated`. */
export function execFromProc(pid: number, bootNs: number, lives: ProcessLives | undefined): ExecFact {
  const time = { bootNs }
  const startNs = lives?.startOf(pid) ?? 0
  const seen = readProcess(pid)
  // Its number may be another one's by now.
  if (seen !== undefined && seen.startNs <= bootNs) {
    const { kernelThread: _, ...fact } = seen
    // The same start for the same process, whoever asks: /proc rounds it down.
    const parentStartNs = lives?.startOf(seen.parentPid) ?? 0
    return {
      ...fact,
      startNs: startNs === 0 ? seen.startNs : startNs,
      parentStartNs: parentStartNs === 0 ? seen.parentStartNs : parentStartNs,
      time,
    }
  }
  const parentPid = lives?.parentOf(pid) ?? 0
  return {
    pid,
    startNs,
    time,
    name: '',
    executable: '',
    filename: '',
    args: [],
    argsTruncated: true,
    parentPid,
    parentStartNs: parentPid === 0 ? 0 : (lives?.startOf(parentPid) ?? 0),
    sessionLeader: 0,
    auid: noId,
    session: noId,
    cgroupId: '0',
    tty: 0,
  }
}
