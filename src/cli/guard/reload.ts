// Has a running guard load its signatures again, after they were changed on the disk.

import { AppError } from '../../base/app-error.ts'
import type { Config } from '../../config/index.ts'
import { ask } from '../../daemon/index.ts'
import type { Terminal } from '../render/terminal.ts'

/** The guard may have to compile. */
const reloadTimeoutMs = 120_000

export interface ReloadOptions {
  readonly config: Config
  /** That of the configuration when not given. */
  readonly socket?: string | undefined
  readonly terminal: Terminal
  readonly json: boolean
}

/** False when a guard runs and could not load what is new; without a guard there is nothing to do. */
export async function reloadGuard(options: ReloadOptions): Promise<boolean> {
  const { config, terminal, json } = options
  const socket = options.socket ?? config.daemon.socket
  try {
    await ask(socket, { command: 'ping' })
    const answer = (await ask(socket, { command: 'reload' }, reloadTimeoutMs)) as { signatures: number }
    if (!json) terminal.out(`the guard has loaded ${answer.signatures} signatures`)
    return true
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    if (thrown.code === 'not-running') return true
    terminal.err(`haechi: ${terminal.safe(`the guard did not load them: ${thrown.message}`)}`)
    return false
  }
}
