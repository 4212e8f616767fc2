// What a guard costs while nothing happens, and what it holds after everything has.

import { setTimeout as delay } from 'node:timers/promises'

import type { ContestantId, Running } from './contestant.ts'
import { cpuMs, rssBytes } from './machine.ts'
import type { Samples } from './samples.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export function measureMemory(
  running: Running,
  into: { samples: Samples; who: ContestantId; round: number },
): void {
  const bytes = sum(running.pids.map((pid) => rssBytes(pid)))
  into.samples.add(
    { id: 'rss', title: 'memory (RSS) after the round', unit: 'bytes' },
    into.who,
    into.round,
    bytes,
  )
}

export async function measureIdle(
  running: Running,
  overMs: number,
  into: { samples: Samples; who: ContestantId; round: number },
): Promise<void> {
  // The last files that were written are judged, and spare hands have gone to sleep.
  await delay(500)
  const used = (): number => sum(running.pids.map((pid) => cpuMs(pid)))
  const before = used()
  await delay(overMs)
  const share = ((used() - before) / overMs) * 100
  const title = `CPU while idle, over ${overMs / 1000} s`
  into.samples.add({ id: 'idle', title, unit: '%' }, into.who, into.round, share)
}
