// Facts of any tier as Events, and the process table fed on the way: written once for all tiers.

import type { Event, EventInfo, FileInfo, HaechiInfo, ProcessInfo } from '../../model/index.ts'
import { errnoName } from '../../platform/linux/libc.ts'
import type { KnownProcess, ProcessTable } from '../process-table.ts'
import type { SensorContext } from '../sensor.ts'
import { gain, idsOf } from './credentials.ts'
import { type Building, executed, forked, noId, withCredentials } from './known.ts'
import { bootNow, isoOf, ticksOf } from './moment.ts'
import { RecentExits } from './recent-exits.ts'
import type {
  CredentialFact,
  ExecFact,
  ExecutableFile,
  ExitFact,
  ForkFact,
  MemfdFact,
  ModuleFact,
  ProcessSink,
  PtraceFact,
  SeenFact,
  Subject,
} from './tier.ts'

const setIdBits = 0o6000
const permissionBits = 0o7777
const maxMessage = 200
/** Severities of event.severity. */
const grave = 73
const notable = 47

type Info = Pick<EventInfo, 'action' | 'type'> & Partial<EventInfo>
type ProcessDetail = NonNullable<HaechiInfo['process']>

export class ProcessEvents implements ProcessSink {
  readonly context: SensorContext
  readonly #table: ProcessTable
  readonly #exits = new RecentExits()
  readonly #onLoss: () => void
  provider = 'none'

  /** `onLoss` is called when a tier has told of a loss. */
  constructor(context: SensorContext, onLoss: () => void) {
    this.context = context
    this.#table = context.processes
    this.#onLoss = onLoss
  }

  exec(fact: ExecFact): void {
    const before = this.#current(fact)
    const known = executed(this.#table, fact, before)
    this.#table.set(known)
    const hx = executionOf(fact)
    const { file } = fact
    const unnamed = hx.memfd === true || hx.deleted === true
    this.#emit(isoOf(fact.time), known.info, {
      info: { type: ['start'], action: 'exec', ...(unnamed ? { severity: notable } : {}) },
      message: clip(`exec ${fact.executable || fact.name}: ${known.info.command_line ?? ''}`),
      hx,
      ...(file === undefined ? {} : { file: fileOf(file, fact.executable) }),
    })
    if (before === undefined || fact.credentials === undefined) return
    const rootBySetUid = file !== undefined && file.uid === 0 && (file.mode & 0o4000) !== 0
    if (gain(before.info, fact.credentials) === 'without cause' && !rootBySetUid)
      this.#gainedWithoutCause(isoOf(fact.time), known.info, before.info)
  }

  exit(fact: ExitFact): void {
    // Two last threads may both see that they are the last.
    if (!this.#exits.isFirst(fact)) return
    const known = this.#current(fact)
    // Its number may be another process's by now: that one goes on.
    if (known !== undefined) this.#table.end(fact.pid)
    if (fact.kernelThread === true) return
    const end = isoOf(fact.time)
    const info = known?.info ?? this.#unknown(fact)
    const code = fact.status === undefined ? undefined : (fact.status >>> 8) & 0xff
    const signal = (fact.status ?? 0) & 0x7f
    const ended = { ...info, end, ...(code === undefined || signal !== 0 ? {} : { exit_code: code }) }
    const how = signal === 0 ? `code ${code ?? 'unknown'}` : `signal ${signal}`
    this.#emit(end, ended, {
      info: { type: ['end'], action: 'exit' },
      message: clip(`exit ${info.executable ?? info.name ?? info.pid}: ${how}`),
      hx: signal === 0 ? {} : { signal },
    })
  }

  fork(fact: ForkFact): void {
    // A thread of the kernel is no process to anybody; if it runs a program, that is an exec.
    if (fact.kernelThread !== true) this.#table.set(forked(this.#table, fact))
  }

  change(fact: CredentialFact): void {
    const before = this.#current(fact)
    if (before === undefined) return
    const known = withCredentials(before, fact.credentials)
    this.#table.set(known)
    const kind = gain(before.info, fact.credentials)
    if (kind === 'same') return
    const time = isoOf(fact.time)
    if (fact.call === '') {
      this.#gainedWithoutCause(time, known.info, before.info)
      return
    }
    this.#emit(time, known.info, {
      info: { type: ['change'], action: fact.call, ...(kind === 'lost' ? {} : { severity: notable }) },
      message: clip(
        `${fact.call} by ${known.info.executable ?? known.info.pid}: ${changeText(before.info, known.info)}`,
      ),
      hx: { credentials_before: idsOf(before.info), gained: kind !== 'lost' },
    })
  }

  ptrace(fact: PtraceFact): void {
    const info = this.#current(fact)?.info ?? this.#unknown(fact)
    const target = this.#table.describe(fact.targetPid)
    this.#emit(isoOf(fact.time), info, {
      info: { type: ['access'], action: `ptrace-${fact.request}`, severity: notable, ...outcome(fact.error) },
      message: clip(`ptrace of ${target.executable ?? target.pid} by ${info.executable ?? info.pid}`),
      hx: { target: { pid: target.pid, entity_id: target.entity_id, executable: target.executable } },
    })
  }

  memfd(fact: MemfdFact): void {
    const info = this.#current(fact)?.info ?? this.#unknown(fact)
    this.#emit(isoOf(fact.time), info, {
      info: { type: ['access'], action: 'memfd-create' },
      message: clip(`memfd ${fact.name} by ${info.executable ?? info.pid}`),
      hx: { memfd_name: fact.name },
    })
  }

  module(fact: ModuleFact): void {
    const info = this.#current(fact)?.info ?? this.#unknown(fact)
    this.#emit(isoOf(fact.time), info, {
      info: {
        category: ['driver'],
        type: ['start'],
        action: 'module-load',
        severity: notable,
        ...outcome(fact.error),
      },
      message: clip(
        `module ${fact.name || fact.path || 'of unknown name'} by ${info.executable ?? info.pid}`,
      ),
      hx: { module: fact.name },
      ...(fact.path === undefined ? {} : { file: { path: fact.path } }),
    })
  }

  resyncSoon(): void {
    this.#onLoss()
  }

  /** Nothing new would be told of it: it is known, has ended meanwhile, or is a thread of the kernel. */
  knows(fact: SeenFact): boolean {
    return fact.kernelThread || this.#current(fact) !== undefined || this.#exits.has(fact)
  }

  /** A process of a snapshot. */
  seen(fact: SeenFact): void {
    if (this.knows(fact)) return
    const known = executed(this.#table, fact, undefined)
    this.#table.set(known)
    this.#emit(isoOf(bootNow()), known.info, {
      info: { kind: 'state', type: ['info'], action: 'process-seen' },
      message: clip(`runs ${fact.executable || fact.name}: ${known.info.command_line ?? ''}`),
      hx: executionOf(fact),
    })
  }

  /** A process that is known and not in a snapshot: its end was not seen. */
  gone(known: KnownProcess): void {
    const end = isoOf(bootNow())
    this.#table.end(known.info.pid)
    this.#exits.ended(known)
    this.#emit(
      end,
      { ...known.info, end },
      {
        info: { kind: 'state', type: ['end'], action: 'process-gone' },
        message: clip(`is gone: ${known.info.executable ?? known.info.pid}`),
        hx: {},
      },
    )
  }

  /** Has an end been seen of this entry of the table? */
  hasEnded(known: KnownProcess): boolean {
    return this.#exits.hasEnded(known)
  }

  /** The kernel has a process that /proc does not show. */
  hidden(fact: SeenFact): void {
    const known = executed(this.#table, fact, undefined)
    this.#emit(isoOf(bootNow()), known.info, {
      info: { kind: 'alert', type: ['info'], action: 'process-hidden', severity: 99 },
      message: clip(`process ${fact.pid} (${fact.executable || fact.name}) is hidden from /proc`),
      hx: executionOf(fact),
    })
  }

  #gainedWithoutCause(time: string, after: ProcessInfo, before: ProcessInfo): void {
    this.#emit(time, after, {
      info: { kind: 'alert', type: ['change'], action: 'credentials-gained', severity: grave },
      message: clip(
        `${after.executable ?? after.pid} gained root by no system call: ${changeText(before, after)}`,
      ),
      hx: { credentials_before: idsOf(before), gained: true },
    })
  }

  /** The entry of the table, when it is of this very process and not of an earlier one with its number. */
  #current(fact: Subject): KnownProcess | undefined {
    const known = this.#table.get(fact.pid)
    return known?.startTicks === ticksOf(fact.startNs) ? known : undefined
  }

  #unknown(fact: Subject): ProcessInfo {
    return { entity_id: this.#table.entityId(fact.pid, ticksOf(fact.startNs)), pid: fact.pid }
  }

  #emit(
    time: string,
    process: ProcessInfo,
    parts: { info: Info; message: string; hx: ProcessDetail; file?: FileInfo },
  ): void {
    const { info } = parts
    const event: Building<Event> = {
      '@timestamp': time,
      event: {
        kind: 'event',
        category: ['process'],
        dataset: 'hx.process',
        provider: this.provider,
        ...info,
      },
      message: parts.message,
      process,
      hx: { process: parts.hx },
    }
    if (process.user !== undefined) event.user = process.user
    if (parts.file !== undefined) event.file = parts.file
    this.context.emit(event)
  }
}

