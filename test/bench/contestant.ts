// Who is compared: nobody, haechi, and clamonacc where it is installed. One table, one contract.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import type { CleanUp } from './clean-up.ts'
import type { Exec } from './exec.ts'
import type { Ground } from './ground.ts'
import type { Trees } from './trees.ts'

export type ContestantId = 'unguarded' | 'haechi' | 'clamonacc'

export interface Stage {
  readonly cleanUp: CleanUp
  readonly exec: Exec
  readonly ground: Ground
  readonly trees: Trees
}

export interface Contestant {
  readonly id: ContestantId
  readonly version: string
  /** Resolves when the ground is guarded. */
  readonly start: (stage: Stage) => Promise<Running>
}

export interface Running {
  /** Processes that guard; none for the unguarded ground. */
  readonly pids: readonly number[]
  /** From the start to guarding. */
  readonly readyMs: number
  /** Instances besides those asked for, at work now. */
  readonly spares: () => Promise<number>
  readonly stop: () => Promise<void>
}

export const unguarded: Contestant = {
  id: 'unguarded',
  version: '',
  start: async () => ({ pids: [], readyMs: 0, spares: async () => 0, stop: async () => undefined }),
}

export interface Daemon {
  readonly pid: number
  /** Standard output so far. */
  readonly output: () => string
  readonly hasEnded: () => boolean
  readonly stop: () => Promise<void>
}

const stopTimeoutMs = 10_000

/** A process that runs until it is stopped, and goes with this one in any case. */
export function startDaemon(
  cleanUp: CleanUp,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Daemon {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const taken = cleanUp.addProcess(child.pid)
  let output = ''
  const keep = (text: string): void => {
    output = (output + text).slice(-64 * 1024)
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  let over = false
  child.once('close', () => {
    over = true
    taken()
  })
  const ended = once(child, 'close').catch((fault: unknown) => keep(String(fault)))
  return {
    pid: child.pid ?? 0,
    output: () => output,
    hasEnded: () => over,
    stop: async () => {
      if (!over) child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
      await ended
      clearTimeout(timer)
    },
  }
}

/** Looks every few milliseconds until `isReady`. Rejects when the daemon ends or the time passes. */
export async function whenReady(
  daemon: Daemon,
  isReady: () => boolean | Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const until = performance.now() + timeoutMs
  while (!(await isReady())) {
    if (daemon.hasEnded()) throw new Error(`a guard ended while starting:\n${daemon.output()}`)
    if (performance.now() > until) throw new Error(`a guard did not start:\n${daemon.output()}`)
    await delay(5)
  }
}

/** Whether the EICAR file is refused: a guard that lets it through has nothing to compare. */
export async function isRefused({ exec, trees }: Stage): Promise<boolean> {
  return (await exec('cat', [trees.eicar], { codes: [0, 1], timeoutMs: 10_000 })).code === 1
}
