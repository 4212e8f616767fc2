// LZ4: frames, legacy frames and skippable frames; what they hold is one object.

import { isLz4Magic, Lz4 } from '../../codecs/lz4.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'

export const lz4: Format = {
  id: 'lz4',
  kind: 'stream',

  matches: ({ head }) => isLz4Magic(head, 0),

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, { '.tlz4': '.tar', '.lz4': '' }),
      open: (source, at) => (isLz4Magic(source.read(at, 4), 0) ? new Lz4(source, at) : undefined),
    })
  },
}
