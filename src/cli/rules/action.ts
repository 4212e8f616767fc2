// What every action of `haechi rules` is given.

import type { Config } from '../../config/index.ts'
import type { Terminal } from '../render/terminal.ts'
import type { RulesOptions } from './options.ts'

export interface RulesRun {
  /** With the options laid over it. */
  readonly config: Config
  readonly given: RulesOptions
  /** Behind the action; of one kind where the action has a part for each. */
  readonly operands: readonly string[]
  /** Files and folders of Sigma rules. */
  readonly sigma: readonly string[]
  /** Named on the command line, so that what the configuration switches off does not count. */
  readonly isSigmaNamed: boolean
  readonly terminal: Terminal
}
