// What is kept of one group of a correlation: as little as its condition can still need, within its timespan.

import type { SigmaCorrelation } from '../rule.ts'

/** A match of one of the correlation's rules. */
export interface Occurrence {
  /** Place in the correlation's list of rules. */
  readonly index: number
  readonly timeMs: number
  /** Of `value_…`: what its fields hold. */
  readonly value: string | undefined
}

/** Of one group; `measure` is what the condition is compared with. */
export interface Window {
  add: (occurrence: Occurrence, sinceMs: number) => void
  measure: () => number
  /** Places of rules that are met, for a condition that names them. */
  met: () => ReadonlySet<number>
  /** As JSON can hold it. */
  save: () => unknown
  /** Of what `save` gave, as far as it is that; to be called once, first. */
  restore: (saved: unknown) => void
}

const maxKept = 10_000
/** Sorting more for each event would cost too much. */
const maxNumbers = 2048

export function newWindow(correlation: SigmaCorrelation): Window {
  switch (correlation.type) {
    case 'event_count':
      return new CountWindow(limitOf(correlation))
    case 'value_count':
      return new DistinctWindow(limitOf(correlation))
    case 'temporal':
      return new PresenceWindow()
    case 'temporal_ordered':
      return new OrderWindow()
    case 'value_sum':
    case 'value_avg':
    case 'value_min':
    case 'value_max':
    case 'value_percentile':
      return new NumberWindow(correlation)
  }
}

// One more than the highest threshold decides every comparison.
function limitOf({ thresholds }: SigmaCorrelation): number {
  const highest = Math.max(0, ...thresholds.map(({ number }) => Math.ceil(number)))
  return Math.min(maxKept, highest + 1)
}

const none: ReadonlySet<number> = new Set()

/** What is restored may be damaged: nothing in it is believed unseen. */
const maxRules = 1000

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isPlace(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < maxRules
}

function chainOf(value: unknown): Chain | undefined {
  if (typeof value !== 'object' || value === null || !('startMs' in value) || !('met' in value))
    return undefined
  const met = listOf(value.met).filter((index) => isPlace(index))
  return isTime(value.startMs) && met.length > 0 ? { startMs: value.startMs, met: new Set(met) } : undefined
}

class CountWindow implements Window {
  private readonly times: number[] = []
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  add({ timeMs }: Occurrence, sinceMs: number): void {
    insertSorted(this.times, timeMs)
    while ((this.times[0] ?? sinceMs) < sinceMs || this.times.length > this.most) this.times.shift()
  }

  measure(): number {
    return this.times.length
  }

  save(): unknown {
    return this.times
  }

  restore(saved: unknown): void {
    const times = listOf(saved).filter((time) => isTime(time))
    this.times.push(...times.slice(-this.most).toSorted((a, b) => a - b))
  }

  met(): ReadonlySet<number> {
    return none
  }
}

// Events of several sources come a little out of order.
function insertSorted(times: number[], time: number): void {
  let at = times.length
  while (at > 0 && (times[at - 1] ?? 0) > time) at--
  times.splice(at, 0, time)
}

class DistinctWindow implements Window {
  /** In the order of their last occurrence. */
  private readonly lastSeen = new Map<string, number>()
  private readonly most: number

  constructor(most: number) {
    this.most = most
  }

  add({ value, timeMs }: Occurrence, sinceMs: number): void {
    if (value === undefined) return
    this.lastSeen.delete(value)
    this.lastSeen.set(value, timeMs)
    for (const [known, seen] of this.lastSeen) {
      if (seen >= sinceMs && this.lastSeen.size <= this.most) break
      this.lastSeen.delete(known)
    }
  }

  measure(): number {
    return this.lastSeen.size
  }

  save(): unknown {
    return [...this.lastSeen]
  }

  restore(saved: unknown): void {
    for (const entry of listOf(saved).slice(-this.most)) {
      const [value, seen] = listOf(entry)
      if (typeof value === 'string' && isTime(seen)) this.lastSeen.set(value, seen)
    }
  }

  met(): ReadonlySet<number> {
    return none
  }
}

class PresenceWindow implements Window {
  private readonly lastSeen = new Map<number, number>()

  add({ index, timeMs }: Occurrence, sinceMs: number): void {
    this.lastSeen.set(index, Math.max(timeMs, this.lastSeen.get(index) ?? timeMs))
    for (const [known, seen] of this.lastSeen) if (seen < sinceMs) this.lastSeen.delete(known)
  }

