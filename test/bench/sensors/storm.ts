// Everything at once, as fast as the host makes it: programs, connections, files and log lines. How many events a second
// come to lie in the store, and is anything missing?

import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { Bench } from './bench.ts'
import { Figures, loadText } from './figures.ts'
import { lostOf, lostText, type RunningHaechi, startHaechi } from './haechi.ts'
import { ownLogFolder } from './log-folder.ts'
import { cpuMsOf } from './process-cost.ts'
import type { Section } from './section.ts'
import { prepareSpawner, type Spawner } from './spawner.ts'

const stillMs = 500
const timeoutMs = 120_000
const linesAtOnce = 100

interface Storm {
  readonly programs: number
  readonly connections: number
  readonly files: number
  readonly lines: number
}

async function makeFiles(root: string, count: number): Promise<void> {
  for (let file = 0; file < count; file++) {
    closeSync(openSync(join(root, `program-${file}`), 'w', 0o755))
    if (file % 200 === 0) await delay(1)
  }
}

async function writeLines(path: string, tag: string, count: number): Promise<void> {
  const fd = openSync(path, 'a')
  for (let line = 0; line < count; line += linesAtOnce) {
    const lines = Array.from(
      { length: linesAtOnce },
      (_, index) =>
        `192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET /${tag}/${line + index} HTTP/1.1" 200 5\n`,
    )
    writeSync(fd, lines.join(''))
    await delay(1)
  }
  closeSync(fd)
}

/** When nothing has been added to the store for a while. */
async function untilStill(haechi: RunningHaechi): Promise<{ stored: number; atMs: number }> {
  const end = performance.now() + timeoutMs
  let stored = -1
  let atMs = performance.now()
  while (performance.now() - atMs < stillMs * 3 && performance.now() < end) {
    const { host } = await haechi.status()
    const now = host?.store.stats.appended ?? 0
    // Others make a few events now and then.
    if (now - stored > 100) [stored, atMs] = [now, performance.now()]
    await delay(stillMs / 5)
  }
  return { stored, atMs }
}

async function rage(bench: Bench, spawner: Spawner, storm: Storm, places: Places): Promise<void> {
  const half = { count: storm.programs / 2, rate: 0 }
  await Promise.all([
    spawner.run({ tag: `${places.tag}-a`, ...half }),
    spawner.run({ tag: `${places.tag}-b`, ...half }),
    bench.exec(places.connector, [`${storm.connections}`, '4']),
    makeFiles(places.files, storm.files),
    writeLines(places.log, places.tag, storm.lines),
  ])
}

interface Places {
  readonly tag: string
  readonly program: string
  readonly connector: string
  readonly files: string
  readonly log: string
}

export async function measureStorm(bench: Bench): Promise<Section> {
  const share = bench.isQuick ? 1 : 4
  const storm = {
    programs: 4000 * share,
    connections: 2000 * share,
    files: 4000 * share,
    lines: 20_000 * share,
  }
  const spawner = await prepareSpawner(bench)
  const compiled = join(bench.folder, 'storm-connector')
  await bench.exec('gcc', ['-O2', '-o', compiled, join(import.meta.dirname, 'connector.c')])
  const { folder, options } = ownLogFolder(bench)
  const log = join(folder, 'nginx', 'access.log')
  closeSync(openSync(log, 'a'))
  const haechi = await startHaechi(bench, options)
  await haechi.untilSettled()
  const figures = new Figures()
  for (let round = 0; round < bench.rounds; round++) {
    const files = mkdtempSync(join(bench.folder, 'storm-'))
    // A name of its own for each round, by which its connections are found.
    const connector = `${compiled}-${round}`
    copyFileSync(compiled, connector)
    const places = { tag: `storm-${round}`, program: spawner.program, connector, files, log }
    bench.progress(`storm: round ${round + 1}`)
    const before = await untilStill(haechi)
    const cpuBefore = cpuMsOf(haechi.pid)
    const began = performance.now()
    await rage(bench, spawner, storm, places)
    figures.add('made ms', performance.now() - began)
    const after = await untilStill(haechi)
    const events = after.stored - before.stored
    figures.add('events', events)
    figures.add('rate', (events / (after.atMs - began)) * 1000)
    figures.add('cpu', ((cpuMsOf(haechi.pid) - cpuBefore) * 1000) / events)
    await countStored(haechi, figures, places)
    rmSync(files, { recursive: true })
  }
  const status = await haechi.status()
  figures.add('lost', lostOf(status))
  await haechi.stop()
  return {
    id: 'storm',
    title: 'Everything at once',
    about: [
      `${storm.programs} programs (two at a time), ${storm.connections} connections, ${storm.files} executable files and ${storm.lines} log lines at full speed; medians of ${bench.rounds} rounds; ${loadText()}.`,
    ],
    tables: [
      [
        ['', 'programs', 'connections', 'files', 'lines', 'told lost', 'events', 'events/s', 'µs/event'],
        ['made', ...Object.values(storm).map(String)],
        [
          'in the store',
          ...['programs', 'connections', 'files', 'lines', 'lost', 'events', 'rate'].map((name) =>
            figures.text(name, 0),
          ),
          figures.text('cpu', 1),
        ],
      ],
    ],
    remarks: [lostText(status)],
    figures,
  }
}

async function countStored(haechi: RunningHaechi, figures: Figures, places: Places): Promise<void> {
  const { tag, program, connector, files } = places
  figures.add(
    'programs',
    await haechi.count(`action = exec and exe = "${program}" and process.args in ("${tag}-a", "${tag}-b")`),
  )
  figures.add('connections', await haechi.count(`action = connect and process.executable = "${connector}"`))
  figures.add('files', await haechi.count(`action = create and path ~ "${files}/**"`))
  figures.add('lines', await haechi.count(`dataset = log and "GET /${tag}/"`))
}
