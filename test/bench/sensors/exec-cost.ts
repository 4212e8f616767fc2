// What each start of a program costs: the observers' processor time, what the kernel's hooks add to the load itself, and
// whether everything is there.

import { setTimeout as delay } from 'node:timers/promises'

import { auditdObserver, hasAuditd, startAuditd } from './auditd.ts'
import type { Bench } from './bench.ts'
import { Figures, loadText } from './figures.ts'
import { haechiObserver, startHaechi, watchWith } from './haechi.ts'
import { nothing, type Observer, type Part, type Watching } from './observer.ts'
import { forksOfHost } from './process-cost.ts'
import type { Section } from './section.ts'
import { type Load, type LoadResult, prepareSpawner, type Spawner } from './spawner.ts'

const fullSpeed = 0
const rates = [800, 1600, fullSpeed]
/** Everything is written and what is done every few seconds is done once: part of what an event costs. */
const drainMs = 6000
const idleMs = 10_000
const maxAttempts = 3

const both: Observer = {
  id: 'both',
  title: 'haechi up beside auditd',
  async start(bench) {
    const auditd = await startAuditd(bench)
    const haechi = await startHaechi(bench)
    await haechi.untilSettled()
    const watching = await watchWith(haechi)
    return {
      ...watching,
      // Both have kauditd in theirs: it is Haechi's own processor time that is asked for here.
      async delivered(load, program) {
        const [own, other] = [await watching.delivered(load, program), await auditd.delivered(load, program)]
        return { execs: Math.min(own.execs, other.execs), lost: own.lost + other.lost }
      },
      async stop() {
        await haechi.stop()
        await auditd.stop()
      },
    }
  },
}

interface Run {
  readonly bench: Bench
  readonly spawner: Spawner
  readonly figures: Figures
  readonly missing: string[]
}

const rateText = (rate: number): string => (rate === fullSpeed ? 'full speed' : `${rate}/s`)
const nameOf = (id: Observer['id'], rate: number, what: string): string => `${id} ${rate} ${what}`

function loadOf(bench: Bench, tag: string, rate: number): Load {
  const seconds = bench.isQuick ? 4 : 10
  return { tag, rate, count: rate === fullSpeed ? seconds * 2000 : seconds * rate }
}

/** One load under one observer, again when somebody else's use of audit has disturbed it. */
async function measure(run: Run, observer: Observer, watching: Watching, load: Load): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const values = new Map<string, number>()
    const tried = { ...load, tag: `${load.tag}-${attempt}` }
    await measureOnce(run, { observer, watching, load: tried }, (what, value) => values.set(what, value))
    const there = values.get('delivered') ?? load.count
    // What auditd has not got and not lost, the kernel was told by others not to make.
    const isDisturbed = there < load.count && values.get('lost') === 0 && observer.id !== 'haechi'
    if (isDisturbed && attempt < maxAttempts) continue
    for (const [what, value] of values) run.figures.add(nameOf(observer.id, load.rate, what), value)
    if (there !== load.count)
      run.missing.push(`${observer.title}, ${rateText(load.rate)}: ${there} of ${load.count} runs are there`)
    return
  }
}

interface Work {
  readonly observer: Observer
  readonly watching: Watching
  readonly load: Load
}

async function measureOnce(run: Run, { observer, watching, load }: Work, add: Add): Promise<void> {
  const { figures, spawner, bench } = run
  const [partsBefore, keptBefore] = [await watching.parts(), await watching.keptBytes()]
  const [cpuBefore, writtenBefore, forksBefore] = [watching.cpuMs(), watching.writtenBytes(), forksOfHost()]
  const began = performance.now()
  const result = await spawner.run(load)
  if (observer.id !== 'nothing') await delay(bench.isQuick ? drainMs / 2 : drainMs)
  const cpuMs = watching.cpuMs() - cpuBefore
  const windowMs = performance.now() - began
  tellLoad(add, load, result)
  add('others', forksOfHost() - forksBefore - load.count)
  if (observer.id === 'nothing') return
  add('cpu', (cpuMs * 1000) / load.count)
  const idleShare = figures.median(`${observer.id} idle`) ?? 0
  add('net', ((cpuMs - idleShare * windowMs) * 1000) / load.count)
  add('written', (watching.writtenBytes() - writtenBefore) / load.count)
  addParts(add, load, partsBefore, await watching.parts())
  add('kept', ((await watching.keptBytes()) - keptBefore) / load.count)
  const { execs, lost } = await watching.delivered(load, spawner.program)
  add('delivered', execs)
  add('lost', lost)
}

type Add = (what: string, value: number) => void

function tellLoad(add: Add, load: Load, { wallMs, cpuUs }: LoadResult): void {
  add('rate', (load.count / wallMs) * 1000)
  add('made', load.count)
  add('load', cpuUs / load.count)
}

function addParts(add: Add, load: Load, before: readonly Part[], after: readonly Part[]): void {
  for (const { name, ms } of after) {
    const earlier = before.find((part) => part.name === name)?.ms ?? 0
    add(`part ${name}`, ((ms - earlier) * 1000) / load.count)
  }
}

