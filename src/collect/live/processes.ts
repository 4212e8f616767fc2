// Step 3: every process, those that are hidden too, with what it runs, as whom, with which libraries and descriptors; and whole the
// executables that no file has any more.

import { messageOf } from '../../base/app-error.ts'
import type { BytesItem, CollectItem, CollectStep, StepContext } from '../step.ts'
import type { Part } from './parts.ts'
import type { Listed } from './process-listing.ts'
import { Reader, Stalled } from './reader.ts'
import { gather, isRunning, patienceMs, rowsItem } from './running.ts'

const maxDescriptorRows = 300_000
const maxContents = 256
const listingMs = 20_000
/** After so many processes that did not answer, the next ones get little time: they may be many on purpose. */
const patientStalls = 3
const impatientMs = 300

export const processesStep: CollectStep = {
  id: 'processes',
  title: 'processes (hidden ones too), what they run, and executables without a file',
  profiles: ['quick', 'full'],
  maxMs: { quick: 18_000, full: 600_000 },
  async *collect(context) {
    if (!isRunning(context, 'processes')) return
    await using reader = new Reader()
    const tables = await gather(reader, { task: 'listing' }, context, listingMs)
    const listed = (tables.get('listed') ?? []) as Listed[]
    const reading = new Reading(reader, context)
    yield { kind: 'rows', name: 'processes', rows: reading.rows(inOrder(listed, context)) }
    yield rowsItem('descriptors', reading.descriptors)
    yield* reading.contents()
  },
}

/** Hidden ones and those under suspicion first: time may be short. */
function inOrder(listed: readonly Listed[], context: StepContext): readonly Listed[] {
  const suspects = new Set(context.suspects)
  const isUrgent = ({ pid, hidden }: Listed): boolean => hidden !== null || suspects.has(pid)
  return [...listed.filter(isUrgent), ...listed.filter((entry) => !isUrgent(entry))]
}

interface Content {
  readonly pid: number
  readonly startTicks: number
  readonly sha256: string
}

class Reading {
  readonly descriptors: object[] = []
  readonly #reader: Reader
  readonly #context: StepContext
  /** By digest: where to take what has no file. */
  readonly #contents = new Map<string, Content>()
  #stalls = 0

  constructor(reader: Reader, context: StepContext) {
    this.#reader = reader
    this.#context = context
  }

  async *rows(listed: readonly Listed[]): AsyncGenerator<object, void> {
    let from = 0
    while (from < listed.length) {
      if (this.#context.leftMs() === 0) {
        this.#context.note(
          `the time is over: of ${listed.length - from} processes only that they are there is told`,
        )
        yield* listed.slice(from).map((entry) => ({ ...entry, unread: 'the time was over' }))
        return
      }
      from = yield* this.#some(listed, from)
    }
  }

  /** As many as answer; returns the place behind the last one that was told. */
  async *#some(listed: readonly Listed[], from: number): AsyncGenerator<object, number> {
    const { environment = 'redacted', maxFileBytes } = this.#context
    const pids = listed.slice(from).map(({ pid }) => pid)
    const row = new Row()
    let at = from
    try {
      const patience = this.#stalls < patientStalls ? patienceMs(this.#context) : impatientMs
      for await (const part of this.#reader.read(
        { task: 'processes', pids, environment, maxFileBytes },
        patience,
      )) {
        this.#take(part, row)
        const entry = listed[at]
        if (entry === undefined) break
        if (!row.isComplete) continue
        yield this.#finish(entry, row)
        row.clear()
        at++
        if (this.#context.leftMs() === 0) break
      }
      return at
    } catch (thrown) {
      const entry = listed[at]
      if (thrown instanceof Stalled) this.#stalls++
      this.#context.note(`process ${entry?.pid ?? 0} could not be read to the end: ${messageOf(thrown)}`)
      if (entry !== undefined) yield { ...this.#finish(entry, row), unread: messageOf(thrown) }
      return at + 1
    }
  }

  #take(part: Part, row: Row): void {
    if (part.kind === 'note') this.#context.note(part.text)
    if (part.kind !== 'rows') return
    if (part.name !== 'descriptors') {
      row.take(part.name, part.rows[0])
      return
    }
    const room = maxDescriptorRows - this.descriptors.length
    if (part.rows.length > room && room > 0)
      this.#context.note(`more than ${maxDescriptorRows} descriptors are open: not all are listed`)
    for (const descriptor of part.rows.slice(0, room)) this.descriptors.push(descriptor)
  }

  #finish({ kernel, ...listed }: Listed, row: Row): object {
    const { fields } = row
    const hasNoFile = fields['executable_deleted'] === true || fields['executable_memfd'] === true
    const sha256 = fields['executable_sha256']
    if (
      hasNoFile &&
      typeof sha256 === 'string' &&
      !this.#contents.has(sha256) &&
      this.#contents.size < maxContents
    )
      this.#contents.set(sha256, { pid: listed.pid, startTicks: Number(fields['start_ticks']), sha256 })
    const content = typeof sha256 === 'string' && this.#contents.has(sha256) ? contentName(sha256) : null
    if (fields['gone'] === true && listed.hidden !== null) {
      delete fields['gone']
      fields['unread'] = 'procfs does not show it'
    }
    // The kernel's own words are all there is of one that procfs does not show; beside the others they tell who lies.
    return { ...kernel, ...listed, ...fields, executable_item: content, kernel_list: kernel }
  }

  async *contents(): AsyncGenerator<CollectItem, void> {
    for (const content of this.#contents.values()) {
      if (this.#context.leftMs() === 0) {
        this.#context.note(
          `the executable ${content.sha256} of process ${content.pid} was not taken: the time is over`,
        )
        continue
      }
      yield this.#content(content)
    }
  }

  #content(content: Content): BytesItem {
    return { kind: 'bytes', name: contentName(content.sha256), chunks: this.#chunks(content) }
  }

  async *#chunks({ pid, startTicks }: Content): AsyncGenerator<Uint8Array, void> {
    try {
      const task = { task: 'content', pid, startTicks } as const
      for await (const part of this.#reader.read(task, patienceMs(this.#context))) {
        if (part.kind === 'bytes') yield part.bytes
        else if (part.kind === 'note') this.#context.note(part.text)
      }
    } catch (thrown) {
      this.#context.note(
        `the executable of process ${pid} could not be taken to the end: ${messageOf(thrown)}`,
      )
    }
  }
}

function contentName(sha256: string): string {
  return `executables/${sha256}`
}

/** The parts of one process as they come: its facts, then those of its memory. Of one that is gone only empty facts. */
class Row {
  fields: Record<string, unknown> = {}
  isComplete = false

  take(part: string, fields: object | undefined): void {
    Object.assign(this.fields, fields ?? { gone: true })
    this.isComplete = part === 'memory' || fields === undefined
  }

  clear(): void {
    this.fields = {}
    this.isComplete = false
  }
}
