// A folder with rules and samples, and `haechi rules` on it with a configuration of its own.

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

import { type Finished, haechi, TemporaryFolder } from './run-haechi.ts'

export class RuleFolder extends TemporaryFolder {
  readonly config: string

  /** `engine`: lines of [engine], `more` those of other tables; relative paths start at the folder. Sigma rules are below `sigma`. */
  constructor(engine: readonly string[] = [], more: readonly string[] = []) {
    super()
    mkdirSync(this.at('sigma'))
    const own = ['local = "local"', 'cache = "cache"']
    this.config = this.file(
      'haechi.toml',
      [
        '[engine]',
        ...own,
        ...engine,
        '[rules]',
        'sigma = ["sigma"]',
        '[store]',
        'directory = "store"',
        '[daemon]',
        'socket = "none.sock"',
        ...more,
      ].join('\n'),
    )
  }

  /** Writes a file and gives its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = this.at(name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return path
  }

  rules(...args: readonly string[]): Finished {
    return haechi(['rules', '--config', this.config, ...args], { cwd: this.path })
  }

  scan(...args: readonly string[]): Finished {
    return haechi(['scan', '--config', this.config, ...args], { cwd: this.path })
  }
}
