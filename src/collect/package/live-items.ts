// What steps read from the running system, as members `live/NAME`: what is held of them is bounded, so a large one becomes
// several parts. Parts of rows end with a whole line, and all parts one after the other are the whole.

import type { BytesItem, RowsItem } from '../step.ts'
import { messageOf } from '../../base/app-error.ts'
import { type Deadline, untilDeadline } from './deadline.ts'
import type { MemberWriter } from './member-writer.ts'

const mostRowsBytes = 4_194_304
const mostPartBytes = 8_388_608
const mostHeldBytes = 16_777_216

interface Held {
  readonly kind: 'rows' | 'bytes'
  chunks: Buffer[]
  bytes: number
  part: number
  since: number
}

export interface LiveContext {
  readonly step: string
  readonly deadline: Deadline
  /** What the package may still take, in bytes. */
  leftBytes(): number
  /** Into the case log. */
  note(text: string): void
  /** Content that is held or in the package now. */
  took(bytes: number): void
}

export class LiveItems {
  readonly #writer: MemberWriter
  readonly #held = new Map<string, Held>()
  /** Parts that were written, by name. */
  readonly #parts = new Map<string, number>()
  #bytes = 0

  constructor(writer: MemberWriter) {
    this.#writer = writer
  }

  /** Throws what the step's own iterable throws; what came before stays. */
  async take(item: RowsItem | BytesItem, context: LiveContext): Promise<void> {
    const name = liveName(item)
    if (item.kind === 'rows') await this.#rows(name, item.rows, context)
    else await this.#chunks(name, item.chunks, context)
  }

  /** Everything that is held goes into the package. */
  async flush(step: string): Promise<void> {
    for (const [name, held] of this.#held) await this.#write(name, held, step)
    this.#held.clear()
  }

  async #rows(name: string, rows: RowsItem['rows'], context: LiveContext): Promise<void> {
    const held = this.#heldOf(name, 'rows')
    const source = untilDeadline(rows, context.deadline)
    for (let next = await source.next(); ; next = await source.next()) {
      if (next.done === true) {
        if (!next.value) context.note(`${name} is not complete: the time of the step was over`)
        return
      }
      const line = lineOf(next.value)
      if (line.length > mostPartBytes) context.note(`${name}: a row of ${line.length} bytes was left out`)
      else if (line.length > context.leftBytes()) {
        context.note(`${name} is not complete: the package has reached its limit`)
        await source.return(false)
        return
      } else await this.#append(name, held, line, context)
      if (held.bytes >= mostRowsBytes) await this.#write(name, held, context.step)
    }
  }

  async #chunks(name: string, chunks: BytesItem['chunks'], context: LiveContext): Promise<void> {
    const held = this.#heldOf(name, 'bytes')
    const source = untilDeadline(chunks, context.deadline)
    for (let next = await source.next(); ; next = await source.next()) {
      if (next.done === true) {
        if (!next.value) context.note(`${name} is not complete: the time of the step was over`)
        return
      }
      const bytes = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length)
      if (bytes.length > context.leftBytes()) {
        context.note(`${name} is not complete: the package has reached its limit`)
        await source.return(false)
        return
      }
      for (let at = 0; at < bytes.length;) {
        // A copy: whose chunk it is may write the next one into the same memory.
        const part = Buffer.from(bytes.subarray(at, at + mostPartBytes - held.bytes))
        await this.#append(name, held, part, context)
        at += part.length
        if (held.bytes >= mostPartBytes) await this.#write(name, held, context.step)
      }
    }
  }

  #heldOf(name: string, kind: Held['kind']): Held {
    const known = this.#held.get(name)
    if (known !== undefined) return known
    const held: Held = {
      kind,
      chunks: [],
      bytes: 0,
      part: (this.#parts.get(name) ?? 0) + 1,
      since: performance.now(),
    }
    this.#held.set(name, held)
    return held
  }

  async #append(name: string, held: Held, bytes: Buffer, context: LiveContext): Promise<void> {
    held.chunks.push(bytes)
    held.bytes += bytes.length
    this.#bytes += bytes.length
    context.took(bytes.length)
    if (this.#bytes < mostHeldBytes) return
    for (const [other, all] of this.#held) if (other !== name) await this.#write(other, all, context.step)
  }

  async #write(name: string, held: Held, step: string): Promise<void> {
    // Nothing to tell is told too: an empty file says that somebody looked.
    if (held.bytes === 0 && held.part > 1) return
    const content = Buffer.concat(held.chunks)
    await this.#writer.add(
      {
        kind: held.kind,
        path: name,
        ...(held.part > 1 ? { part: held.part } : {}),
        mode: 0o600,
        times: { modified: new Date().toISOString() },
        step,
        ms: Math.round(performance.now() - held.since),
      },
      content,
    )
    this.#bytes -= held.bytes
    this.#parts.set(name, held.part)
    held.part += 1
    held.chunks = []
    held.bytes = 0
    held.since = performance.now()
  }
}

function lineOf(row: object): Buffer {
  try {
    return Buffer.from(
      `${JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}\n`,
    )
  } catch (thrown) {
    return Buffer.from(`${JSON.stringify({ error: `a row cannot be written: ${messageOf(thrown)}` })}\n`)
  }
}

/** A name that no archiver takes for another place. */
function liveName({ kind, name }: RowsItem | BytesItem): string {
  const parts = name
    .split('/')
    .map((part) =>
      part
        .replaceAll(/[^\w.+@=-]/g, '_')
        .replace(/^\.+/, '_')
        .slice(0, 200),
    )
    .filter((part) => part !== '')
  const path = `live/${parts.join('/') || 'unnamed'}`
  return kind === 'rows' ? `${path}.jsonl` : path
}
