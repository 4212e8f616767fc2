// brotli where it can be recognised: a bare stream (RFC 7932) has no magic, and almost any bytes begin like one. Formats
// that say that they hold one (fonts, documents) call the codec.

import { decodeName } from '../../../base/text.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import type { Format } from '../format.ts'
import { BrotliFile, brotliName, isBrotliSignature, isThreadedFrame, openThreadedFrame } from './frame.ts'

export const brotli: Format = {
  id: 'brotli',
  kind: 'stream',

  matches: ({ head }) => isBrotliSignature(head) || isThreadedFrame(head),

  members(object, context) {
    const isFile = isBrotliSignature(object.head)
    const name = isFile ? decodeName(brotliName(object.source)).text : ''
    return compressedMembers(object, context, {
      name: name || nameInside(object, { '.tbr': '.tar', '.brotli': '', '.br': '' }),
      open(source, at) {
        if (isFile) return at === 0 ? new BrotliFile(source) : undefined
        return isThreadedFrame(source.read(at, 16)) ? openThreadedFrame(source, at) : undefined
      },
    })
  },
}
