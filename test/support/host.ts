// The whole daemon under test, and what it says of the host.

import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import type { DaemonStatus } from '../../src/daemon/index.ts'
import { ask } from '../../src/daemon/index.ts'
import type { Event } from '../../src/model/index.ts'
import { type GuardOptions, type GuardProcess, startGuard } from './guard.ts'

export interface HostUnderTest extends AsyncDisposable {
  readonly daemon: GuardProcess
  /** Oldest first. */
  events(where: string, limit?: number): Promise<readonly Event[]>
  /** Asks until so many fit. Rejects after the time. */
  until(where: string, count?: number, timeoutMs?: number): Promise<readonly Event[]>
  status(): Promise<DaemonStatus>
}

export async function startHost(t: TestContext, options: Partial<GuardOptions> = {}): Promise<HostUnderTest> {
  const daemon = await startGuard({ places: [], ...options, command: 'up' })
  t.after(() => daemon[Symbol.asyncDispose]())
  async function events(where: string, limit = 10_000): Promise<readonly Event[]> {
    const request = { command: 'events', where, order: 'oldest', limit }
    const answer = (await ask(daemon.socket, request, 30_000)) as { readonly events: readonly Event[] }
    return answer.events
  }
  return {
    daemon,
    events,
    async until(where, count = 1, timeoutMs = 10_000) {
      const end = performance.now() + timeoutMs
      for (;;) {
        const found = await events(where)
        if (found.length >= count) return found
        if (performance.now() > end)
          throw new Error(`${found.length} of ${count} events: ${where}\n${daemon.stderr}`)
        await delay(50)
      }
    },
    status: async () => (await ask(daemon.socket, { command: 'status' }, 30_000)) as DaemonStatus,
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  }
}
