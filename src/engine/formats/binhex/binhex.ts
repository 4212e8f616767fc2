// BinHex 4.0 (RFC 1741, appendix A): a Macintosh file with its two forks, as text.

import { decodeName } from '../../../base/text.ts'
import { isMailbox, mailStartOf } from '../../parsers/mime/index.ts'
import { type ByteSource, chunksOf, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Budget } from '../../limits.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { textKindOf } from '../../text-kind.ts'
import { BinhexDecoder, isDigit } from './decoder.ts'
import { crc16, headerOf } from './header.ts'

const announcement = Buffer.from('(This file must be converted with BinHex')
const colon = 0x3a
/** Digits behind the colon that are looked at: a program that writes such files names the words too. */
const checkedDigits = 24

export const binhex: Format = {
  id: 'binhex',
  kind: 'archive',

  matches: (object) =>
    textKindOf(object) === 'bytes' &&
    dataStartOf(object.head) > 0 &&
    mailStartOf(object.head) < 0 &&
    !isMailbox(object.head),

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    const start = dataStartOf(object.head)
    if (start < 0) return
    const stream = new DecodedSource(() => new BinhexDecoder(source, start), context.budget)
    try {
      yield* forks(stream, context)
    } finally {
      stream.release()
    }
  },
}

/** Behind the colon, or -1. */
function dataStartOf(head: Uint8Array): number {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length)
  const words = bytes.indexOf(announcement)
  if (words < 0) return -1
  const close = bytes.indexOf('\n', words)
  const closeCr = bytes.indexOf('\r', words)
  let at = Math.min(close < 0 ? head.length : close, closeCr < 0 ? head.length : closeCr)
  while (head[at] === 0x0a || head[at] === 0x0d) at++
  if (head[at] !== colon) return -1
  for (let index = 1; index <= checkedDigits; index++) if (!isDigit(head[at + index] ?? 0)) return -1
  return at + 1
}

function* forks(stream: ByteSource, context: UnpackContext): Generator<Member> {
  const header = headerOf(stream)
  if (header === undefined) {
    context.budget.countMember()
    context.fault('(header)', 'damaged', 'the header is cut off')
    return
  }
  const name = decodeName(header.name).text || 'data'
  if (!header.isValid) context.fault(name, 'damaged', 'the header checksum (CRC) is wrong')
  const { dataStart, dataBytes, resourceBytes } = header
  const resourceStart = dataStart + dataBytes + 2
  if (dataBytes > 0) yield* fork(stream, { name, start: dataStart, length: dataBytes }, context)
  if (resourceBytes === 0) return
  yield* fork(
    stream,
    { name: `${name} (resource fork)`, start: resourceStart, length: resourceBytes },
    context,
  )
}

interface Fork {
  readonly name: string
  readonly start: number
  readonly length: number
}

function* fork(stream: ByteSource, { name, start, length }: Fork, context: UnpackContext): Generator<Member> {
  // `size` decodes all of it, which the member's readers do anyway.
  const there = Math.max(0, Math.min(length, stream.size - start))
  const data = sliceSource(stream, start, there)
  if (there > 0) yield { name, source: data }
  const stored = stream.read(start + length, 2)
  if (there < length || stored.length < 2) context.fault(name, 'damaged', 'the end of the file is missing')
  else if ((((stored[0] ?? 0) << 8) | (stored[1] ?? 0)) !== checksum(data, context.budget)) {
    context.fault(name, 'damaged', 'the checksum (CRC) is wrong')
  }
}

function checksum(data: ByteSource, budget: Budget): number {
  let crc = 0
  for (const chunk of chunksOf(data)) {
    budget.checkTime()
    crc = crc16(chunk, crc)
  }
  return crc
}
