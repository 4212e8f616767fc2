// What time it is and by which clock, and which host this is: everything later is read against this.

import { arch, hostname, release, uptime } from 'node:os'

import { systemFacts } from '../../evidence/system-facts/index.ts'
import type { CollectStep } from '../step.ts'
import { liveHives } from './live-hive.ts'

export const clockStep: CollectStep = {
  id: 'clock',
  title: 'clock, time zone, start of the host, version and settings of Windows',
  profiles: ['quick', 'full'],
  maxMs: { quick: 5000, full: 60_000 },
  async *collect() {
    yield { kind: 'rows', name: 'clock', rows: [clockRow()] }
    yield { kind: 'rows', name: 'system-facts', rows: systemFacts(liveHives()) }
  },
}

function clockRow(): object {
  const nowMs = Date.now()
  const uptimeMs = Math.round(uptime() * 1000)
  return {
    now: new Date(nowMs).toISOString(),
    // Counted back from now: a clock that was set in between moves it.
    booted: new Date(nowMs - uptimeMs).toISOString(),
    uptime_ms: uptimeMs,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    // East of Greenwich is positive.
    utc_offset_minutes: -new Date(nowMs).getTimezoneOffset(),
    hostname: hostname(),
    windows: release(),
    architecture: arch(),
  }
}
