// What the signature engine promises, and whether this run kept it.

import type { ContestantId, Figures } from './figures.ts'

interface Aim {
  /** The measure beside which it is printed. */
  readonly measure: string
  readonly text: string
  readonly figure: (figures: Figures) => number | undefined
  readonly isMet: (figure: number) => boolean
  readonly unit: '×' | 'ms'
}

function timesBetter(measure: string, than: ContestantId, least: number): Aim {
  return {
    measure,
    text: `≥ ${least}× ${than}`,
    figure: (figures) => figures.ratio(measure, than),
    isMet: (figure) => figure >= least,
    unit: '×',
  }
}

function below(measure: string, most: number): Aim {
  return {
    measure,
    text: `< ${most} ms`,
    figure: (figures) => figures.median(measure, 'haechi'),
    isMet: (figure) => figure < most,
    unit: 'ms',
  }
}

const rulesThroughput = [
  'large-node.1',
  'large-libraries.1',
  'large-pe.1',
  'large-text.1',
  'small.1',
  'binaries.1',
].map((id) => timesBetter(`rules.${id}`, 'yara-x', 5))

const databaseThroughput = ['small.1', 'binaries.1'].map((id) => timesBetter(`database.${id}`, 'clamd', 5))

const aims: readonly Aim[] = [
  timesBetter('rules.compile', 'yara-x', 5),
  below('rules.first', 300),
  ...rulesThroughput,
  below('rules.p99', 15),
  timesBetter('database.compile', 'clamd', 5),
  timesBetter('database.cached', 'clamd', 5),
  timesBetter('database.rss.1', 'clamd', 4),
  ...databaseThroughput,
]

export interface AimResult {
  readonly measure: string
  readonly text: string
  readonly figure: number | undefined
  readonly unit: Aim['unit']
  readonly met: boolean | undefined
}

export function judgeAims(figures: Figures): AimResult[] {
  return aims.map(({ measure, text, figure, isMet, unit }) => {
    const value = figure(figures)
    return { measure, text, unit, figure: value, met: value === undefined ? undefined : isMet(value) }
  })
}
