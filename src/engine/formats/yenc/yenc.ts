// yEnc (the draft of Juergen Helbing, version 1.3): one or several files in a Usenet article, each in one part or in many.

import { YencDecoder } from '../../codecs/yenc.ts'
import { decodeHeaderText, mailStartOf } from '../../parsers/mime/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { indexOfBytes, timedSource } from '../../source/search.ts'
import type { Budget } from '../../limits.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { JoinedDecoder } from './joined.ts'
import { type Part, partAt, partsOfFiles } from './part.ts'

const beginMark = Buffer.from('=ybegin ')
const lf = 0x0a
const cr = 0x0d
const maxParts = 10_000

export const yenc: Format = {
  id: 'yenc',
  kind: 'archive',

  matches({ head }) {
    if (!beginsAsText(head)) return false
    const at = Buffer.from(head.buffer, head.byteOffset, head.length).indexOf(beginMark)
    if (at < 0 || (at > 0 && head[at - 1] !== lf && head[at - 1] !== cr)) return false
    const line = Buffer.from(head.buffer, head.byteOffset + at, head.length - at).toString('latin1', 0, 512)
    return /^=ybegin .{0,100}line=\d+ .{0,100}size=\d+/.test(line) && mailStartOf(head) < 0
  },

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    const found = [...parts(source, context.budget)]
    if (found.length === maxParts)
      context.fault('(parts)', 'unsupported-method', `more than ${maxParts} parts`)
    for (const [name, pieces] of partsOfFiles(found)) yield* file(source, name, pieces, context)
  },
}

/** Encoded bytes are no text: only what stands before them can be judged. */
function beginsAsText(head: Uint8Array): boolean {
  if (head.length < beginMark.length) return false
  for (let at = 0; at < beginMark.length; at++) if ((head[at] ?? 0) < 0x09) return false
  return true
}

function* parts(source: ByteSource, budget: Budget): Generator<Part> {
  const { size } = source
  let at = 0
  for (let count = 0; count < maxParts; count++) {
    const begin = indexOfBytes(source, beginMark, { from: at, to: size }, budget)
    if (begin < 0) return
    const before = begin === 0 ? lf : source.read(begin - 1, 1)[0]
    const part = before === lf || before === cr ? partAt(source, begin, size, budget) : undefined
    if (part !== undefined) yield part
    at = part?.end ?? begin + beginMark.length
  }
}

function* file(
  source: ByteSource,
  rawName: string,
  pieces: readonly Part[],
  context: UnpackContext,
): Generator<Member> {
  const name = decodeHeaderText(rawName)
  let decoders: YencDecoder[] = []
  const member = new DecodedSource(() => {
    decoders = pieces.map(({ dataStart, dataEnd }) => new YencDecoder(source, dataStart, dataEnd))
    return new JoinedDecoder(decoders)
  }, context.budget)
  yield { name, source: member }
  if (member.wasCut) return
  if (member.encodedSize === undefined) void member.size
  member.release()
  for (const [index, piece] of pieces.entries()) {
    const fault = faultOf(piece, decoders[index])
    if (fault === undefined) continue
    context.fault(name, 'damaged', fault)
    break
  }
  const missing = missingParts(pieces)
  if (missing !== '') context.fault(name, 'missing-volume', missing)
}

function faultOf(part: Part, decoder: YencDecoder | undefined): string | undefined {
  if (part.isCut) return 'the end line is missing'
  if (decoder === undefined) return undefined
  if (part.length !== undefined && part.length !== decoder.length) return 'the length is wrong'
  return part.crc !== undefined && part.crc !== decoder.crc ? 'the checksum (CRC-32) is wrong' : undefined
}

function missingParts(pieces: readonly Part[]): string {
  const [first] = pieces
  if (first?.number === undefined) return ''
  const there = pieces.reduce((sum, { range = 0 }) => sum + range, 0)
  if (there >= first.fileSize) return ''
  return `only part ${pieces.map(({ number }) => number).join(', ')} of ${first.total ?? 'several'}`.slice(
    0,
    200,
  )
}
