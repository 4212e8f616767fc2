// lzip (draft-diaz-lzip-09): members, each LZMA between a header and a trailer; joined they are the one object inside.

import { isLzipMagic, LzipMember } from '../../codecs/lzip.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'

export const lzip: Format = {
  id: 'lzip',
  kind: 'stream',

  matches: ({ head }) => isLzipMagic(head, 0),

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, { '.tlz': '.tar', '.lz': '' }),
      open: (source, at) => (isLzipMagic(source.read(at, 6), 0) ? new LzipMember(source, at) : undefined),
    })
  },
}
