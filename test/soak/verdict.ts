// Is the memory flat, and is everything there that was made?

import { type Kind, kinds } from './plan.ts'
import { grouped, trendOf } from './trend.ts'
import type { Look } from './watch.ts'

/** Bytes an hour: less is flat. */
const mostGrowth = 1e6
/** The first part is warm-up: caches and heaps fill. */
const warmUpShare = 0.3
const groups = 24
/**
 * Collectors make samples jump by tens of megabytes, which in a short run hides a megabyte an hour. Then it is enough that
 * the upper bound, carried on over the whole time, stays below this share of what is held.
 */
const shortRunShare = 0.1

export interface Verdict {
  readonly isFlat: boolean
  readonly text: string
}

export function judgeMemory(looks: readonly Look[], hours: number): Verdict {
  const settled = looks.slice(Math.floor(looks.length * warmUpShare))
  const trend = (pick: (look: Look) => number): ReturnType<typeof trendOf> =>
    trendOf(
      grouped(
        settled.map((one) => ({ atMs: one.atMs, value: pick(one) })),
        groups,
      ),
    )
  const { slope, uncertainty, samples } = trend(({ rss }) => rss)
  const anonymous = trend((one) => one.anonymous)
  const upper = slope + uncertainty
  const held = Math.max(...settled.map(({ rss }) => rss))
  const isFlat = upper <= mostGrowth
  const isSmall = slope - uncertainty <= mostGrowth && upper * hours <= held * shortRunShare
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2)
  const facts =
    `RSS grows by ${megabytes(slope)} ± ${megabytes(uncertainty)} MB an hour (95 %, ${samples} medians, behind a warm-up of ` +
    `${warmUpShare * 100} %), anonymous memory by ${megabytes(anonymous.slope)} ± ${megabytes(anonymous.uncertainty)}`
  if (isFlat) return { isFlat: true, text: `flat: ${facts}` }
  const bound = `no more than ${megabytes(upper * hours)} MB in ${hours.toFixed(1)} h, of ${megabytes(held)} MB held`
  if (isSmall)
    return { isFlat: true, text: `no growth found, but the run is too short for 1 MB/h: ${facts}; ${bound}` }
  return { isFlat: false, text: `NOT flat: ${facts}; ${bound}` }
}

export type Counts = Readonly<Record<Kind, number>>

/** What differs, a sentence each. */
export function judgeCounts(made: Counts, stored: Counts): string[] {
  return kinds.flatMap((kind) =>
    made[kind] === stored[kind] ? [] : [`${kind}: ${stored[kind]} stored of ${made[kind]} made`],
  )
}