function executionOf(fact: ExecFact | SeenFact): Building<ProcessDetail> {
  const { file } = fact
  const detail: Building<ProcessDetail> = {
    cgroup_id: fact.cgroupId,
    memfd: fact.memfd === true,
    deleted: file?.links === 0,
    args_truncated: fact.argsTruncated,
  }
  if (fact.auid !== noId) detail.auid = fact.auid
  if (fact.session !== noId) detail.session = fact.session
  // A script's own path, or the name as it was given.
  if (fact.filename !== '' && fact.filename !== fact.executable) detail['filename'] = fact.filename
  if (file === undefined) return detail
  if ((file.mode & setIdBits) !== 0) detail['set_id'] = true
  detail['executable_stat'] = {
    device: deviceOf(file),
    inode: file.inode,
    ctime_ns: file.ctimeNs,
    size: file.size,
  }
  return detail
}

function fileOf(file: ExecutableFile, path: string): FileInfo {
  const info: Building<FileInfo> = {
    inode: file.inode,
    device: deviceOf(file),
    mode: `0${(file.mode & permissionBits).toString(8)}`,
    uid: String(file.uid),
    gid: String(file.gid),
    size: file.size,
  }
  if (path !== '') info.path = path
  return info
}

function deviceOf(file: ExecutableFile): string {
  return `${file.device >>> 20}:${file.device & 0xfffff}`
}

function outcome(error: number | undefined): Partial<EventInfo> {
  if (error === undefined) return {}
  return error === 0 ? { outcome: 'success' } : { outcome: 'failure', reason: errnoName(error) }
}

function changeText(before: ProcessInfo, after: ProcessInfo): string {
  return `uid ${before.user?.id ?? '?'} to ${after.user?.id ?? '?'}`
}

function clip(text: string): string {
  return text.length <= maxMessage ? text : `${text.slice(0, maxMessage - 1)}…`
}