async function round(run: Run, observer: Observer, number: number): Promise<void> {
  const { bench, figures } = run
  bench.progress(`round ${number + 1}: ${observer.title}, starting`)
  const watching = await observer.start(bench)
  if (observer.id !== 'nothing') {
    const before = watching.cpuMs()
    await delay(bench.isQuick ? idleMs / 2 : idleMs)
    figures.add(`${observer.id} idle`, (watching.cpuMs() - before) / (bench.isQuick ? idleMs / 2 : idleMs))
  }
  for (const rate of rates) {
    bench.progress(`round ${number + 1}: ${observer.title}, ${rateText(rate)}`)
    await measure(run, observer, watching, loadOf(bench, `${observer.id}-${number}-${rate}`, rate))
  }
  await watching.stop()
}

export async function measureExecCost(bench: Bench): Promise<Section> {
  const run: Run = { bench, spawner: await prepareSpawner(bench), figures: new Figures(), missing: [] }
  const observers = hasAuditd() ? [nothing, auditdObserver, haechiObserver, both] : [nothing, haechiObserver]
  const loads: string[] = []
  for (let number = 0; number < bench.rounds; number++) {
    // Who goes first takes turns.
    const order = number % 2 === 0 ? observers : observers.toReversed()
    for (const observer of order) await round(run, observer, number)
    loads.push(loadText())
  }
  const { figures, missing } = run
  return {
    id: 'exec',
    title: 'Processor time per start of a program',
    about: [
      `A static program of 129 bytes that exits at once, with four arguments; medians of ${bench.rounds} rounds; ${loads.join('; ')}.`,
      'Observer: user and system time of all its processes and of kauditd from the start of the load until ' +
        `${(bench.isQuick ? drainMs / 2 : drainMs) / 1000} s after its end; "net" without what it used before while idle.`,
      'Load: processor time of the generator and of the programs themselves, with what hooks in the kernel add; "all added": the observer and what the load costs more than with nobody.',
      'auditd keeps starts only; Haechi starts and ends, with parents, digest and verdict, in a store with an index.',
    ],
    tables: [costTable(figures, observers), partTable(figures, observers)],
    remarks: [
      hasAuditd() ? '' : 'NOT COMPARED WITH AUDITD: it is missing (Debian: apt-get install auditd).',
      ...missing.map((text) => `MISSING: ${text}`),
      ...judge(figures),
    ].filter((text) => text !== ''),
    figures,
  }
}

function costTable(figures: Figures, observers: readonly Observer[]): string[][] {
  const head = [
    ['observer', 'rate', 'measured rate/s', 'µs/start', 'net µs/start', 'of auditd', 'load µs/start'],
    ['all added µs/start'],
    ['made', 'there', 'lost', 'bytes kept', 'bytes to disk', 'other forks'],
  ].flat()
  const rows = rates.flatMap((rate) =>
    observers.map(({ id, title }) => {
      const text = (what: string, digits = 0): string => figures.text(nameOf(id, rate, what), digits)
      return [
        title,
        rateText(rate),
        text('rate'),
        text('cpu', 1),
        text('net', 1),
        id === 'haechi' ? ratioText(figures, rate) : '',
        text('load', 1),
        id === 'nothing' ? '' : (addedOf(figures, id, rate)?.toFixed(1) ?? ''),
        text('made'),
        text('delivered'),
        text('lost'),
        text('kept'),
        text('written'),
        text('others'),
      ]
    }),
  )
  return [head, ...rows]
}

/** What the observer uses and what its hooks make the load itself use more. */
function addedOf(figures: Figures, id: Observer['id'], rate: number): number | undefined {
  const own = figures.median(nameOf(id, rate, 'cpu'))
  const load = figures.median(nameOf(id, rate, 'load'))
  const without = figures.median(nameOf('nothing', rate, 'load'))
  return own === undefined || load === undefined || without === undefined ? undefined : own + load - without
}

function ratioOf(figures: Figures, rate: number, what: string): number | undefined {
  const own = figures.median(nameOf('haechi', rate, what))
  const other = figures.median(nameOf('auditd', rate, what))
  return own === undefined || other === undefined ? undefined : own / other
}

function ratioText(figures: Figures, rate: number): string {
  const ratio = ratioOf(figures, rate, 'cpu')
  return ratio === undefined ? '' : `${ratio.toFixed(2)}×`
}

function partTable(figures: Figures, observers: readonly Observer[]): string[][] {
  const names = ['sensors', 'store', 'main', 'other workers', 'V8 helpers', 'libuv pool', 'auditd', 'kauditd']
  const rows = rates.flatMap((rate) =>
    observers
      .filter(({ id }) => id !== 'nothing')
      .map(({ id, title }) => [
        title,
        rateText(rate),
        ...names.map((name) => figures.text(nameOf(id, rate, `part ${name}`), 1)),
      ]),
  )
  return [['µs/start by thread', 'rate', ...names], ...rows]
}

/** The aim: at most half of what auditd costs. */
function judge(figures: Figures): string[] {
  return rates.flatMap((rate) => {
    const ratio = ratioOf(figures, rate, 'cpu')
    if (ratio === undefined) return []
    const net = ratioOf(figures, rate, 'net') ?? ratio
    const word = ratio <= 0.5 ? 'met' : 'MISSED'
    return `Aim, at most half of auditd, ${rateText(rate)}: ${word} (${ratio.toFixed(2)}, net ${net.toFixed(2)}).`
  })
}
