// The four times of $STANDARD_INFORMATION.

import { filetime } from '../fields.ts'
import type { TreeTimes } from '../tree.ts'

export function standardTimes(content: Uint8Array): TreeTimes {
  const born = filetime(content, 0)
  const modified = filetime(content, 8)
  const changed = filetime(content, 16)
  const accessed = filetime(content, 24)
  return {
    ...(modified === undefined ? {} : { modified }),
    ...(changed === undefined ? {} : { changed }),
    ...(accessed === undefined ? {} : { accessed }),
    ...(born === undefined ? {} : { born }),
  }
}
