// What all parts of the run share.

import type { CleanUp } from '../clean-up.ts'
import type { Exec } from '../exec.ts'

export interface Bench {
  readonly cleanUp: CleanUp
  readonly exec: Exec
  /** Everything that is written goes there, and goes away at the end. */
  readonly folder: string
  readonly isQuick: boolean
  readonly rounds: number
  readonly progress: (text: string) => void
}
