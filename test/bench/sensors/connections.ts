// Connections that are reset at once: is each told, with the process that made it, and what does it cost?

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { Bench } from './bench.ts'
import { Figures, loadText } from './figures.ts'
import { lostOf, lostText, type RunningHaechi, startHaechi } from './haechi.ts'
import { cpuMsOf } from './process-cost.ts'
import type { Section } from './section.ts'

const count = 3000
const processes = 4
const drainMs = 3000

export async function measureConnections(bench: Bench): Promise<Section> {
  const program = join(bench.folder, 'connector')
  await bench.exec('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'connector.c')])
  const haechi = await startHaechi(bench)
  await haechi.untilSettled()
  const figures = new Figures()
  for (let round = 0; round < bench.rounds; round++) await once(bench, haechi, program, figures)
  const status = await haechi.status()
  figures.add('lost', lostOf(status))
  await haechi.stop()
  const made = figures.median('made') ?? 0
  const attributed = figures.median('attributed') ?? 0
  const names = ['made', 'told', 'attributed', 'closes', 'rate', 'cpu', 'lost']
  const head = ['', 'made', 'told', 'right process', 'ends told', 'made/s', 'µs/connection', 'lost']
  return {
    id: 'connections',
    title: 'Connections that are reset at once',
    about: [
      `${count} TCP connections on the loopback from ${processes} processes, each reset by its maker; medians of ${bench.rounds} rounds; ${loadText()}.`,
      'Processor time of the whole daemon, for connect, accept, close and close of the other side.',
    ],
    tables: [[head, ['haechi up', ...names.map((name) => figures.text(name, name === 'cpu' ? 1 : 0))]]],
    remarks: [`Aim, all attributed: ${attributed === made ? 'met' : 'MISSED'}.`, lostText(status)],
    figures,
  }
}

async function once(bench: Bench, haechi: RunningHaechi, program: string, figures: Figures): Promise<void> {
  const before = cpuMsOf(haechi.pid)
  const { stdout, ms } = await bench.exec(program, [`${count}`, `${processes}`])
  await delay(drainMs)
  figures.add('cpu', ((cpuMsOf(haechi.pid) - before) * 1000) / count)
  figures.add('rate', (count / ms) * 1000)
  const [port = 0, ...pids] = stdout.trim().split('\n').map(Number)
  const makers = new Map(pids.map((pid) => [pid, 0]))
  let told = 0
  await haechi.eachEvent(`action = connect and destination.port = ${port}`, ({ process }) => {
    told++
    const pid = process?.pid ?? 0
    if (makers.has(pid) && process?.executable === program) makers.set(pid, (makers.get(pid) ?? 0) + 1)
  })
  const share = count / processes
  figures.add('made', count)
  figures.add('told', told)
  figures.add(
    'attributed',
    [...makers.values()].reduce((sum, own) => sum + Math.min(own, share), 0),
  )
  figures.add('closes', await haechi.count(`action = close and destination.port = ${port}`))
}
