// `haechi up` as a user starts it, with no rules and all sensors, and what can be asked of it.

import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { ask, type DaemonStatus } from '../../../src/daemon/index.ts'
import type { Event } from '../../../src/model/index.ts'
import { startDaemon, whenReady } from '../contestant.ts'
import { launcher } from '../haechi.ts'
import type { Bench } from './bench.ts'
import type { Observer, Watching } from './observer.ts'
import { cpuMsByThread, cpuMsOf, kernelThread, writtenBytes } from './process-cost.ts'
import { lastArgument } from './spawner.ts'

const baselineTimeoutMs = 240_000
const answerTimeoutMs = 60_000
/** An answer is at most 16 MiB. */
const pageEvents = 4000

export interface HaechiOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Another program that starts the launcher, with its arguments before the launcher's. */
  readonly around?: readonly string[]
}

export interface RunningHaechi {
  readonly pid: number
  readonly socket: string
  readonly readyMs: number
  /** Of its store and of the state of its sensors. */
  readonly store: string
  output(): string
  status(): Promise<DaemonStatus>
  /** Each event that fits, oldest first. */
  eachEvent(where: string, take: (event: Event) => void): Promise<void>
  /** How many fit. */
  count(where: string): Promise<number>
  /** Resolves when everything that it does at its start is done. */
  untilSettled(): Promise<void>
  stop(): Promise<void>
}

export interface Answer {
  readonly events: readonly Event[]
  readonly last: number
  readonly more: boolean
}

export async function startHaechi(bench: Bench, options: HaechiOptions = {}): Promise<RunningHaechi> {
  const folder = mkdtempSync(join(bench.folder, 'haechi-'))
  const socket = join(folder, 'haechi.sock')
  const store = join(folder, 'host')
  const [command, ...before] = [...(options.around ?? []), launcher]
  const started = performance.now()
  const daemon = startDaemon(
    bench.cleanUp,
    command,
    [
      ...before,
      'up',
      '--json',
      '--instances',
      '2',
      '--no-sweep',
      '--watchdog',
      '60s',
      '--store',
      store,
    ].concat(['--socket', socket, '--quarantine', join(folder, 'quarantine')], options.args ?? []),
    { NO_COLOR: '1', ...options.env },
  )
  await whenReady(daemon, () => daemon.output().includes('"type":"ready"'), 60_000)
  const readyMs = performance.now() - started
  const status = async (): Promise<DaemonStatus> =>
    (await ask(socket, { command: 'status' }, answerTimeoutMs)) as DaemonStatus
  async function eachEvent(where: string, take: (event: Event) => void): Promise<void> {
    let after = 0
    for (;;) {
      const request = { command: 'events', where, order: 'oldest', limit: pageEvents, after }
      const { events, last, more } = (await ask(socket, request, answerTimeoutMs)) as Answer
      for (const event of events) take(event)
      if (!more && events.length < pageEvents) return
      after = last
    }
  }
  return {
    pid: daemon.pid,
    socket,
    readyMs,
    store,
    output: daemon.output,
    status,
    eachEvent,
    async count(where) {
      let found = 0
      await eachEvent(where, () => found++)
      return found
    },
    async untilSettled() {
      const end = performance.now() + baselineTimeoutMs
      for (;;) {
        const { host } = await status()
        const files = host?.sensors.find(({ id }) => id === 'files')
        if (files?.status?.facts['baseline'] !== 'running') return
        if (performance.now() > end) throw new Error('the first look at all files did not end')
        await delay(1000)
      }
    },
    async stop() {
      await daemon.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Losses that it knows of, all sources together. */
export function lostOf({ host }: DaemonStatus): number {
  return (host?.ledger ?? []).reduce((sum, { lost }) => sum + lost, 0)
}

/** The same, source by source. */
export function lostText({ host }: DaemonStatus): string {
  const entries = (host?.ledger ?? []).map(({ source, lost, times }) => `${source} ${lost} (${times} times)`)
  return `Told as lost: ${entries.length === 0 ? 'nothing' : entries.join(', ')}.`
}

export async function watchWith(haechi: RunningHaechi): Promise<Watching> {
  const kauditd = kernelThread('kauditd')
  const kernelMs = (): number => (kauditd === undefined ? 0 : cpuMsOf(kauditd))
  const kernelBefore = kernelMs()
  return {
    cpuMs: () => cpuMsOf(haechi.pid) + kernelMs() - kernelBefore,
    async parts() {
      const { host } = await haechi.status()
      const threads = cpuMsByThread(haechi.pid)
      const named = (name: RegExp): number =>
        [...threads].reduce((sum, [thread, ms]) => (name.test(thread) ? sum + ms : sum), 0)
      const known = [
        { name: 'sensors', ms: host?.cpuMs ?? 0 },
        { name: 'store', ms: host?.store.cpuMs ?? 0 },
        { name: 'main', ms: named(/MainThread$/) },
        { name: 'V8 helpers', ms: named(/V8Worker$|^DelayedTask/) },
        { name: 'libuv pool', ms: named(/^libuv/) },
      ]
      // Scanning and guarding, also in threads that have ended; in steps of 10 ms.
      const rest = cpuMsOf(haechi.pid) - known.reduce((sum, { ms }) => sum + ms, 0)
      return [
        ...known,
        { name: 'other workers', ms: rest },
        { name: 'kauditd', ms: kernelMs() - kernelBefore },
      ]
    },
    async keptBytes() {
      return (await haechi.status()).host?.store.stats.usedBytes ?? 0
    },
    writtenBytes: () => writtenBytes(haechi.pid),
    async delivered({ tag }, program) {
      const runs = new Set<string>()
      await haechi.eachEvent(`action = exec and process.args = "${tag}"`, ({ process }) => {
        const [path, ownTag, number = '', last] = process?.args ?? []
        if (path === program && ownTag === tag && last === lastArgument) runs.add(number)
      })
      return { execs: runs.size, lost: lostOf(await haechi.status()) }
    },
    stop: () => haechi.stop(),
  }
}

export const haechiObserver: Observer = {
  id: 'haechi',
  title: 'haechi up',
  async start(bench) {
    const haechi = await startHaechi(bench)
    await haechi.untilSettled()
    return watchWith(haechi)
  },
}
