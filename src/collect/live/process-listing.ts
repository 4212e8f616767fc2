// Which processes there are, by views that do not depend on each other: the kernel's own list of tasks (BPF), procfs as we mount it,
// /proc as everybody sees it, and who answers a signal. Who is in one before and after, and is missing in /proc between, is hidden.

import { messageOf } from '../../base/app-error.ts'
import { parseProcessStat, type ProcessStat } from '../../platform/linux/process-stat.ts'
import { answersSignal } from '../../platform/linux/signal-probe.ts'
import { TaskIterator } from '../../sensors/process/ebpf/task-iterator.ts'
import { ticksOf } from '../../sensors/process/moment.ts'
import type { SeenFact } from '../../sensors/process/tier.ts'
import { pidsIn } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { notePart, type Part, rowsPart } from './parts.ts'
import { readPiece, readText } from './proc-files.ts'

export interface Listed {
  readonly pid: number
  /** Null when nothing tells it. */
  readonly start_ticks: number | null
  /** The views that have it. */
  readonly seen_by: readonly ('kernel' | 'own-proc' | 'proc' | 'signal')[]
  /** Why it is taken for hidden; null when it is not. */
  readonly hidden: string | null
  /** As the kernel's list has it; all that is known where procfs shows nothing. */
  readonly kernel: {
    readonly name: string
    readonly executable: string
    readonly parent_pid: number
    readonly uid: number | null
  } | null
}

/** No more numbers are asked: a second of work. */
const maxProbes = 4_194_304
const probesInOneGo = 65_536
const maxStatBytes = 4096
const rowsInOneGo = 1024

export function* listProcesses(): Generator<Part, void> {
  const own = ownProc()
  if (own.refused !== '')
    yield notePart(`procfs could not be mounted for ourselves, /proc has to do: ${own.refused}`)
  const kernel = new KernelList()
  try {
    if (kernel.refused !== '')
      yield notePart(`the kernel's own list of processes is not to be had: ${kernel.refused}`)
    const before = kernel.read()
    const ownBefore = startsIn(own.path)
    const shown = startsIn('/proc')
    const ownAfter = startsIn(own.path)
    const after = kernel.read()
    const rows: Listed[] = []
    for (const pid of union(before, ownBefore, shown, ownAfter)) {
      const fact = before.get(pid) ?? after.get(pid)
      const lasting = kept(before, after, pid) ?? kept(ownBefore, ownAfter, pid)
      rows.push({
        pid,
        start_ticks: lasting ?? shown.get(pid) ?? ownAfter.get(pid) ?? null,
        seen_by: [
          ...(before.has(pid) ? (['kernel'] as const) : []),
          ...(ownBefore.has(pid) || ownAfter.has(pid) ? (['own-proc'] as const) : []),
          ...(shown.has(pid) ? (['proc'] as const) : []),
          ...(answersSignal(pid) ? (['signal'] as const) : []),
        ],
        hidden: lasting === undefined ? null : hiddenHow(pid, lasting, shown),
        kernel: fact === undefined ? null : factOf(fact.fact),
      })
    }
    for (let at = 0; at < rows.length; at += rowsInOneGo)
      yield rowsPart('listed', rows.slice(at, at + rowsInOneGo))
    yield* probe(new Set(rows.map(({ pid }) => pid)), own.path)
  } finally {
    kernel[Symbol.dispose]()
  }
}

type Starts = ReadonlyMap<number, number>

interface KernelFact {
  readonly ticks: number
  readonly fact: SeenFact
}

class KernelList implements Disposable {
  readonly refused: string
  readonly #iterator: TaskIterator | undefined

  constructor() {
    let refused = ''
    try {
      this.#iterator = new TaskIterator()
      // In a container the kernel counts processes otherwise than procfs does.
      const own = this.read().get(process.pid)
      if (own === undefined || own.ticks !== startOf('/proc', process.pid)) {
        this.#iterator[Symbol.dispose]()
        this.#iterator = undefined
        refused = 'its numbers are not those of this namespace'
      }
    } catch (thrown) {
      refused = messageOf(thrown)
    }
    this.refused = refused
  }

