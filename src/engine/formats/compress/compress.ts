// compress(1): .Z files. They have neither an end mark nor a checksum, so everything behind the header is data.

import { Compress, isCompressMagic } from '../../codecs/compress.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'

export const compress: Format = {
  id: 'compress',
  kind: 'stream',

  matches: ({ head }) => isCompressMagic(head, 0),

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, { '.taz': '.tar', '.z': '' }),
      open: (source, at) => (at === 0 ? new Compress(source, 0) : undefined),
    })
  },
}
