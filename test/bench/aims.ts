// What the project promises itself, and whether this run kept it.

import type { Samples } from './samples.ts'

export interface Aim {
  /** The measure beside which it is printed. */
  readonly measure: string
  readonly text: string
  /** The figure that is held against the aim; undefined when it was not measured. */
  readonly figure: (samples: Samples) => number | undefined
  readonly most: number
  readonly unit: '×' | 'µs' | '% CPU' | 'MB' | 's'
}

const ratio = (guarded: number, unguarded: number): number => guarded / unguarded
const addedUs = (guarded: number, unguarded: number): number => (guarded - unguarded) / 1000

const aims: readonly Aim[] = [
  {
    measure: 'single.cold.p50',
    text: 'at most 60 µs added',
    figure: (samples) => samples.against('single.cold.p50', 'haechi', addedUs),
    most: 60,
    unit: 'µs',
  },
  {
    measure: 'single.warm.p50',
    text: 'at most 1.3×',
    figure: (samples) => samples.against('single.warm.p50', 'haechi', ratio),
    most: 1.3,
    unit: '×',
  },
  {
    measure: 'single.warm.p99',
    text: 'at most 10 µs added',
    figure: (samples) => samples.against('single.warm.p99', 'haechi', addedUs),
    most: 10,
    unit: 'µs',
  },
  {
    measure: 'tar',
    text: 'at most 1.5×',
    figure: (samples) => samples.against('tar', 'haechi', ratio),
    most: 1.5,
    unit: '×',
  },
  {
    measure: 'idle',
    text: '0',
    figure: (samples) => samples.median('idle', 'haechi'),
    // Two ticks of the kernel's clock in five seconds are its rounding.
    most: 0.4,
    unit: '% CPU',
  },
  {
    measure: 'rss',
    text: 'below 120 MB',
    figure: (samples) => mega(samples.median('rss', 'haechi')),
    most: 120,
    unit: 'MB',
  },
  {
    measure: 'start.second',
    text: 'below 2 s',
    figure: (samples) => seconds(samples.median('start.second', 'haechi')),
    most: 2,
    unit: 's',
  },
]

function mega(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1e6
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000
}

export interface AimResult {
  readonly measure: string
  readonly text: string
  readonly figure: number | undefined
  readonly unit: Aim['unit']
  readonly met: boolean | undefined
}

export function judgeAims(samples: Samples): AimResult[] {
  return aims.map(({ measure, text, figure, most, unit }) => {
    const value = figure(samples)
    return { measure, text, unit, figure: value, met: value === undefined ? undefined : value <= most }
  })
}
