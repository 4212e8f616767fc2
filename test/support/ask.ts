// Asks a running guard, as a user does.

import { join } from 'node:path'

import type { GuardStatus } from '../../src/daemon/index.ts'
import type { GuardProcess } from './guard.ts'
import { type Attempt, must, run } from './opener.ts'

const launcher = join(import.meta.dirname, '../../bin/haechi')

/** `haechi COMMAND ARGS --socket …` of this guard, whatever its exit code. */
export function ask(guard: GuardProcess, command: string, ...args: readonly string[]): Promise<Attempt> {
  return run(launcher, [command, '--socket', guard.socket, ...args], { env: { NO_COLOR: '1' } })
}

/** What `haechi status --json` says. */
export async function statusOf(guard: GuardProcess): Promise<GuardStatus> {
  const { stdout } = await must(launcher, ['status', '--json', '--socket', guard.socket])
  return JSON.parse(stdout) as GuardStatus
}

export async function counters(guard: GuardProcess): Promise<GuardStatus['gate']['counters']> {
  const { gate } = await statusOf(guard)
  return gate.counters
}
