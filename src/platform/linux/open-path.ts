// Descriptors that name an object without opening it (O_PATH): nobody is asked, nothing can be read through them.

import { constants, openSync } from 'node:fs'

const pathOnly = 0o10000000

/** -1 when there is nothing at `path` (bytes in a latin1 string); its last name is not followed when it is a link. */
export function openPath(path: string, flags: 'any' | 'directory' = 'any'): number {
  const kind = flags === 'directory' ? constants.O_DIRECTORY : 0
  try {
    return openSync(Buffer.from(path, 'latin1'), pathOnly | constants.O_NOFOLLOW | kind)
  } catch {
    return -1
  }
}
