// What a quiet host pays: processor time, and memory after a minute; Haechi as it guards one empty folder with two
// instances and sees with all sensors, beside auditd, and beside clamd with one signature.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { startDaemon, whenReady } from '../contestant.ts'
import { hasAuditd, startAuditd } from './auditd.ts'
import type { Bench } from './bench.ts'
import { Figures, loadText } from './figures.ts'
import { startHaechi, watchWith } from './haechi.ts'
import { cpuMsOf, forksOfHost, memoryOf } from './process-cost.ts'
import type { Section } from './section.ts'

const clamd = '/usr/sbin/clamd'
const restMs = 60_000
const mostIdleShare = 0.005
const mostRssBytes = 150 * 1000 ** 2

interface Daemon {
  readonly name: string
  readonly pids: readonly number[]
  cpuMs(): number
  stop(): Promise<void>
}

async function haechi(bench: Bench): Promise<Daemon> {
  const guarded = mkdtempSync(join(bench.folder, 'guarded-'))
  const running = await startHaechi(bench, { args: ['--', guarded] })
  const watching = await watchWith(running)
  await running.untilSettled()
  return { name: 'haechi up', pids: [running.pid], cpuMs: () => watching.cpuMs(), stop: () => running.stop() }
}

async function auditd(bench: Bench): Promise<Daemon> {
  const watching = await startAuditd(bench)
  return {
    name: 'auditd, RAW',
    pids: [watching.pid],
    cpuMs: () => watching.cpuMs(),
    stop: () => watching.stop(),
  }
}

/** It leaves root, so its folder is everybody's. */
async function clam(bench: Bench): Promise<Daemon> {
  chmodSync(bench.folder, 0o755)
  const folder = join(bench.folder, 'clamd')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  const config = join(folder, 'clamd.conf')
  const socket = join(folder, 'clamd.sock')
  writeFileSync(join(folder, 'bench.ndb'), 'Bench.Test:0:*:48616563686942656e6368\n')
  const lines = [
    `DatabaseDirectory ${folder}`,
    `LocalSocket ${socket}`,
    'User clamav',
    'Foreground yes',
    'SelfCheck 0',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const daemon = startDaemon(bench.cleanUp, clamd, ['--config-file', config])
  await whenReady(daemon, () => existsSync(socket))
  return {
    name: 'clamd, 1 signature',
    pids: [daemon.pid],
    cpuMs: () => cpuMsOf(daemon.pid),
    stop: daemon.stop,
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)

export async function measureIdle(bench: Bench): Promise<Section> {
  const figures = new Figures()
  const overMs = bench.isQuick ? 10_000 : 30_000
  const daemons = [haechi, ...(hasAuditd() ? [auditd] : []), ...(existsSync(clamd) ? [clam] : [])]
  const rows: string[][] = []
  for (const start of daemons) {
    const began = performance.now()
    bench.progress('idle: starting')
    const daemon = await start(bench)
    bench.progress(`idle: ${daemon.name}`)
    await delay(Math.max(0, (bench.isQuick ? restMs / 4 : restMs) - (performance.now() - began)))
    const memory = daemon.pids.map((pid) => memoryOf(pid))
    const sum = (field: 'rss' | 'pss' | 'anonymous'): number =>
      memory.reduce((total, one) => total + one[field], 0)
    const [cpuBefore, forksBefore] = [daemon.cpuMs(), forksOfHost()]
    await delay(overMs)
    const share = (daemon.cpuMs() - cpuBefore) / overMs
    figures.add(`${daemon.name} idle`, share)
    for (const field of ['rss', 'pss', 'anonymous'] as const)
      figures.add(`${daemon.name} ${field}`, sum(field))
    rows.push([
      daemon.name,
      `${(share * 100).toFixed(2)} %`,
      megabytes(sum('rss')),
      megabytes(sum('pss')),
      megabytes(sum('anonymous')),
      `${forksOfHost() - forksBefore}`,
      loadText(),
    ])
    await daemon.stop()
  }
  const share = figures.median('haechi up idle') ?? Number.NaN
  const rss = figures.median('haechi up rss') ?? Number.NaN
  return {
    id: 'idle',
    title: 'A quiet host',
    about: [
      `Processor time over ${overMs / 1000} s (share of one core; nothing is subtracted), memory a minute after the start or when the first look at all files is over.`,
      'Forks: processes that others on this host started meanwhile; each of them is work for an observer.',
    ],
    tables: [
      [
        ['daemon', 'CPU', 'RSS MB', 'PSS MB', 'anonymous MB', 'forks of others', 'load (1, 5, 15 min)'],
        ...rows,
      ],
    ],
    remarks: [
      `Aim, at most ${mostIdleShare * 100} % of a core: ${share <= mostIdleShare ? 'met' : 'MISSED'} (${(share * 100).toFixed(2)} %).`,
      `Aim, at most ${mostRssBytes / 1e6} MB resident: ${rss <= mostRssBytes ? 'met' : 'MISSED'} (${megabytes(rss)} MB).`,
    ],
    figures,
  }
}
