// The tier below eBPF: every exec with its arguments from the kernel's audit records, as their only reader or beside an
// auditd. Forks and exits come from the process events, which also check that audit has told of every exec.

import { messageOf } from '../../base/app-error.ts'
import { type AuditSource, openAuditSource } from '../../platform/linux/audit.ts'
import { AuditAssembler, type AuditEvent } from '../../platform/linux/audit-event.ts'
import { RecordType } from '../../platform/linux/audit-record.ts'
import { type CallRule, callTables } from '../../platform/linux/audit-rule.ts'
import { type ProcessStat, readProcessStat } from '../../platform/linux/process-stat.ts'
import {
  type AuditCall,
  auditCall,
  type AuditExec,
  auditExec,
  credentialsOf,
  moduleName,
} from './audit-facts.ts'
import { ExecPairing } from './audit-pairing.ts'
import { executableFile, readCgroupId, tickNs } from './polling-process.ts'
import { execFromProc } from './proc-connector.ts'
import { ProcessLives } from './proc-connector-lives.ts'
import type { ExecutableFile, FactTime, ProcessSink, ProcessTier } from './tier.ts'

const assemblerLimits = { maxEvents: 4096, maxRecords: 1024, maxBytes: 16 * 1024 * 1024, timeoutMs: 2000 }
const patienceMs = 3000
const maxReady = 8192
const accountMs = 1000

const ptraceAttach = 16
const ptraceSeize = 0x4206

const rules: readonly CallRule[] = [
  {
    calls: [
      'execve',
      'execveat',
      'setuid',
      'setgid',
      'setreuid',
      'setregid',
      'setresuid',
      'setresgid',
      'capset',
      'process_vm_writev',
      'init_module',
      'finit_module',
    ],
  },
  { calls: ['ptrace'], argument0: ptraceAttach },
  { calls: ['ptrace'], argument0: ptraceSeize },
]

const recordTypes: readonly number[] = [
  RecordType.syscall,
  RecordType.execve,
  RecordType.path,
  RecordType.cwd,
  RecordType.objectPid,
  RecordType.fileCapabilities,
  RecordType.capset,
  RecordType.kernelModule,
  RecordType.endOfEvent,
]

export function auditTier(sink: ProcessSink): ProcessTier {
  return new AuditTier(sink)
}

class AuditTier implements ProcessTier {
  readonly #sink: ProcessSink
  /** Events that wait for what the process events tell of the time before. */
  #ready: AuditEvent[] = []
  readonly #assembler = new AuditAssembler(assemblerLimits, (event) => this.#ready.push(event))
  readonly #pairing: ExecPairing
  #source: AuditSource | undefined
  #lives: ProcessLives | undefined
  /** Why there are no process events. */
  #alone = ''
  #accountedAtMs = performance.now()
  #execs = 0
  #incomplete = 0
  #incompleteTold = 0
  #missed = 0

