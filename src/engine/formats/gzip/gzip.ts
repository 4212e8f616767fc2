// gzip (RFC 1952). A file may consist of several members; what a user gets is their concatenation, so that is the
// one object inside. What was appended behind the last of them is an object of its own.

import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'
import { isGzip, readGzipHeader } from './header.ts'
import { GzipMember } from './member.ts'

export const gzip: Format = {
  id: 'gzip',
  kind: 'stream',

  matches: ({ head }) => isGzip(head),

  *members(object, context) {
    const header = readGzipHeader(object.source, 0)
    const name = header?.name || nameInside(object, { '.tgz': '.tar', '.taz': '.tar', '.gz': '' })
    if (header === undefined) {
      context.budget.countMember()
      context.fault(name, 'damaged', 'the gzip header is cut off')
      return
    }
    yield* compressedMembers(object, context, {
      name,
      open(source, at) {
        const next = readGzipHeader(source, at)
        return next === undefined ? undefined : new GzipMember(source, at, next.dataStart)
      },
    })
  },
}
