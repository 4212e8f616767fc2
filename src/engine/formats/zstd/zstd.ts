// Zstandard (RFC 8878): all frames are one object; skippable frames are passed over.

import { isSkippableMagic, isZstdMagic, Zstd } from '../../codecs/zstd.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'

const endings = { '.tzst': '.tar', '.zstd': '', '.zst': '' }

export const zstd: Format = {
  id: 'zstd',
  kind: 'stream',

  // LZ4 shares the skippable frames. Who wrote them is told by what follows, and pzstd begins with one.
  matches({ head }) {
    if (isZstdMagic(head, 0)) return true
    return isSkippableMagic(head, 0) && isZstdMagic(head, 8 + (head[4] ?? 0) + ((head[5] ?? 0) << 8))
  },

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, endings),
      open(source, at) {
        const view = source.read(at, 8)
        return isZstdMagic(view, 0) || isSkippableMagic(view, 0) ? new Zstd(source, at) : undefined
      },
    })
  },
}