  constructor(sink: ProcessSink) {
    this.#sink = sink
    this.#pairing = new ExecPairing(patienceMs, {
      missed: (pid, bootNs) => this.#missedExec(pid, bootNs),
      exit: (fact) => this.#sink.exit(fact),
    })
  }

  get id(): string {
    return `audit-${this.#source?.figures().mode ?? 'unicast'}`
  }

  /** Throws AppError where audit is not to be had, or system calls are hidden from it. */
  async start(): Promise<void> {
    if (callTables.length === 0) throw new Error(`the system calls of ${process.arch} are not known`)
    const { context } = this.#sink
    const source = await openAuditSource({
      rules,
      memory: context.state,
      onLoss: context.lost,
      onGap: () => this.#sink.resyncSoon(),
      onNotice: context.notice,
    })
    const blindness = source.blindness()
    if (blindness !== undefined) {
      await source.close()
      throw new Error(blindness)
    }
    this.#source = source
    source.listen(recordTypes, (record) => this.#assembler.add(record, performance.now()))
    this.#openLives()
  }

  tick(): void {
    const now = performance.now()
    this.#source?.tick()
    this.#assembler.expire(now)
    // Audit tells of a start after its fork: what was told until now has its beginning in here.
    const upToDate = this.#lives?.tick() ?? true
    if (upToDate || this.#ready.length > maxReady) {
      for (const event of this.#ready) this.#event(event)
      this.#ready = []
    }
    this.#pairing.expire(now)
    if (now - this.#accountedAtMs >= accountMs) this.#account(now)
  }

  resync(): void {
    this.#lives?.forget()
  }

  facts(): Record<string, number | string> {
    const figures = this.#source?.figures()
    return {
      execs: this.#execs,
      incomplete: this.#incomplete,
      missed: this.#missed,
      records: figures?.records ?? 0,
      lost: figures?.lost ?? 0,
      missing: figures?.missing ?? 0,
      backlog: figures?.backlog ?? 0,
      exits: this.#lives === undefined ? `not seen: ${this.#alone}` : 'seen by process events',
      process_events: this.#lives?.received ?? 0,
      process_events_dropped: this.#lives?.dropped ?? 0,
    }
  }

  async stop(): Promise<void> {
    this.#lives?.close()
    this.#lives = undefined
    await this.#source?.close()
    this.#source = undefined
  }

  #openLives(): void {
    try {
      this.#lives = new ProcessLives(this.#sink, {
        exec: (pid, bootNs) => this.#pairing.fromEvents(pid, bootNs, performance.now()),
        exit: (fact) => this.#pairing.exit(fact),
      })
    } catch (thrown) {
      this.#alone = messageOf(thrown)
      this.#sink.context.notice(`forks and exits of processes are not seen: ${this.#alone}`)
    }
  }

  #event(event: AuditEvent): void {
    if (!event.complete || event.records.every(({ type }) => type !== RecordType.syscall)) this.#incomplete++
    const call = auditCall(event)
    if (call === undefined) return
    switch (call.call) {
      case 'execve':
      case 'execveat':
        this.#exec(event, call)
        break
      case 'ptrace':
      case 'process_vm_writev':
        this.#ptrace(event, call)
        break
      case 'init_module':
      case 'finit_module':
        this.#sink.module({ ...this.#subject(event, call.pid), name: moduleName(event), error: 0 })
        break
      default:
        this.#sink.change({
          ...this.#subject(event, call.pid),
          call: call.call,
          credentials: credentialsOf(event.records, call.record),
        })
    }
  }

  /** Events of which records are missing: the kernel drops single ones without counting them. */
  #account(now: number): void {
    const count = this.#incomplete - this.#incompleteTold
    const to = Date.now()
    const from = to - Math.round(now - this.#accountedAtMs)
    this.#accountedAtMs = now
    if (count === 0) return
    this.#incompleteTold = this.#incomplete
    this.#sink.context.lost({ source: 'audit-incomplete', count, from, to })
    this.#sink.resyncSoon()
  }

  #subject({ timeMs }: AuditEvent, pid: number): { pid: number; startNs: number; time: FactTime } {
    return { pid, startNs: this.#startOf(pid), time: { wallMs: timeMs } }
  }

  #exec(event: AuditEvent, call: AuditCall): void {
    this.#execs++
    const exec = auditExec(event, call)
    const { pid, parentPid } = exec.fact
    const paired = this.#lives !== undefined
    const bootNs = paired ? this.#pairing.fromAudit(pid, performance.now()) : undefined
    const startNs = this.#startOf(pid)
    const stat = aliveSince(pid, startNs)
    const parent = this.#sink.context.processes.get(parentPid)
    const file = fileOf(exec)
    this.#sink.exec({
      ...exec.fact,
      startNs,
      time: bootNs === undefined ? { wallMs: event.timeMs } : { bootNs },
      parentStartNs: this.#startOf(parentPid),
      sessionLeader: stat?.session ?? 0,
      tty: stat?.tty ?? exec.fact.tty,
      // One that is gone was where its parent is.
      cgroupId: stat === undefined ? String(parent?.cgroupId ?? 0n) : readCgroupId(pid),
      ...(file === undefined ? {} : { file }),
    })
    if (paired) this.#pairing.settle(pid)
  }

  #ptrace(event: AuditEvent, { call, pid, record }: AuditCall): void {
    const traced = event.records.find(({ type }) => type === RecordType.objectPid)
    const requests = { [ptraceAttach]: 'attach', [ptraceSeize]: 'seize' } as Record<number, string>
    // process_vm_writev(2) has the number of the process first, and no record of it.
    const writes = call === 'process_vm_writev'
    this.#sink.ptrace({
      ...this.#subject(event, pid),
      request: writes ? call : (requests[record.hex('a0') ?? 0] ?? 'attach'),
      targetPid: traced?.number('opid') ?? record.hex(writes ? 'a0' : 'a1') ?? 0,
      error: 0,
    })
  }

  /** Started by the kernel itself, by a process from before audit was on, or lost by audit (which tells that). */
  #missedExec(pid: number, bootNs: number): void {
    this.#missed++
    this.#sink.exec(execFromProc(pid, bootNs, this.#lives))
  }

  #startOf(pid: number): number {
    return this.#lives?.startOf(pid) ?? (readProcessStat(pid)?.startTicks ?? 0) * tickNs
  }
}

/** What /proc has of the process, unless it has ended and its number is another one's. */
function aliveSince(pid: number, startNs: number): ProcessStat | undefined {
  const stat = readProcessStat(pid)
  if (stat === undefined || startNs === 0) return stat
  return Math.abs(stat.startTicks * tickNs - startNs) <= 2 * tickNs ? stat : undefined
}

/** By its path; where that is another file by now, or one of another mount namespace, by the process while it lives. */
function fileOf({ fact, inode }: AuditExec): ExecutableFile | undefined {
  for (const path of [fact.executable, `/proc/${fact.pid}/exe`]) {
    const file = path === '' ? undefined : executableFile(path)
    if (file?.inode === inode) return file
  }
  return undefined
}