  measure(): number {
    return this.lastSeen.size
  }

  save(): unknown {
    return [...this.lastSeen]
  }

  restore(saved: unknown): void {
    for (const entry of listOf(saved).slice(0, maxRules)) {
      const [index, seen] = listOf(entry)
      if (isPlace(index) && isTime(seen)) this.lastSeen.set(index, seen)
    }
  }

  met(): ReadonlySet<number> {
    return new Set(this.lastSeen.keys())
  }
}

interface Chain {
  readonly startMs: number
  readonly met: ReadonlySet<number>
}

/** The longest chain of rules in their order, and of equally long ones that which began last. */
class OrderWindow implements Window {
  /** By the place of its last rule and its length: `ends[place][length - 1]`. */
  private readonly ends: (Chain | undefined)[][] = []

  add({ index, timeMs }: Occurrence, sinceMs: number): void {
    for (const chains of this.ends) {
      for (const [at, chain] of (chains ?? []).entries()) {
        if (chain !== undefined && chain.startMs < sinceMs) chains[at] = undefined
      }
    }
    const longer: (Chain | undefined)[] = [{ startMs: timeMs, met: new Set([index]) }]
    for (let place = 0; place < index; place++) {
      for (const [at, chain] of (this.ends[place] ?? []).entries()) {
        if (chain === undefined || chain.startMs <= (longer[at + 1]?.startMs ?? Number.NEGATIVE_INFINITY))
          continue
        longer[at + 1] = { startMs: chain.startMs, met: new Set([...chain.met, index]) }
      }
    }
    const known = this.ends[index] ?? []
    this.ends[index] = known
    for (const [at, chain] of longer.entries()) {
      if (chain !== undefined && chain.startMs >= (known[at]?.startMs ?? Number.NEGATIVE_INFINITY))
        known[at] = chain
    }
  }

  measure(): number {
    return this.met().size
  }

  save(): unknown {
    // Places that no rule has reached are holes.
    return Array.from(this.ends, (chains: (Chain | undefined)[] | undefined) =>
      Array.from(chains ?? [], (chain) => chain && { startMs: chain.startMs, met: [...chain.met] }),
    )
  }

  restore(saved: unknown): void {
    for (const [place, chains] of listOf(saved).slice(0, maxRules).entries()) {
      this.ends[place] = listOf(chains)
        .slice(0, maxRules)
        .map((chain) => chainOf(chain))
    }
  }

  met(): ReadonlySet<number> {
    let best: ReadonlySet<number> = none
    for (const chains of this.ends) {
      for (const chain of chains ?? [])
        if (chain !== undefined && chain.met.size > best.size) best = chain.met
    }
    return best
  }
}

class NumberWindow implements Window {
  private readonly kept: { readonly timeMs: number; readonly number: number }[] = []
  private readonly correlation: SigmaCorrelation

  constructor(correlation: SigmaCorrelation) {
    this.correlation = correlation
  }

  add({ value, timeMs }: Occurrence, sinceMs: number): void {
    const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isFinite(number)) this.kept.push({ timeMs, number })
    while ((this.kept[0]?.timeMs ?? sinceMs) < sinceMs || this.kept.length > maxNumbers) this.kept.shift()
  }

  save(): unknown {
    return this.kept.map(({ timeMs, number }) => [timeMs, number])
  }

  restore(saved: unknown): void {
    for (const entry of listOf(saved).slice(-maxNumbers)) {
      const [timeMs, number] = listOf(entry)
      if (isTime(timeMs) && isTime(number)) this.kept.push({ timeMs, number })
    }
  }

  measure(): number {
    const numbers = this.kept.map(({ number }) => number)
    const sum = numbers.reduce((a, b) => a + b, 0)
    switch (this.correlation.type) {
      case 'value_sum':
        return numbers.length === 0 ? Number.NaN : sum
      case 'value_avg':
        return sum / numbers.length
      case 'value_min':
        return numbers.length === 0 ? Number.NaN : Math.min(...numbers)
      case 'value_max':
        return numbers.length === 0 ? Number.NaN : Math.max(...numbers)
      default:
        return percentileOf(numbers, this.correlation.percentile)
    }
  }

  met(): ReadonlySet<number> {
    return none
  }
}

// Nearest rank.
function percentileOf(numbers: number[], percentile: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? Number.NaN
}
