// What every action of `haechi rules` is given.

import type { Config } from '../../config/index.ts'
import type { Terminal } from '../render/terminal.ts'
import type { RulesOptions } from './options.ts'

export interface RulesRun {
  /** With the options laid over it. */
  readonly config: Config
  readonly given: RulesOptions
  /** Behind the action. */
  readonly operands: readonly string[]
  readonly terminal: Terminal
}