  read(): ReadonlyMap<number, KernelFact> {
    const facts = this.#iterator?.read() ?? []
    return new Map(facts.map((fact) => [fact.pid, { ticks: ticksOf(fact.startNs), fact }]))
  }

  [Symbol.dispose](): void {
    this.#iterator?.[Symbol.dispose]()
  }
}

function factOf(fact: SeenFact): Listed['kernel'] {
  return {
    name: fact.name,
    executable: fact.executable,
    parent_pid: fact.parentPid,
    uid: fact.credentials?.uid ?? null,
  }
}

/** By number the start; NaN where a folder is listed and its stat is not that of the process. */
function startsIn(proc: string): Starts {
  return new Map(pidsIn(proc).map((pid) => [pid, startOf(proc, pid) ?? Number.NaN]))
}

function startOf(proc: string, pid: number): number | undefined {
  const stat = statOf(proc, pid)
  return stat?.pid === pid ? stat.startTicks : undefined
}

function statOf(proc: string, pid: number): ProcessStat | undefined {
  const text = readPiece(`${proc}/${pid}/stat`, maxStatBytes)?.bytes.toString('latin1')
  return text === undefined ? undefined : parseProcessStat(text)
}

function union(...views: readonly ReadonlyMap<number, unknown>[]): number[] {
  const pids = new Set<number>()
  for (const view of views) for (const pid of view.keys()) pids.add(pid)
  return [...pids].toSorted((one, other) => one - other)
}

/** Its start, when it was there before and after. */
function kept(
  before: ReadonlyMap<number, KernelFact | number>,
  after: ReadonlyMap<number, KernelFact | number>,
  pid: number,
): number | undefined {
  const first = ticksIn(before.get(pid))
  return first !== undefined && first === ticksIn(after.get(pid)) ? first : undefined
}

function ticksIn(entry: KernelFact | number | undefined): number | undefined {
  const ticks = typeof entry === 'object' ? entry.ticks : entry
  return ticks === undefined || Number.isNaN(ticks) ? undefined : ticks
}

function hiddenHow(pid: number, ticks: number, shown: Starts): string | null {
  const seen = shown.get(pid)
  if (seen === undefined) return 'a listing of /proc does not show it'
  // Not its own: gone and its number given away cannot be, it was there afterwards.
  return seen === ticks ? null : 'something is mounted over its folder in /proc'
}

/** Every number is asked with signal 0; who answers is in a list, or a thread, or hidden. */
function* probe(known: ReadonlySet<number>, proc: string): Generator<Part, void> {
  const limit = Number(readText('/proc/sys/kernel/pid_max') ?? 32_768)
  const suspects: number[] = []
  for (let pid = 1; pid <= Math.min(limit, maxProbes); pid++) {
    if (!known.has(pid) && answersSignal(pid) && !isThread(proc, pid)) suspects.push(pid)
    if (pid % probesInOneGo === 0) yield { kind: 'pulse' }
  }
  if (limit > maxProbes) yield notePart(`numbers of processes above ${maxProbes} were not asked`)
  const now = new Set(pidsIn(proc))
  const rows: Listed[] = []
  for (const pid of suspects) {
    // Begun since the lists, or a thread of which the folder was gone for a moment.
    if (now.has(pid) || !answersSignal(pid) || isThread(proc, pid)) continue
    const hidden = 'it answers a signal, and no list has it'
    rows.push({ pid, start_ticks: null, seen_by: ['signal'], hidden, kernel: null })
  }
  if (rows.length > 0) yield rowsPart('listed', rows)
}

/** A thread has a folder that is not listed; it names its process. */
function isThread(proc: string, pid: number): boolean {
  const group = /^Tgid:\t(\d+)$/m.exec(readText(`${proc}/${pid}/status`) ?? '')?.[1]
  return group !== undefined && Number(group) !== pid
}
