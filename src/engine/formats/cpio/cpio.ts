// cpio in its five forms (header.ts). Members are parts of the archive, nothing is copied. What follows the end mark
// matters: an initramfs is several archives in a row, the later ones often compressed.

import { type ByteSource, maxRead, sliceSource } from '../../source/byte-source.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { type CpioHeader, cpioKindOf, readCpioHeader } from './header.ts'
import { SummedMember } from './summed.ts'

/** `07070X` and an index: file sizes stand in the rpm header only. */
const strippedHeaderBytes = 14

export const cpio: Format = {
  id: 'cpio',
  kind: 'archive',

  matches({ head, source }) {
    const kind = cpioKindOf(head)
    return kind !== undefined && (kind === 'stripped' || readCpioHeader(source, 0) !== undefined)
  },

  *members({ source }, context) {
    if (cpioKindOf(source.read(0, strippedHeaderBytes)) === 'stripped') {
      yield strippedMember(source, context)
      return
    }
    const { size } = source
    for (let at = 0; at < size;) {
      context.budget.checkTime()
      const header = readCpioHeader(source, at)
      if (header === undefined) {
        context.fault('(header)', 'damaged', `no cpio header at offset ${at}`)
        yield* rest(source, at)
        return
      }
      if (header.isTrailer) {
        const next = skipZeros(source, header.next)
        if (next >= size || readCpioHeader(source, next) === undefined) {
          yield* rest(source, next)
          return
        }
        at = next
        continue
      }
      const member = memberOf(source, header, context)
      if (member === undefined) context.budget.countMember()
      else yield member
      if (header.next > size && header.size > 0) return
      at = header.next
      if (at >= size) context.fault('(end)', 'damaged', 'the end mark is missing')
    }
  },
}

function memberOf(source: ByteSource, header: CpioHeader, context: UnpackContext): Member | undefined {
  const { name, dataStart, sum } = header
  if (!header.isContent) return undefined
  const room = Math.max(0, source.size - dataStart)
  if (header.size > room) context.fault(name, 'damaged', 'the data go on behind the end of the archive')
  const size = Math.min(header.size, room)
  if (sum === undefined || size < header.size || size === 0)
    return { name, source: sliceSource(source, dataStart, size) }
  const mismatch = (): void => context.fault(name, 'damaged', 'the checksum is wrong')
  return { name, source: new SummedMember(source, { start: dataStart, size }, sum, mismatch) }
}

function strippedMember(source: ByteSource, context: UnpackContext): Member {
  context.fault('(files)', 'unsupported-method', 'a stripped archive; its files were read as one')
  return { name: '(files)', source: sliceSource(source, 0, source.size) }
}

function* rest(source: ByteSource, at: number): Generator<Member> {
  if (at < source.size) yield { name: 'trailing-data', source: sliceSource(source, at, source.size - at) }
}

/** The first byte from `start` on that is not zero, or the end. */
function skipZeros(source: ByteSource, start: number): number {
  for (let at = start; at < source.size; at += maxRead) {
    const found = source.read(at, maxRead).findIndex((byte) => byte !== 0)
    if (found >= 0) return at + found
  }
  return source.size
}
