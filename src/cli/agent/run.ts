// haechi agent: the agent itself, its inventory, and what it needs.

import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'

import { AppError, messageOf } from '../../base/app-error.ts'
import {
  type FileScanner,
  inventory,
  inventoryParts,
  SignatureChecker,
  startAgent,
} from '../../agent/index.ts'
import { load } from '../../engine/index.ts'
import type { Sigma } from '../../rules/sigma/index.ts'
import { loadRules } from '../evtx/rules.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import type { AgentOptionValues } from './options.ts'

/** A scan that takes longer says so: the agent has one thread. */
const maxScanMs = 10_000

export async function runAgent(options: AgentOptionValues, terminal: Terminal): Promise<ExitCode> {
  needWindows()
  const sigma = sigmaOf(options, terminal)
  using output = openOutput(options.output, terminal)
  const scanner = scannerOf(options, terminal)
  let found = 0
  const agent = startAgent({
    emit: (event) => {
      if (event.event.kind === 'alert' && event.event.dataset !== 'hx.health') found += 1
      output.write(jsonLine(event))
    },
    channels: options.channel ?? [],
    folders: options.scan ?? [],
    polling: options.poll ?? 'auto',
    scanner,
    ...(sigma === undefined ? {} : { sigma }),
    ...(options.state === undefined ? {} : { stateFile: options.state }),
  })
  const { channels, refused, isPolling } = agent.status
  terminal.err(
    `haechi: following ${channels.join(', ') || 'no channel'}${isPolling ? '; polling processes' : ''}`,
  )
  for (const [channel, reason] of Object.entries(refused))
    terminal.err(`haechi: ${terminal.safe(channel)}: ${terminal.safe(reason)}`)
  try {
    await Promise.race([untilStopped(options.for, terminal), agent.ended])
  } finally {
    await agent.stop()
  }
  return found > 0 ? exitCodes.found : exitCodes.clean
}

export function runInventory(options: AgentOptionValues, terminal: Terminal): ExitCode {
  needWindows()
  using output = openOutput(options.output, terminal)
  const signatures = new SignatureChecker()
  const given = { signatures, env: process.env, nowMs: Date.now() }
  let isWhole = true
  for (const part of inventoryParts) {
    try {
      for (const event of inventory({ ...given, parts: [part] })) output.write(jsonLine(event))
    } catch (thrown) {
      isWhole = false
      terminal.err(`haechi: ${part} of ${hostname()}: ${terminal.safe(messageOf(thrown))}`)
    }
  }
  return isWhole ? exitCodes.clean : exitCodes.error
}

/** Throws AppError `unsupported` on other systems, before anything is loaded. */
export function needWindows(): void {
  if (process.platform === 'win32') return
  throw new AppError('unsupported', 'haechi agent runs on Windows only', {
    hint: 'here `haechi guard` does its work; what Windows left behind is read by `haechi evtx`, `autoruns`, `pe` …',
  })
}

function sigmaOf(options: AgentOptionValues, terminal: Terminal): Sigma | undefined {
  if (options.sigma === undefined) return undefined
  const { sigma, count, problems } = loadRules(options.sigma, options.level ?? 'low')
  for (const problem of problems) terminal.err(`haechi: ${terminal.safe(problem)}`)
  terminal.err(`haechi: ${count} Sigma rules`)
  return sigma
}

function scannerOf(options: AgentOptionValues, terminal: Terminal): FileScanner {
  const engine = load({
    rules: options.rules ?? [],
    databases: options.db ?? [],
    hashLists: options['hash-list'] ?? [],
    limits: { maxMs: maxScanMs },
  })
  for (const { file, line, message } of engine.problems)
    terminal.err(`haechi: ${terminal.safe(file)}:${line}: ${terminal.safe(message)}`)
  return engine.instance()
}

interface Output extends Disposable {
  write(line: string): void
}

function openOutput(path: string | undefined, terminal: Terminal): Output {
  if (path === undefined) return { write: (line) => terminal.out(line), [Symbol.dispose]: () => undefined }
  try {
    appendFileSync(path, '')
    const fd = openSync(path, 'a')
    return {
      write: (line) => {
        writeSync(fd, `${line}\n`)
      },
      [Symbol.dispose]: () => closeSync(fd),
    }
  } catch (thrown) {
    throw new AppError('permission', `${path} cannot be written: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function untilStopped(ms: number | undefined, terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
    const stop = (): void => {
      clearTimeout(timer)
      resolve()
    }
    process.once('SIGINT', stop)
    process.once('SIGTERM', stop)
    terminal.whenReaderGone(stop)
  })
}
