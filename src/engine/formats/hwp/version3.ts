// HWP 3.0 (Hancom, "Hangul Document File Format 3.0"): an identification, the document's information and summary, a
// block of further information, and the body, which is compressed with deflate as a rule.

import { u16 } from '../../codecs/little-endian.ts'
import type { ScanObject } from '../../scan-object.ts'
import { sliceSource } from '../../source/byte-source.ts'
import { startsWith } from '../../source/starts-with.ts'
import type { Member, UnpackContext } from '../format.ts'
import { beginsDeflated, inflated } from './inflated.ts'

const magic = Buffer.from('HWP Document File V3.00')
const infoAt = 30
const infoBytes = 128
const summaryBytes = 1008
const passwordAt = infoAt + 96
const compressedAt = infoAt + 124
const blockLengthAt = infoAt + 126
const bodyName = 'body'

export function isVersion3(head: Uint8Array): boolean {
  return startsWith(head, magic)
}

export function* membersOfVersion3({ source }: ScanObject, context: UnpackContext): Generator<Member> {
  const head = source.read(0, infoAt + infoBytes)
  const start = infoAt + infoBytes + summaryBytes + u16(head, blockLengthAt)
  if (head.length < infoAt + infoBytes || start >= source.size) {
    context.budget.countMember()
    context.fault(bodyName, 'damaged', 'the body is missing')
    return
  }
  if (u16(head, passwordAt) !== 0) {
    context.budget.countMember()
    context.fault(bodyName, 'encrypted', 'needs a password')
    return
  }
  // A body that is not compressed is seen as a part of the file itself.
  if (head[compressedAt] === 0) return
  if (!beginsDeflated(source, start)) {
    context.budget.countMember()
    context.fault(bodyName, 'damaged', 'the body does not inflate')
    return
  }
  const body = inflated(source, bodyName, context, start)
  yield { name: bodyName, source: body }
  const { encodedSize } = body
  if (encodedSize === undefined) return
  const rest = source.size - start - encodedSize
  if (rest > 0) yield { name: 'trailing-data', source: sliceSource(source, start + encodedSize, rest) }
}
