// What the daemon holds and has lost, looked at again and again while things happen.

import type { RunningHaechi } from '../bench/sensors/haechi.ts'
import { lostOf } from '../bench/sensors/haechi.ts'
import { cpuMsOf, memoryOf } from '../bench/sensors/process-cost.ts'

export interface Look {
  /** Since the beginning, on the clock of what is simulated. */
  readonly atMs: number
  readonly rss: number
  /** Heaps of all threads, and what libraries hold: what can leak. */
  readonly anonymous: number
  /** Events on their way to the store. */
  readonly queued: number
  /** Changes of files that the sensor has got and not looked at. */
  readonly pending: number
  readonly lost: number
  readonly stored: number
  readonly cpuMs: number
}

export async function look(haechi: RunningHaechi, atMs: number): Promise<Look> {
  const status = await haechi.status()
  const { rss, anonymous } = memoryOf(haechi.pid)
  const { host } = status
  const files = host?.sensors.find(({ id }) => id === 'files')?.status?.facts
  return {
    atMs,
    rss,
    anonymous,
    queued: host?.queued ?? 0,
    pending: Number(files?.['pending'] ?? 0),
    lost: lostOf(status),
    stored: host?.store.stats.appended ?? 0,
    cpuMs: cpuMsOf(haechi.pid),
  }
}

export function lookText({ atMs, rss, anonymous, queued, lost, stored }: Look): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)
  const minutes = (atMs / 60_000).toFixed(1)
  return `${minutes} min: RSS ${megabytes(rss)} MB, anonymous ${megabytes(anonymous)} MB, ${stored} stored, ${queued} queued, ${lost} lost`
}
