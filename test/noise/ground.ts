// What ordinary work happens on: a folder, two web servers, an sshd, and a way to run programs.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import type { PrivateSshd } from '../support/private-sshd.ts'
import type { Stand } from '../support/programs.ts'
import type { WebSite } from '../support/web-site.ts'

export interface Ground {
  readonly stand: Stand
  readonly folder: string
  /** Undefined where it could not be started. */
  readonly apache: WebSite | undefined
  readonly nginx: WebSite | undefined
  readonly sshd: PrivateSshd | undefined
}

export interface Work {
  readonly name: string
  /** What has to be there before the daemon watches. */
  prepare?(ground: Ground): Promise<void>
  /** One portion; `round` counts from 0. Rejects when the work itself did not succeed. */
  run(ground: Ground, round: number): Promise<void>
}

const timeoutMs = 120_000
const run = promisify(execFile)

/** Runs a program; gives what it printed. */
export async function call(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd?: string
    readonly input?: string
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Promise<string> {
  const { cwd, input, env } = options
  const running = run(command, args, {
    timeout: timeoutMs,
    maxBuffer: 16 * 1024 ** 2,
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  })
  // What needs no input may have ended before.
  running.child.stdin?.on('error', () => undefined).end(input ?? '')
  return (await running).stdout
}

/** A line as somebody types it, or a job of cron has it. */
export function shell(line: string, cwd?: string): Promise<string> {
  return call('/bin/sh', ['-c', line], cwd === undefined ? {} : { cwd })
}
