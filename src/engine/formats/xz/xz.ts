// xz (the XZ file format 1.2.0): streams with zeros between them; their concatenation is the one object inside.

import { Xz } from '../../codecs/xz.ts'
import { isXzMagic } from '../../codecs/xz-header.ts'
import { compressedMembers, nameInside } from '../../parsers/compressed-stream/index.ts'
import { type ByteSource, maxRead } from '../../source/byte-source.ts'
import type { Format } from '../format.ts'

export const xz: Format = {
  id: 'xz',
  kind: 'stream',

  matches: ({ head }) => isXzMagic(head, 0),

  members(object, context) {
    return compressedMembers(object, context, {
      name: nameInside(object, { '.txz': '.tar', '.xz': '' }),
      open: (source, at) => (isXzMagic(source.read(at, 6), 0) ? new Xz(source, at) : undefined),
      skipPadding,
    })
  },
}

/** 2.2: a multiple of four zeros. */
function skipPadding(source: ByteSource, start: number): number {
  for (let at = start; ; at += maxRead) {
    const view = source.read(at, maxRead)
    const content = view.findIndex((byte) => byte !== 0)
    if (content >= 0) return at + content - (content % 4)
    if (view.length < maxRead) return start
  }
}
