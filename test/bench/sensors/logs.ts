// Log lines end to end: from the write of a web server's log to the store, across rotations by renaming. Each line carries its number, so that what is lost or repeated shows.

import { closeSync, existsSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { Bench } from './bench.ts'
import { Figures, loadText } from './figures.ts'
import { lostOf, lostText, type RunningHaechi, startHaechi } from './haechi.ts'
import { ownLogFolder } from './log-folder.ts'
import { cpuMsOf } from './process-cost.ts'
import type { Section } from './section.ts'

const linesAtOnce = 500
const rotations = 4
/** The sensor looks for new files once a second: a file that comes and is renamed between two looks is not found. */
const betweenRotationsMs = 1500
const timeoutMs = 120_000

function lineOf(tag: string, number: number): string {
  const time = new Date().toUTCString().slice(5, 25).replace(' ', '/').replace(' ', '/').replace(' ', ':')
  return `192.0.2.${number % 250} - - [${time} +0000] "GET /${tag}/${number} HTTP/1.1" 200 ${number % 5000} "-" "bench/1.0"\n`
}

/** Numbers from `from` on and below `to`. */
function writeLines(path: string, tag: string, from: number, to: number): void {
  const fd = openSync(path, 'a')
  for (let first = from; first < to; first += linesAtOnce) {
    const count = Math.min(linesAtOnce, to - first)
    writeSync(fd, Array.from({ length: count }, (_, index) => lineOf(tag, first + index)).join(''))
  }
  closeSync(fd)
}

/** As logrotate does it: `access.log.3` becomes `access.log.4`, …, the log `access.log.1`, and a new one is made. */
function rotate(path: string): void {
  for (let old = rotations; old > 0; old--) {
    const name = old === 1 ? path : `${path}.${old - 1}`
    if (existsSync(name)) renameSync(name, `${path}.${old}`)
  }
  closeSync(openSync(path, 'a'))
}

/** Each rotation renames a file that is just being written, into which the server goes on to write for a while. */
async function writeRotating(path: string, tag: string, count: number): Promise<void> {
  const each = Math.ceil(count / (rotations + 1))
  for (let from = 0; from < count; from += each) {
    const to = Math.min(count, from + each)
    const late = Math.min(to, from + each / 2)
    writeLines(path, tag, from, late)
    const isLast = to === count
    if (!isLast) rotate(path)
    writeLines(isLast ? path : `${path}.1`, tag, late, to)
    if (!isLast) await delay(betweenRotationsMs)
  }
}

async function untilStored(haechi: RunningHaechi, count: number, before: number): Promise<void> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const { host } = await haechi.status()
    if ((host?.store.stats.appended ?? 0) - before >= count && host?.queued === 0) return
    if (performance.now() > end) return
    await delay(100)
  }
}

export async function measureLogs(bench: Bench): Promise<Section> {
  const count = bench.isQuick ? 50_000 : 200_000
  const { folder, options } = ownLogFolder(bench)
  const path = join(folder, 'nginx', 'access.log')
  closeSync(openSync(path, 'a'))
  const haechi = await startHaechi(bench, options)
  await haechi.untilSettled()
  const figures = new Figures()
  for (let round = 0; round < bench.rounds; round++) {
    const tag = `round-${round}`
    bench.progress(`logs: round ${round + 1}`)
    const stored = (await haechi.status()).host?.store.stats.appended ?? 0
    const half = count / 2
    await writeRotating(path, tag, half)
    await untilStored(haechi, half, stored)
    const before = cpuMsOf(haechi.pid)
    const began = performance.now()
    writeLines(path, tag, half, count)
    figures.add('writing', (half / (performance.now() - began)) * 1000)
    await untilStored(haechi, count, stored)
    figures.add('rate', (half / (performance.now() - began)) * 1000)
    figures.add('cpu', ((cpuMsOf(haechi.pid) - before) * 1000) / half)
    const { found, repeated } = await linesFound(haechi, tag, count)
    figures.add('made', count)
    figures.add('there', found)
    figures.add('repeated', repeated)
  }
  const status = await haechi.status()
  figures.add('lost', lostOf(status))
  await haechi.stop()
  const names = ['made', 'there', 'repeated', 'lost', 'writing', 'rate', 'cpu']
  const isWhole = figures.median('there') === figures.median('made') && figures.median('repeated') === 0
  return {
    id: 'logs',
    title: 'Log lines, written to stored',
    about: [
      `${count} lines of an nginx access log, half of them with ${rotations} rotations by renaming, then half in one burst; medians of ${bench.rounds} rounds; ${loadText()}.`,
      'Lines a second of the burst, from the first write until the store has the last one; processor time of the whole daemon.',
    ],
    tables: [
      [
        ['', 'made', 'there', 'repeated', 'told lost', 'written/s', 'stored/s', 'µs/line'],
        ['haechi up', ...names.map((name) => figures.text(name, name === 'cpu' ? 1 : 0))],
      ],
    ],
    remarks: [`Aim, none lost and none repeated: ${isWhole ? 'met' : 'MISSED'}.`, lostText(status)],
    figures,
  }
}

async function linesFound(
  haechi: RunningHaechi,
  tag: string,
  count: number,
): Promise<{ found: number; repeated: number }> {
  const seen = new Uint8Array(count)
  let repeated = 0
  const pattern = new RegExp(`GET /${tag}/(\\d+) `)
  await haechi.eachEvent(`dataset = log and "GET /${tag}/"`, (event) => {
    const number = Number(pattern.exec(event.message ?? '')?.[1] ?? Number.NaN)
    if (!(number < count)) return
    if (seen[number] === 1) repeated++
    seen[number] = 1
  })
  return { found: seen.reduce((sum, one) => sum + one, 0), repeated }
}
