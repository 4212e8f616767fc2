// From a reading of the headers to the bytes of the member.

import { crc32 } from 'node:zlib'

import { type ByteSource, chunksOf, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { layered } from '../../source/layered.ts'
import type { UnpackContext } from '../format.ts'
import { type Report, StoredMember, UnpackedMember } from './checked.ts'
import { decrypt, looksPacked } from './decrypt.ts'
import { methodStored } from './header.ts'
import { openerOf } from './methods.ts'
import { methodNames, type Reading } from './readings.ts'

export interface Archive {
  readonly source: ByteSource
  readonly size: number
  readonly context: UnpackContext
}

const silent: Report = () => {}

/** The member's source, or undefined where there is none; why not has been reported. */
export function openReading(archive: Archive, reading: Reading): ByteSource | undefined {
  const { context, size } = archive
  const room = Math.max(0, size - reading.start)
  const report = reading.isGuess ? silent : reporter(context, reading.name)
  if (reading.packed <= room) return openData(archive, reading, report)
  if (reading.isGuess && reading.method === methodStored) return undefined
  if (reading.packed !== Number.POSITIVE_INFINITY) report('the data go on behind the end of the archive')
  return openData(archive, { ...reading, packed: room }, report)
}

/** One sentence for each member is enough, also when its decoder is started again. */
function reporter(context: UnpackContext, name: string): Report {
  let isReported = false
  return (message, code = 'damaged') => {
    if (!isReported) context.fault(name, code, message)
    isReported = true
  }
}

function openData(archive: Archive, reading: Reading, report: Report): ByteSource | undefined {
  const { source, context } = archive
  const span = { start: reading.start, end: reading.start + reading.packed }
  if (reading.isGuess && !isLikely(source, span, reading)) return undefined
  if (reading.protection === 'none') return openPlain(source, span, { reading, context, report })
  const plain = reading.protection === 'strong' ? undefined : decrypt(source, reading, context, report)
  if (plain === undefined) {
    context.fault(reading.name, 'encrypted', 'needs a password')
    return undefined
  }
  const member = openPlain(plain.source, { start: 0, end: plain.length }, { reading, context, report })
  if (member === undefined) plain.source.release()
  return member === undefined ? undefined : layered(member, plain.source)
}

interface How {
  readonly reading: Reading
  readonly context: UnpackContext
  readonly report: Report
}

function openPlain(
  input: ByteSource,
  span: { start: number; end: number },
  how: How,
): ByteSource | undefined {
  const { reading, context, report } = how
  // Some writers say deflated of a file that is empty and has no data at all.
  const isNothing = span.start === span.end && reading.size === 0
  if (reading.method === methodStored || isNothing) {
    const stored = { start: span.start, size: span.end - span.start }
    if (reading.crc === undefined || reading.isGuess) return sliceSource(input, stored.start, stored.size)
    return new StoredMember(input, stored, reading.crc, report)
  }
  const opener = openerOf(reading)
  if (opener !== undefined) {
    const open = () => new UnpackedMember(opener(input, span), reading, report)
    return new DecodedSource(open, context.budget, reading.size)
  }
  const known = methodNames[reading.method]
  const method = known === undefined ? `number ${reading.method}` : `${known} (${reading.method})`
  context.fault(reading.name, 'unsupported-method', `packed with method ${method}, which is not supported`)
  return undefined
}

function isLikely(source: ByteSource, span: { start: number; end: number }, reading: Reading): boolean {
  if (reading.method !== methodStored) return looksPacked(source, span, reading)
  if (reading.packed === reading.size) return true
  let crc = 0
  for (const chunk of chunksOf(sliceSource(source, span.start, span.end - span.start)))
    crc = crc32(chunk, crc)
  return crc === reading.crc
}
