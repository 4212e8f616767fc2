// Runs a command to its end and times it. Never synchronously: Ctrl-C must work meanwhile.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

import type { CleanUp } from './clean-up.ts'

export interface ExecOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
  /** Exit codes that are no failure; 0 when not given. */
  readonly codes?: readonly number[]
}

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  /** Wall time from before the fork to after the end. */
  readonly ms: number
}

export type Exec = (command: string, args: readonly string[], options?: ExecOptions) => Promise<Finished>

/** Rejects when the command fails or takes longer than its time (60 s). */
export function createExec(cleanUp: CleanUp): Exec {
  return async (command, args, options = {}) => {
    const started = performance.now()
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 60_000,
      killSignal: 'SIGKILL',
    })
    const taken = cleanUp.addProcess(child.pid)
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    let ms = 0
    child.once('exit', () => {
      ms = performance.now() - started
    })
    try {
      const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
      if (!(options.codes ?? [0]).includes(code ?? -1)) {
        throw new Error(
          `${command} ${args.join(' ')}: ${signal ?? `exit code ${code}`}\n${stderr.slice(-2000)}`,
        )
      }
      return { code, stdout, ms }
    } finally {
      taken()
    }
  }
}
