// Commands as they are typed: what readline handed to a shell, and what interactive shells then ran. The two tell of
// the same command, in either order: both are held for a moment, and a line takes what its shell runs.

import type { Event, ProcessInfo } from '../../model/index.ts'
import type { ProcessTable } from '../process-table.ts'
import { isInteractive, shellName, terminalName } from './shells.ts'

export type HistorySource = 'readline' | 'exec' | 'file'

export interface TypedCommand {
  readonly command: string
  readonly sources: readonly HistorySource[]
  /** ISO 8601. */
  readonly time: string
  readonly uid: number
  readonly shell: string
  readonly process?: ProcessInfo
  readonly tty?: string
  /** Login uid and audit session. */
  readonly auid?: number
  readonly session?: number
}

/** A line that readline returned. */
export interface ReadLine {
  readonly pid: number
  readonly uid: number
  readonly time: string
  readonly line: string
}

interface Held {
  readonly shellPid: number
  readonly atMs: number
  readonly command: TypedCommand
}

const none: readonly TypedCommand[] = []
const holdMs = 150
const maxHeld = 4096
const maxShells = 4096
const noId = 4_294_967_295

export class TypedCommands {
  readonly #processes: ProcessTable
  #lines: Held[] = []
  #execs: Held[] = []
  /** Shells whose lines are read: what they run is what was typed, perhaps under an alias. */
  readonly #readShells = new Set<string>()
  #overflowed = 0
  #confirmed = 0

  constructor(processes: ProcessTable) {
    this.#processes = processes
  }

  /** Execs that were a line's. */
  get confirmed(): number {
    return this.#confirmed
  }

  /** How many commands were not told since the last call. */
  takeOverflow(): number {
    const count = this.#overflowed
    this.#overflowed = 0
    return count
  }

  addLine({ pid, uid, time, line }: ReadLine): void {
    if (line.trim() === '') return
    this.#noteShell(pid)
    const known = this.#processes.get(pid)
    const process = this.#processes.describe(pid)
    const tty = known === undefined ? process.tty?.char_device : deviceOf(known.tty)
    const name = tty === undefined ? undefined : terminalName(tty.major, tty.minor)
    this.#hold(this.#lines, pid, {
      command: line,
      sources: ['readline'],
      time,
      uid,
      shell: shellName(process) ?? process.name ?? '',
      process,
      ...(name === undefined ? {} : { tty: name }),
      ...(known === undefined || known.auid === noId ? {} : { auid: known.auid }),
      ...(known === undefined || known.session === noId ? {} : { session: known.session }),
    })
  }

  /** An event of hx.process. Only programs that an interactive shell of a logged-in user starts are commands. */
  addExec(event: Event): void {
    const { process, event: info, hx } = event
    if (info.action !== 'exec' || process?.tty === undefined || process.parent === undefined) return
    const auid = hx?.process?.auid
    if (auid === undefined) return
    const shell = this.#shellOf(process.parent)
    if (shell === undefined) return
    const { major, minor } = process.tty.char_device
    const tty = terminalName(major, minor)
    const session = hx?.process?.session
    this.#hold(this.#execs, process.parent.pid, {
      command: process.args?.join(' ') ?? process.command_line ?? process.executable ?? '',
      sources: ['exec'],
      time: event['@timestamp'],
      uid: Number(process.real_user?.id ?? process.user?.id ?? auid),
      shell,
      process,
      auid,
      ...(tty === undefined ? {} : { tty }),
      ...(session === undefined ? {} : { session }),
    })
  }

  /** Those that were held long enough, in the order of their times. */
  take(now: 'due' | 'all'): readonly TypedCommand[] {
    if (this.#lines.length === 0 && this.#execs.length === 0) return none
    const before = now === 'all' ? Number.POSITIVE_INFINITY : performance.now() - holdMs
    const execs = this.#execs.filter(({ atMs }) => atMs <= before)
    const told: TypedCommand[] = []
    for (const exec of execs) if (!this.#isOfLine(exec)) told.push(exec.command)
    const lines = this.#lines.filter(({ atMs }) => atMs <= before)
    for (const line of lines) told.push(this.#withExec(line))
    this.#execs = this.#execs.filter(({ atMs }) => atMs > before)
    this.#lines = this.#lines.filter(({ atMs }) => atMs > before)
    return told.toSorted((one, other) => (one.time < other.time ? -1 : Number(one.time > other.time)))
  }

  #isOfLine({ shellPid }: Held): boolean {
    const isRead = this.#readShells.has(this.#shellId(shellPid))
    if (isRead) this.#confirmed++
    return isRead
  }

  #withExec(line: Held): TypedCommand {
    const next = this.#lines.find((other) => other.shellPid === line.shellPid && other.atMs > line.atMs)
    const exec = this.#execs.find(
      ({ shellPid, command }) =>
        shellPid === line.shellPid &&
        command.time >= line.command.time &&
        (next === undefined || command.time < next.command.time),
    )
    if (exec?.command.process === undefined) return line.command
    return { ...line.command, sources: ['readline', 'exec'], process: exec.command.process }
  }

  #shellOf(parent: ProcessInfo): string | undefined {
    const known = this.#processes.describe(parent.pid)
    const shell = shellName(known) ?? shellName(parent)
    if (shell === undefined) return undefined
    const args = known.args ?? parent.args
    return isInteractive({ pid: parent.pid, ...(args === undefined ? {} : { args }) }) ? shell : undefined
  }

  #hold(list: Held[], shellPid: number, command: TypedCommand): void {
    if (list.length >= maxHeld) this.#overflowed++
    else list.push({ shellPid, atMs: performance.now(), command })
  }

  #noteShell(pid: number): void {
    const id = this.#shellId(pid)
    // Last used, last forgotten.
    this.#readShells.delete(id)
    this.#readShells.add(id)
    if (this.#readShells.size <= maxShells) return
    const [oldest] = this.#readShells
    if (oldest !== undefined) this.#readShells.delete(oldest)
  }

  /** A number alone may be given to another shell later. */
  #shellId(pid: number): string {
    return this.#processes.describe(pid).entity_id ?? String(pid)
  }
}

function deviceOf(tty: number): { readonly major: number; readonly minor: number } | undefined {
  if (tty === 0) return undefined
  return { major: (tty >>> 8) & 0xfff, minor: (tty & 0xff) | ((tty >>> 12) & 0xfff00) }
}
