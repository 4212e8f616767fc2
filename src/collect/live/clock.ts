// Step 1: what time it is, by whose clock and how well it is kept; which start of which host this is; and what our own agent has seen
// lately. Everything later is read against this.

import { hostname, release, version } from 'node:os'
import { readFileSync } from 'node:fs'

import { messageOf } from '../../base/app-error.ts'
import { readClockState } from '../../platform/linux/clock-state.ts'
import { KernelClock } from '../../platform/linux/kernel-clock.ts'
import type { CollectItem, CollectStep, StepContext } from '../step.ts'
import { hostFile } from './host-file.ts'
import { readLink, readText } from './proc-files.ts'
import { rowsItem } from './running.ts'

const zoneFiles = [
  '/etc/localtime',
  '/etc/timezone',
  '/etc/adjtime',
  '/etc/machine-id',
  '/etc/hostname',
  '/etc/os-release',
]

export const clockStep: CollectStep = {
  id: 'clock',
  title: 'clock, time zone, start of the host, and the events that the agent has seen lately',
  profiles: ['quick', 'full'],
  maxMs: { quick: 4000, full: 60_000 },
  async *collect(context) {
    if (context.root === '') yield rowsItem('clock', [clockRow(context)])
    else context.note('the clock: only the running host has one, and a folder is collected')
    for (const path of zoneFiles) {
      const item = hostFile(context.root, path)
      if (item !== undefined) yield item
    }
    yield* agentEvents(context)
  },
}

function clockRow(context: StepContext): object {
  const boot = new KernelClock('boottime')
  const monotonic = new KernelClock('monotonic')
  const bootNs = boot.now()
  const now = boot.toIso(bootNs)
  const [, idleS = ''] = (readText('/proc/uptime') ?? '').split(' ')
  return {
    now,
    boot_id: readText('/proc/sys/kernel/random/boot_id') ?? null,
    booted: boot.toIso(0n),
    uptime_ns: String(bootNs),
    // Shorter than the uptime by the time in which the host slept.
    awake_ns: String(monotonic.now()),
    idle_s: Number(idleS) || null,
    load: readText('/proc/loadavg') ?? null,
    ...zone(),
    synchronisation: synchronisation(context),
    // Its time is that of the last contact with a server.
    timesyncd: fileTime('/run/systemd/timesync/synchronized') ?? null,
    hostname: hostname(),
    domain: readText('/proc/sys/kernel/domainname') ?? null,
    machine_id: firstLine('/etc/machine-id'),
    kernel_release: release(),
    kernel_version: version(),
    architecture: process.arch,
    hardware_clock: hardwareClock(),
  }
}

function zone(): object {
  const link = readLink('/etc/localtime')
  return {
    time_zone: firstLine('/etc/timezone') ?? link?.replace(/^.*\/zoneinfo\//, '') ?? null,
    time_zone_link: link ?? null,
    // East of Greenwich is positive. As our own process counts: of the host, unless TZ says otherwise.
    utc_offset_minutes: -new Date().getTimezoneOffset(),
  }
}

function synchronisation(context: StepContext): object | null {
  try {
    const state = readClockState()
    return {
      state: state.state,
      synchronised: state.synchronised,
      offset_ns: state.offsetNs,
      max_error_us: state.maxErrorUs,
      estimated_error_us: state.estimatedErrorUs,
      frequency_ppm: state.frequencyPpm,
      tai_seconds: state.taiSeconds,
      status_bits: state.statusBits,
    }
  } catch (thrown) {
    context.note(`how well the clock is kept cannot be told: ${messageOf(thrown)}`)
    return null
  }
}

/** What the clock of the board says, in UTC or local time as /etc/adjtime has it. */
function hardwareClock(): string | null {
  const date = readText('/sys/class/rtc/rtc0/date')
  const time = readText('/sys/class/rtc/rtc0/time')
  return date === undefined || time === undefined ? null : `${date}T${time}`
}

function fileTime(path: string): string | undefined {
  return hostFile('', path)?.file.times.modified
}

function firstLine(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').slice(0, 4096).split('\n', 1)[0] ?? null
  } catch {
    return null
  }
}

/** The agent's buffer, oldest first, as long as there is time. */
async function* agentEvents(context: StepContext): AsyncGenerator<CollectItem, void> {
  if (context.events === undefined) {
    context.note('no agent runs here that could tell what happened lately')
    return
  }
  yield { kind: 'rows', name: 'agent-events', rows: eventRows(context, context.events()) }
}

async function* eventRows(
  context: StepContext,
  batches: AsyncIterable<readonly object[]>,
): AsyncGenerator<object, void> {
  let told = 0
  try {
    for await (const batch of batches) {
      yield* batch
      told += batch.length
      if (context.leftMs() > 0) continue
      context.note(`the time for the agent's events is over: the first ${told} were taken`)
      return
    }
  } catch (thrown) {
    context.note(`the agent's events could not be read to the end: ${messageOf(thrown)}`)
  }
}
