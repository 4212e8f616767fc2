// How long after a program starts its event reaches who follows the events: the question waits at the control socket, as
// that of `haechi events --follow` does.

import { spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'

import { ask } from '../../../src/daemon/index.ts'
import type { Bench } from './bench.ts'
import { Figures, loadText, quantile } from './figures.ts'
import { type Answer, startHaechi } from './haechi.ts'
import type { Section } from './section.ts'
import { prepareSpawner } from './spawner.ts'

const waitMs = 10_000
const quietMs = 120
const loadRate = 800

export async function measureLatency(bench: Bench): Promise<Section> {
  const spawner = await prepareSpawner(bench)
  const haechi = await startHaechi(bench)
  await haechi.untilSettled()
  const figures = new Figures()
  const times = bench.isQuick ? 40 : 200
  async function one(tag: string): Promise<number> {
    const newest = (await ask(haechi.socket, { command: 'events', limit: 1 })) as Answer
    const after = newest.events[0]?.event.sequence ?? 0
    const where = `action = exec and process.args = "${tag}"`
    const asked = ask(haechi.socket, { command: 'events', order: 'oldest', where, after, waitMs }, waitMs * 2)
    // The question stands before the program starts.
    await delay(10)
    spawnSync(spawner.program, [tag])
    const { events } = (await asked) as Answer
    const started = Date.parse(events[0]?.['@timestamp'] ?? '')
    return Date.now() - started
  }
  async function many(name: string): Promise<void> {
    const values: number[] = []
    for (let index = 0; index < times; index++) {
      bench.progress(`latency: ${name} ${index}`)
      values.push(await one(`${name}-${index}`))
      await delay(quietMs)
    }
    figures.add(`${name} median`, quantile(values, 0.5))
    figures.add(`${name} p99`, quantile(values, 0.99))
    figures.add(`${name} max`, Math.max(...values))
  }
  await many('quiet')
  const loadMs = times * (quietMs + 120)
  const load = spawner.run({
    tag: 'background',
    count: Math.ceil((loadMs / 1000) * loadRate),
    rate: loadRate,
  })
  await many('busy')
  await load
  await haechi.stop()
  const row = (title: string, name: string): string[] => [
    title,
    ...['median', 'p99', 'max'].map((what) => figures.text(`${name} ${what}`, 0)),
  ]
  return {
    id: 'latency',
    title: 'From the start of a program to who follows the events',
    about: [
      `${times} programs, milliseconds from the kernel's time of the start to the answer at the control socket; ${loadText()}.`,
    ],
    tables: [
      [
        ['ms', 'median', '99 %', 'longest'],
        row('on a quiet host', 'quiet'),
        row(`while ${loadRate} programs a second start`, 'busy'),
      ],
    ],
    remarks: [],
    figures,
  }
}
