// PowerPoint presentations up to 2003: embedded objects and macros, which are compressed inside the main stream, and
// pictures ([MS-PPT] 2.10.34 to 2.10.42, [MS-ODRAW] 2.2.23).

import { Inflate } from '../../codecs/inflate.ts'
import { u16, u32 } from '../../codecs/little-endian.ts'
import { type CfbEntry, isCfb, readCfb } from '../../parsers/cfb/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource, type Decoder } from '../../source/decoded-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { pictureOf } from './picture.ts'
import { recordsOf } from './records.ts'

const mainStream = 'powerpoint document'
const pictureStream = 'pictures'
const storageRecord = 0x1011
const encryptionRecord = 0x2f14
/** The zlib header behind the length of what is compressed. */
const compressedFrom = 4
const zlibHeaderBytes = 2

function isMain({ name, kind }: CfbEntry): boolean {
  return kind === 'stream' && name.toLowerCase() === mainStream
}

export const ppt: Format = {
  id: 'ppt',
  kind: 'archive',

  matches: ({ head, source }) => isCfb(head) && (readCfb(source)?.entries.some(isMain) ?? false),

  *members({ source }, context) {
    for (const entry of readCfb(source, context.budget)?.entries ?? []) {
      if (isMain(entry)) yield* objects(entry, context)
      else if (entry.kind === 'stream' && entry.name.toLowerCase() === pictureStream)
        yield* pictures(entry, context)
    }
  },
}

function* objects({ path, source }: CfbEntry, context: UnpackContext): Generator<Member> {
  let number = 0
  let isEncrypted = false
  const timed = timedSource(source, context.budget)
  for (const { type, instance, at, length } of recordsOf(timed, context.budget)) {
    if (type === encryptionRecord) isEncrypted = true
    if (type !== storageRecord || length <= compressedFrom) continue
    number++
    const name = `${path}/object ${number}`
    if (instance === 0) yield { name, source: sliceSource(source, at, length) }
    else {
      const start = at + compressedFrom
      const expected = u32(source.read(at, compressedFrom), 0)
      yield { name, source: inflated({ source: timed, start, end: at + length, expected }, name, context) }
    }
  }
  if (isEncrypted) context.fault(path, 'encrypted', 'the presentation is encrypted')
}

interface Packed {
  readonly source: ByteSource
  readonly start: number
  readonly end: number
  /** Bytes that it unpacks to, as the file claims. */
  readonly expected: number
}

function inflated(
  { source, start, end, expected }: Packed,
  name: string,
  context: UnpackContext,
): ByteSource {
  const fault = (): void => context.fault(name, 'damaged', 'the compressed data is damaged')
  const open = (): Decoder => new ReportingInflate(new Inflate(source, start + zlibHeaderBytes, end), fault)
  return new DecodedSource(open, context.budget, Math.min(expected, (end - start) * 8))
}

class ReportingInflate implements Decoder {
  readonly #inflate: Inflate
  #report: (() => void) | undefined

  constructor(inflate: Inflate, report: () => void) {
    this.#inflate = inflate
    this.#report = report
  }

  get consumed(): number {
    return this.#inflate.consumed
  }

  read(out: Uint8Array): number {
    const count = this.#inflate.read(out)
    if (count === 0 && this.#inflate.fault !== undefined) {
      this.#report?.()
      this.#report = undefined
    }
    return count
  }
}

function* pictures({ path, source }: CfbEntry, context: UnpackContext): Generator<Member> {
  let number = 0
  const timed = timedSource(source, context.budget)
  for (const record of recordsOf(timed, context.budget)) {
    const picture = pictureOf(timed, record)
    if (picture === undefined) continue
    number++
    const name = `${path}/${number}.${picture.extension}`
    const { start, end } = picture
    if (!picture.isPacked) yield { name, source: sliceSource(source, start, end - start) }
    else if ((u16(source.read(start, 2), 0) & 0x0f) === 8) {
      yield { name, source: inflated({ source: timed, start, end, expected: picture.size }, name, context) }
    }
  }
}
