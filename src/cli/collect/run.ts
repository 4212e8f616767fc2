// haechi collect: from options to a package, with progress and a summary.

import { statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { AppError } from '../../base/app-error.ts'
import { collect, type CollectOptions } from '../../collect/collect.ts'
import { openCollection } from '../../collect/open-collection.ts'
import { loadConfig } from '../../config/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Terminal } from '../render/terminal.ts'
import { agentEvents } from './agent-events.ts'
import type { CollectValues } from './options.ts'
import { programScanner } from './scan-programs.ts'
import { Progress } from './progress.ts'
import { isPartial, showSummary } from './summary.ts'

/** Instead of a file. */
const standardOutput = '-'

export async function runCollect(
  source: string | undefined,
  given: CollectValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const output = outputOf(source, given)
  const { config } = await loadConfig({ file: given.config })
  using collection = await openCollection({
    ...(source === undefined ? {} : { source }),
    targets: given.targets ?? [],
    secrets: given.secrets === true ? 'kept' : 'left-out',
    // In a minute there is no time for it.
    ...(given.profile === 'quick' ? {} : { scan: programScanner(config) }),
  })
  for (const { text } of collection.notes) terminal.err(`haechi: ${terminal.safe(text)}`)
  // Windows has no such number; there the collection itself tells.
  if (collection.kind === 'live' && (process.geteuid?.() ?? 0) !== 0)
    terminal.err('haechi: not run as root: much of this host cannot be read')
  // Where the package goes to standard output nothing else may.
  const write = given.json === true ? jsonWriter(output, terminal) : undefined
  using progress = new Progress(terminal, write)
  using stop = new Stop(terminal)
  const events =
    collection.kind === 'live' && process.platform !== 'win32'
      ? await agentEvents(given.profile ?? 'full', given)
      : undefined
  const collected = await collect(collection, {
    ...optionsOf(given, output),
    host: {
      suspects: given.suspect ?? [],
      environment: given.secrets === true ? 'whole' : 'redacted',
      ...(events === undefined ? {} : { events }),
    },
    ...(source === undefined ? {} : { source }),
    stateFolder: stateFolder(config.response.directory),
    signal: stop.signal,
    onProgress: (state) => {
      progress.take(state)
    },
  })
  progress.end()
  showSummary(collected, { output, isEncrypted: (given['encrypt-to'] ?? []).length > 0 }, { terminal, write })
  if (stop.signal.aborted) return exitCodes.interrupted
  return isPartial(collected) ? exitCodes.partial : exitCodes.clean
}

/** On Windows of whoever collects: what lies for all users can be read by all of them. */
function stateFolder(configured: string): string {
  const { LOCALAPPDATA: local } = process.env
  return process.platform === 'win32' && local !== undefined ? join(local, 'Haechi') : configured
}

function optionsOf(given: CollectValues, output: string): Omit<CollectOptions, 'stateFolder' | 'host'> {
  const { 'max-bytes': maxBytes, 'max-file': maxFileBytes, 'max-seconds': seconds, key } = given
  return {
    profile: given.profile ?? 'full',
    output: output === standardOutput ? process.stdout : output,
    allowSameDisk: given['allow-same-disk'] ?? false,
    case: {
      caseId: given.case ?? '',
      examiner: given.examiner ?? '',
      notes: given.notes ?? '',
      command: ['haechi', ...process.argv.slice(2)],
    },
    recipients: given['encrypt-to'] ?? [],
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(maxFileBytes === undefined ? {} : { maxFileBytes }),
    ...(seconds === undefined ? {} : { maxMs: seconds * 1000 }),
    ...(key === undefined ? {} : { keyFile: key }),
  }
}

function outputOf(source: string | undefined, given: CollectValues): string {
  const { output } = given
  if (output === undefined && process.stdout.isTTY) {
    throw new AppError('usage', 'nobody said where the package goes', {
      hint: 'give --output FILE on a disk that is not examined, or --output - into a pipe',
    })
  }
  if (output === undefined || output === standardOutput) {
    if (!process.stdout.isTTY) return standardOutput
    throw new AppError('usage', 'a package is nothing for a terminal', { hint: 'redirect standard output' })
  }
  return statSync(output, { throwIfNoEntry: false })?.isDirectory() === true
    ? join(output, nameFor(source, given))
    : output
}

/** Of the host or the source, the case, and now. */
function nameFor(
  source: string | undefined,
  { case: caseId = '', 'encrypt-to': recipients = [] }: CollectValues,
): string {
  const what =
    source === undefined ? hostname() : (source.split(/[\\/:]/).findLast((part) => part !== '') ?? 'root')
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const name = ['haechi', caseId, what, time].filter((part) => part !== '').join('-')
  return `${name.replaceAll(/[^\w.-]/g, '_')}.tar.zst${recipients.length === 0 ? '' : '.age'}`
}

function jsonWriter(output: string, terminal: Terminal): (line: string) => void {
  return output === standardOutput ? (line) => terminal.err(line) : (line) => terminal.out(line)
}

/** Ctrl-C closes the package with what is there; a second one ends at once. */
class Stop implements Disposable {
  readonly #controller = new AbortController()
  readonly #onSignal: () => void

  constructor(terminal: Terminal) {
    this.#onSignal = () => {
      if (this.#controller.signal.aborted) process.exit(exitCodes.interrupted)
      terminal.err('haechi: stopping; what was collected is closed and signed (again: end at once)')
      this.#controller.abort()
    }
    process.on('SIGINT', this.#onSignal)
    process.on('SIGTERM', this.#onSignal)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  [Symbol.dispose](): void {
    process.off('SIGINT', this.#onSignal)
    process.off('SIGTERM', this.#onSignal)
  }
}
