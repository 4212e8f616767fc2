// bzip2: one or more streams, which bzip2 and pbzip2 join; their concatenation is the one object inside.

import { Bzip2, isBzip2Magic } from '../../codecs/bzip2.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'

const endings = { '.tbz2': '.tar', '.tbz': '.tar', '.tb2': '.tar', '.bz2': '', '.bz': '' }
/** Behind the level there is a block (pi) or the end (the square root of pi). */
const blockMagic = 0x31
const endMagic = 0x17

export const bzip2: Format = {
  id: 'bzip2',
  kind: 'stream',

  matches: ({ head }) => isBzip2Magic(head, 0) && (head[4] === blockMagic || head[4] === endMagic),

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, endings),
      open: (source, at) => (isBzip2Magic(source.read(at, 4), 0) ? new Bzip2(source, at) : undefined),
    })
  },
}
