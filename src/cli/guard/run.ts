// Runs the daemon in this process until a signal ends it: `haechi guard` and `haechi up`.

import { fstatSync } from 'node:fs'

import type { Config } from '../../config/index.ts'
import type { Decision } from '../../daemon/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Terminal } from '../render/terminal.ts'
import { createLineQueue } from './line-queue.ts'
import { startManagerLink } from './manager-link.ts'
import { createGuardReport, type Level } from './report.ts'

const writesToJournal = isJournal(process.stdout.fd)

/** At the end: how long a slow reader is waited for. */
const flushMs = 1000

export interface RunOptions {
  readonly config: Config
  readonly json: boolean
  readonly verbose: boolean
  /** Sensors and store too. */
  readonly withHost: boolean
  /** Lines for people, written when everything is guarded. */
  readonly invitation?: readonly string[]
}

export async function runDaemon(options: RunOptions, terminal: Terminal): Promise<ExitCode> {
  const { Daemon, exitNow, setNonBlocking, threadsLeft } = await import('../../daemon/index.ts')
  setNonBlocking(process.stdout.fd)
  const lines = createLineQueue(process.stdout.fd, (count) => {
    terminal.err(`haechi: ${count} lines were lost: the reader of standard output is too slow`)
  })
  const report = createGuardReport(terminal, options.json, (line, level = 'info') => {
    lines.add(`${journalLevel(level)}${line}`)
  })
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  const early: Decision[] = []
  let isReady = false
  const daemon = await Daemon.start({
    config: options.config,
    verbose: options.verbose,
    withHost: options.withHost,
    onDecision: (decision) => {
      // What the guard decides while the rest still starts comes after the line that says that all stands.
      if (isReady) report.decision(decision)
      else early.push(decision)
    },
    onNotice: report.notice,
    onProblems: report.problems,
  })
  process.on('SIGHUP', () => {
    daemon.reload().then(
      ({ signatures, database }) => report.notice(`reloaded: ${signatures} signatures, database ${database}`),
      // The guard has said so, and goes on with what it had.
      () => undefined,
    )
  })
  const manager = startManagerLink(daemon)
  report.ready(await daemon.status(), performance.now())
  isReady = true
  for (const decision of early.splice(0)) report.decision(decision)
  for (const line of options.invitation ?? []) lines.add(line)
  await signalled
  manager.stop()
  const last = daemon.guardStatus()
  await daemon.stop()
  report.stopped(last)
  await lines.flush(flushMs)
  // A thread that hangs in the kernel would keep the process: everybody is answered, nothing is left to do.
  if (threadsLeft() > 0) exitNow(exitCodes.clean)
  return exitCodes.clean
}

/** What the journal reads as the level of a line (sd-daemon(3)); nothing where standard output is not the journal. */
function journalLevel(level: Level): string {
  if (!writesToJournal) return ''
  return level === 'warning' ? '<4>' : '<6>'
}

/** The service manager names the stream (systemd.exec(5)); a child with another standard output inherits the name. */
function isJournal(fd: number): boolean {
  const named = process.env['JOURNAL_STREAM']
  if (named === undefined) return false
  const { dev, ino } = fstatSync(fd)
  return named === `${dev}:${ino}`
}
