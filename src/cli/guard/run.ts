// Runs a guard in this process until a signal ends it.

import type { Config } from '../../config/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Terminal } from '../render/terminal.ts'
import { createGuardReport } from './report.ts'

export interface RunOptions {
  readonly config: Config
  readonly json: boolean
  readonly verbose: boolean
  /** Called when everything is guarded. */
  readonly onReady?: () => void
}

export async function runGuard(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const { Guard } = await import('../../daemon/index.ts')
  const report = createGuardReport(terminal, options.json)
  // A log reader that goes away does not end the guard.
  terminal.whenReaderGone(() => undefined)
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  const guard = await Guard.start({
    config: options.config,
    verbose: options.verbose,
    onDecision: report.decision,
    onNotice: report.notice,
  })
  process.on('SIGHUP', () => {
    try {
      const { signatures, database } = guard.reload()
      report.notice(`reloaded: ${signatures} signatures, database ${database}`)
    } catch {
      // The guard has said so, and goes on with what it had.
    }
  })
  report.ready(guard.status(), performance.now())
  options.onReady?.()
  await signalled
  const last = guard.status()
  await guard.stop()
  report.stopped(last)
  return exitCodes.clean
}
