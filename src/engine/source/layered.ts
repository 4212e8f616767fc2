// A source that is decoded from another one which nobody else uses: both are given back together.

import type { ByteSource } from './byte-source.ts'

export function layered(upper: ByteSource, lower: ByteSource): ByteSource {
  return {
    get size() {
      return upper.size
    },
    read: (offset, length) => upper.read(offset, length),
    release() {
      upper.release?.()
      lower.release?.()
    },
  }
}
