// One round of everything that contestants with the same signatures are asked. Who goes first takes turns.

import { type Contestant, manyInstances } from './contestant.ts'
import type { Workload } from './files.ts'
import { type ContestantId, type Figures, type Measure, percentile } from './figures.ts'
import type { Bench } from './plan.ts'

/** Slow contestants get so many bytes and files at most. */
const slowBytes = 12e6
const slowFiles = 5

export interface Measuring {
  readonly bench: Bench
  readonly figures: Figures
  /** Before the ids of all measures: `rules` or `database`. */
  readonly part: string
  readonly contestants: readonly Contestant[]
  /** Milliseconds of every file that was met for the first time. */
  readonly firstTouch: Map<ContestantId, number[]>
}

/** Starts, each in a process of its own. */
export async function measureStarts(measuring: Measuring, round: number): Promise<void> {
  const { bench, figures, part } = measuring
  const add = (id: string, title: string, who: ContestantId, ms: number): void => {
    figures.add({ id: `${part}.${id}`, title, unit: 'ms' }, who, round, ms)
  }
  for (const { id, isSlow = false, compile, start, cacheBytes } of turn(measuring, round)) {
    if (isSlow && round >= bench.plan.slowRounds) continue
    bench.progress(`round ${round + 1}: starts of ${id}`)
    const fresh = await compile?.()
    if (fresh !== undefined) add('compile', 'compile', id, fresh.openMs)
    const cached = await start?.()
    if (cached !== undefined) {
      add('cached', 'load from the cache', id, cached.openMs)
      add('first', 'process start to the first verdict, from the cache', id, cached.firstMs)
      const size: Measure = { id: `${part}.cache`, title: 'size of the cache', unit: 'bytes' }
      if (cacheBytes !== undefined) figures.add(size, id, round, cacheBytes())
    }
    const rss = (cached ?? fresh)?.rss ?? 0
    const memory: Measure = { id: `${part}.rss.1`, title: 'memory (RSS), 1 instance', unit: 'bytes' }
    if (rss > 0) figures.add(memory, id, round, rss)
  }
}

/** Large files by bytes. */
export async function measureLarge(
  measuring: Measuring,
  round: number,
  loads: readonly Workload[],
): Promise<void> {
  for (const load of loads) {
    for (const contestant of turn(measuring, round)) {
      if (contestant.isSlow === true && (round >= measuring.bench.plan.slowRounds || load.bytes > slowBytes))
        continue
      await throughput(measuring, { contestant, load, instances: 1, round })
    }
  }
}

/** Small files by number. */
export async function measureSmall(measuring: Measuring, round: number, load: Workload): Promise<void> {
  for (const instances of [1, manyInstances]) {
    for (const contestant of turn(measuring, round)) {
      if (contestant.isAlone === true && instances > 1) continue
      if (contestant.isSlow === true && round >= measuring.bench.plan.slowRounds) continue
      await throughput(measuring, { contestant, load, instances, round, byFiles: true })
    }
  }
}

/** Binaries that nobody has met before: by bytes, and how long one takes; then the same with several instances. */
export async function measureBinaries(measuring: Measuring, round: number, load: Workload): Promise<void> {
  for (const contestant of turn(measuring, round)) {
    if (contestant.isSlow === true && round >= measuring.bench.plan.slowRounds) continue
    const each = await throughput(measuring, { contestant, load, instances: 1, round })
    const times = contestant.each === undefined ? each : await contestant.each(load.files)
    if (times.length === 0) continue
    const { firstTouch, figures, part } = measuring
    const all = firstTouch.get(contestant.id) ?? []
    all.push(...times)
    firstTouch.set(contestant.id, all)
    const middle: Measure = { id: `${part}.p50`, title: 'one 1 MB binary: median', unit: 'ms' }
    figures.add(middle, contestant.id, round, percentile(times, 0.5))
  }
  for (const contestant of turn(measuring, round)) {
    if (contestant.isAlone === true) continue
    await throughput(measuring, { contestant, load, instances: manyInstances, round })
    const memory: Measure = {
      id: `${measuring.part}.rss.${manyInstances}`,
      title: `memory (RSS), ${manyInstances} instances`,
      unit: 'bytes',
    }
    measuring.figures.add(memory, contestant.id, round, await contestant.rss(manyInstances))
  }
}

/** Over the files of all rounds, because a round has too few for a hundredth. */
export function addSlowest({ figures, part, firstTouch }: Measuring): void {
  for (const [who, times] of firstTouch) {
    const measure: Measure = { id: `${part}.p99`, title: 'one 1 MB binary: 99th percentile', unit: 'ms' }
    figures.add(measure, who, 0, percentile(times, 0.99))
  }
}

interface Task {
  readonly contestant: Contestant
  readonly load: Workload
  readonly instances: number
  readonly round: number
  readonly byFiles?: boolean
}

/** Returns the times of single files. */
async function throughput(
  { bench, figures, part }: Measuring,
  { contestant, load, instances, round, byFiles = false }: Task,
): Promise<readonly number[]> {
  const { id, isSlow = false } = contestant
  const files = isSlow ? load.files.slice(0, slowFiles) : load.files
  bench.progress(`round ${round + 1}: ${id}, ${load.title}`)
  const { ms, each } = await contestant.scan(files, instances)
  const kind = load.id.replace(/-\d+$/, '')
  const title = instances === 1 ? load.title : `${load.title}, ${instances} instances`
  const perSecond = (amount: number): number => (amount * (files.length / load.files.length)) / (ms / 1000)
  figures.add(
    { id: `${part}.${kind}.${instances}`, title, unit: byFiles ? '/s' : 'MB/s' },
    id,
    round,
    byFiles ? perSecond(load.files.length) : perSecond(load.bytes / 1e6),
  )
  return each
}

function turn({ contestants }: Measuring, round: number): readonly Contestant[] {
  const first = round % contestants.length
  return [...contestants.slice(first), ...contestants.slice(0, first)]
}
