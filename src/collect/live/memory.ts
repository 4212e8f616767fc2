// Step 2: the memory of processes under suspicion. The memory of the whole host is not taken: its kernel half can only be read by a
// module of the kernel, and a copy that takes minutes is of no single moment.

import { messageOf } from '../../base/app-error.ts'
import type { CollectItem, CollectStep, StepContext } from '../step.ts'
import type { Part } from './parts.ts'
import { Reader } from './reader.ts'
import { isRunning, patienceMs, rowsItems } from './running.ts'

const mebibyte = 1 << 20
const maxProcesses = 64
const maxBytesOfProcess = { quick: 64 * mebibyte, full: 2048 * mebibyte } as const
const maxBytesOfAll = { quick: 256 * mebibyte, full: 16_384 * mebibyte } as const

export const memoryStep: CollectStep = {
  id: 'memory',
  title: 'memory of the processes under suspicion',
  profiles: ['quick', 'full'],
  maxMs: { quick: 10_000, full: 600_000 },
  async *collect(context) {
    if (!isRunning(context, 'memory of processes')) return
    context.note('the memory of the whole host was not taken')
    const pids = [...new Set(context.suspects)].slice(0, maxProcesses)
    if (pids.length < new Set(context.suspects).size)
      context.note(`more than ${maxProcesses} processes are under suspicion: the first ones were taken`)
    await using reader = new Reader()
    let left: number = maxBytesOfAll[context.profile]
    for (const pid of pids) {
      if (context.leftMs() === 0 || left === 0) {
        context.note(
          `the memory of process ${pid} was not taken: ${left === 0 ? 'enough was' : 'the time is over'}`,
        )
        continue
      }
      const taking = new Taking(reader, context, pid)
      const maxBytes = Math.min(left, context.maxFileBytes, maxBytesOfProcess[context.profile])
      yield* taking.items(maxBytes)
      left -= Math.min(left, taking.bytes)
    }
  },
}

/** The memory of one process: first its bytes, then the rows that say where each piece was. */
class Taking {
  bytes = 0
  readonly #reader: Reader
  readonly #context: StepContext
  readonly #pid: number
  readonly #tables = new Map<string, object[]>()

  constructor(reader: Reader, context: StepContext, pid: number) {
    this.#reader = reader
    this.#context = context
    this.#pid = pid
  }

  async *items(maxBytes: number): AsyncGenerator<CollectItem, void> {
    const name = `memory/${this.#pid}.bin`
    yield { kind: 'bytes', name, chunks: this.#chunks(name, maxBytes) }
    yield* rowsItems(this.#tables)
  }

  async *#chunks(item: string, maxBytes: number): AsyncGenerator<Uint8Array, void> {
    const task = { task: 'memory', pid: this.#pid, maxBytes, item } as const
    try {
      for await (const part of this.#reader.read(task, patienceMs(this.#context))) {
        if (part.kind === 'bytes') {
          this.bytes += part.bytes.length
          yield part.bytes
        } else this.#take(part)
        if (this.#context.leftMs() > 0) continue
        this.#context.note(`memory of process ${this.#pid}: the time is over after ${this.bytes} bytes`)
        return
      }
    } catch (thrown) {
      this.#context.note(`memory of process ${this.#pid} after ${this.bytes} bytes: ${messageOf(thrown)}`)
    }
  }

  #take(part: Part): void {
    if (part.kind === 'note') this.#context.note(part.text)
    if (part.kind !== 'rows') return
    const table = this.#tables.get(part.name) ?? []
    this.#tables.set(part.name, table)
    for (const row of part.rows) table.push(row)
  }
}
