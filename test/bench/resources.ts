// What a guard costs while nothing happens, and what it holds after everything has.

import { setTimeout as delay } from 'node:timers/promises'

import type { ContestantId, Running } from './contestant.ts'
import { cpuMs, rssBytes } from './machine.ts'
import type { Samples } from './samples.ts'

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

interface Into {
  readonly samples: Samples
  readonly who: ContestantId
  readonly round: number
}

const moments = {
  start: { id: 'rss.start', title: 'memory (RSS) when guarding', unit: 'bytes' },
  end: { id: 'rss', title: 'memory (RSS) after all this', unit: 'bytes' },
  rest: { id: 'rss.rest', title: 'memory (RSS) at rest', unit: 'bytes' },
} as const

/** `end`: right after the last workload, when spare instances may still be there. */
export async function measureMemory(running: Running, when: keyof typeof moments, into: Into): Promise<void> {
  const bytes = sum(running.pids.map((pid) => rssBytes(pid)))
  into.samples.add(moments[when], into.who, into.round, bytes)
  if (when !== 'end' || into.who !== 'haechi') return
  const spares = { id: 'spares', title: 'spare instances then', unit: 'count' } as const
  into.samples.add(spares, into.who, into.round, await running.spares())
}

/** After a busy time the guard gives back what it left behind: within 2 s of quiet it begins, then it takes a moment. */
export async function awaitRest(): Promise<void> {
  await delay(6000)
}

export async function measureIdle(running: Running, overMs: number, into: Into): Promise<void> {
  const used = (): number => sum(running.pids.map((pid) => cpuMs(pid)))
  const before = used()
  await delay(overMs)
  const share = ((used() - before) / overMs) * 100
  const title = `CPU while idle, over ${overMs / 1000} s`
  into.samples.add({ id: 'idle', title, unit: '%' }, into.who, into.round, share)
}
