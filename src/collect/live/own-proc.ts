// procfs as the kernel gives it to us alone: what somebody has mounted over folders of /proc to hide a process covers nothing there.
// Where it is refused (an old kernel, no privilege) /proc has to do.

import { messageOf } from '../../base/app-error.ts'
import { mountDetached } from '../../platform/linux/detached-mount.ts'

export interface OwnProc {
  readonly path: string
  /** Why it is only /proc; empty when it is ours. */
  readonly refused: string
}

let own: OwnProc | undefined

/** Held as long as the process lives. */
export function ownProc(): OwnProc {
  if (own === undefined) {
    try {
      own = { path: mountDetached('proc').path, refused: '' }
    } catch (thrown) {
      own = { path: '/proc', refused: messageOf(thrown) }
    }
  }
  return own
}
