// Files that are made while the daemon stands still: what the kernel keeps for it, and whether all are told afterwards.

import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { Bench } from './bench.ts'
import { Figures, loadText } from './figures.ts'
import { lostOf, lostText, type RunningHaechi, startHaechi } from './haechi.ts'
import { cpuMsOf } from './process-cost.ts'
import type { Section } from './section.ts'

const stallMs = 4000
const folders = 40
const drainTimeoutMs = 60_000

/** What the sensor has got from the kernel and not looked at yet. */
async function pending(haechi: RunningHaechi): Promise<number> {
  const { host } = await haechi.status()
  const facts = host?.sensors.find(({ id }) => id === 'files')?.status?.facts
  return Number(facts?.['pending'] ?? 0) + (host?.queued ?? 0)
}

async function untilDrained(haechi: RunningHaechi): Promise<void> {
  const end = performance.now() + drainTimeoutMs
  let quiet = 0
  while (quiet < 3 && performance.now() < end) {
    await delay(500)
    quiet = (await pending(haechi)) === 0 ? quiet + 1 : 0
  }
}

function make(root: string, count: number): void {
  for (let folder = 0; folder < folders; folder++) mkdirSync(join(root, `${folder}`))
  for (let file = 0; file < count; file++)
    closeSync(openSync(join(root, `${file % folders}`, `program-${file}`), 'w', 0o755))
}

export async function measureFiles(bench: Bench): Promise<Section> {
  const count = 40_000
  const haechi = await startHaechi(bench)
  await haechi.untilSettled()
  const figures = new Figures()
  for (let round = 0; round < bench.rounds; round++) {
    const root = mkdtempSync(join(bench.folder, 'files-'))
    const before = cpuMsOf(haechi.pid)
    bench.progress(`files: round ${round + 1}`)
    process.kill(haechi.pid, 'SIGSTOP')
    const free = bench.cleanUp.add(() => process.kill(haechi.pid, 'SIGCONT'))
    const began = performance.now()
    make(root, count)
    const madeMs = performance.now() - began
    await delay(Math.max(0, stallMs - madeMs))
    process.kill(haechi.pid, 'SIGCONT')
    free()
    const resumed = performance.now()
    await untilDrained(haechi)
    figures.add('drained', performance.now() - resumed)
    figures.add('cpu', ((cpuMsOf(haechi.pid) - before) * 1000) / count)
    figures.add('rate', (count / madeMs) * 1000)
    const names = new Set<string>()
    await haechi.eachEvent(`action = create and path ~ "${root}/**"`, ({ file }) => {
      if (file?.name?.startsWith('program-') === true) names.add(file.name)
    })
    figures.add('made', count)
    figures.add('told', names.size)
    rmSync(root, { recursive: true })
    await untilDrained(haechi)
  }
  const status = await haechi.status()
  figures.add('lost', lostOf(status))
  await haechi.stop()
  const names = ['made', 'told', 'lost', 'rate', 'cpu', 'drained']
  return {
    id: 'files',
    title: 'Files made while the daemon stands still',
    about: [
      `${count} executable files in ${folders} new folders while all threads of the daemon are stopped for ${stallMs / 1000} s; medians of ${bench.rounds} rounds; ${loadText()}.`,
    ],
    tables: [
      [
        ['', 'made', 'told', 'lost', 'made/s', 'µs/file', 'told after ms'],
        ['haechi up', ...names.map((name) => figures.text(name, name === 'cpu' ? 1 : 0))],
      ],
    ],
    remarks: [
      `Aim, none lost: ${figures.median('told') === figures.median('made') ? 'met' : 'MISSED'}.`,
      lostText(status),
    ],
    figures,
  }
}
