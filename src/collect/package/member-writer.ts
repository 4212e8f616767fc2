// Members with their lines of the manifest. Lines are held until their places are known, a bounded number of them; then they are
// chained and written as a part of the manifest.

import { createHash, type KeyObject } from 'node:crypto'

import { type FramePlace, FrameWriter, type FrameWriterOptions } from './frame-writer.ts'
import type { ManifestEntry, MemberFacts, MemberPlace } from './manifest-entry.ts'
import { caseName, manifestName } from './member-name.ts'
import { type Signature, signFacts, tailOf } from './signature.ts'
import type { PackageSink } from './sink.ts'
import { memberHeader, paddingOf } from './tar-header.ts'

export type Draft = Omit<ManifestEntry, 'at'>

interface Placed {
  readonly place: FramePlace
  readonly head: number
  readonly bytes: number
}

/** Lines of a part of the manifest. */
const mostPending = 4096
/** Frames of members whose lines are held: their sizes stand in the lines. */
const mostPendingFrames = 131_072

export class MemberWriter {
  readonly frames: FrameWriter
  readonly #started: string
  readonly #manifest: Placed[] = []
  #pending: { draft: Draft; placed: Placed | undefined }[] = []
  #pendingFrames = 0
  #root = '0'.repeat(64)
  #lines = 0

  /** `started`: ISO 8601, the time of the members that are ours. */
  constructor(sink: PackageSink, options: FrameWriterOptions, started: string) {
    this.frames = new FrameWriter(sink, options)
    this.#started = started
  }

  get lines(): number {
    return this.#lines + this.#pending.length
  }

  get chainRoot(): string {
    return this.#root
  }

  /** A member whose data the caller appends to `frames`, exactly as much as the facts say, before `endMember`. */
  async beginMember(facts: MemberFacts): Promise<Placed> {
    const header = memberHeader(facts)
    const place = await this.frames.begin(header.length + facts.stored + paddingOf(facts.stored))
    await this.frames.append(header)
    return { place, head: header.length, bytes: facts.stored }
  }

  async endMember({ bytes }: Placed): Promise<void> {
    await this.frames.appendZeros(paddingOf(bytes))
    await this.frames.end()
  }

  /** A line of the manifest; `placed` where the item has a member. */
  async note(draft: Draft, placed?: Placed): Promise<void> {
    this.#pending.push({ draft, placed })
    this.#pendingFrames += Math.ceil((placed?.bytes ?? 0) / 1_048_576)
    if (this.#pending.length >= mostPending || this.#pendingFrames > mostPendingFrames) await this.flush()
  }

  /** A member whose content is in memory, with its line. */
  async add(draft: Omit<Draft, 'sha256' | 'size'>, content: Uint8Array): Promise<void> {
    const sized = { ...draft, size: content.length }
    const placed = await this.#member({ ...sized, stored: content.length, isSparse: false }, content)
    await this.note({ ...sized, sha256: createHash('sha256').update(content).digest('hex') }, placed)
  }

  /** Writes the lines that are held: from then on the members before are vouched for. */
  async flush(): Promise<void> {
    if (this.#pending.length === 0) return
    await this.frames.drain()
    const lines: Buffer[] = []
    for (const { draft, placed } of this.#pending) {
      const entry: ManifestEntry = placed === undefined ? draft : { ...draft, at: placeOf(placed) }
      const line = Buffer.from(`${JSON.stringify({ previous: this.#root, ...entry })}\n`)
      this.#root = createHash('sha256').update(line.subarray(0, -1)).digest('hex')
      lines.push(line)
    }
    this.#lines += lines.length
    this.#pending = []
    this.#pendingFrames = 0
    const part = this.#manifest.length + 1
    this.#manifest.push(await this.#own({ path: manifestName, ...(part > 1 ? { part } : {}) }, lines))
    await this.frames.drain()
  }

  /** The case file and the signature; then the package is whole. */
  async close(caseText: string, key: KeyObject): Promise<Signature> {
    await this.flush()
    const bytes = Buffer.from(caseText)
    const placed = await this.#own({ path: caseName }, [bytes])
    await this.frames.drain()
    const { offset } = this.frames
    const signature = signFacts(
      {
        started: this.#started,
        chainRoot: this.#root,
        lines: this.#lines,
        manifest: this.#manifest.map(placeOf),
        case: placeOf(placed),
        caseSha256: createHash('sha256').update(bytes).digest('hex'),
        stream: { bytes: offset, sha256: this.frames.digest() },
      },
      key,
    )
    await this.frames.raw(tailOf(signature, offset))
    return signature
  }

  #own(name: { path: string; part?: number }, content: readonly Buffer[]): Promise<Placed> {
    const bytes = Buffer.concat(content)
    return this.#member(ownFacts(name, bytes.length, this.#started), bytes)
  }

  async #member(facts: MemberFacts, content: Uint8Array): Promise<Placed> {
    const placed = await this.beginMember(facts)
    await this.frames.append(content)
    await this.endMember(placed)
    return placed
  }
}

/** Of a part of the manifest or the case file. */
export function ownFacts(
  name: { readonly path: string; readonly part?: number },
  size: number,
  started: string,
): MemberFacts {
  return { kind: 'head', ...name, size, times: { modified: started }, stored: size, isSparse: false }
}

function placeOf({ place, head, bytes }: Placed): MemberPlace {
  return { frame: place.frame, skip: place.skip, head, bytes, frames: place.frames }
}
