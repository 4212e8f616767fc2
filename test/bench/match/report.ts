// The result as tables for people or as one JSON object for programs.

import type { Machine } from '../machine.ts'
import { type AimResult, judgeAims } from './aims.ts'
import type { Contestant } from './contestant.ts'
import type { ContestantId, Figures, Measure, Unit } from './figures.ts'
import { type Alignment, table } from './table.ts'

export interface Part {
  readonly id: string
  readonly title: string
  readonly contestants: readonly Pick<Contestant, 'id' | 'version'>[]
}

export interface Result {
  readonly machine: Machine
  readonly rounds: number
  readonly parts: readonly Part[]
  readonly figures: Figures
  readonly remarks: readonly string[]
}

export function resultText(result: Result): string {
  const { machine, figures, parts, rounds } = result
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}, Node ${machine.node}`,
    `${machine.date}, ${rounds} rounds`,
    ...parts.flatMap((part) => ['', ...partText(part, figures)]),
    '',
    'Medians over the rounds. A ratio says how many times better haechi is; it is taken inside a round.',
    ...result.remarks,
  ]
  return `${lines.join('\n')}\n`
}

export function resultJson({ machine, figures, parts, rounds, remarks }: Result): string {
  const who = [...new Set(parts.flatMap(({ contestants }) => contestants.map(({ id }) => id)))]
  return `${JSON.stringify({
    machine,
    rounds,
    contestants: parts.flatMap(({ contestants }) => contestants.map(({ id, version }) => ({ id, version }))),
    measures: figures.measures.map(({ id, unit }) => ({
      id,
      unit,
      values: Object.fromEntries(who.map((one) => [one, figures.median(id, one)])),
      ratios: Object.fromEntries(others(who).map((one) => [one, figures.ratio(id, one)])),
    })),
    aims: judgeAims(figures),
    remarks,
  })}\n`
}

function partText({ id, title, contestants }: Part, figures: Figures): string[] {
  const who = contestants.map((one) => one.id)
  const aims = new Map(judgeAims(figures).map((aim) => [aim.measure, aim]))
  const columns = who.flatMap((one) => (one === 'haechi' ? [one] : [one, 'ratio']))
  const rows = figures.measures
    .filter((measure) => measure.id.startsWith(`${id}.`))
    .map((measure) => [
      measure.title,
      ...who.flatMap((one) => cells(figures, measure, one)),
      aimText(aims.get(measure.id)),
    ])
  const alignments: Alignment[] = ['left', ...columns.map((): Alignment => 'right'), 'left']
  return [
    `${title}: ${contestants.map((one) => `${one.id} ${one.version}`).join(' · ')}`,
    '',
    ...table([['', ...columns, 'aim'], ...rows], alignments),
  ]
}

function others(who: readonly ContestantId[]): ContestantId[] {
  return who.filter((one) => one !== 'haechi')
}

function cells(figures: Figures, { id, unit }: Measure, who: ContestantId): string[] {
  const value = figures.median(id, who)
  const text = value === undefined ? '' : format(value, unit)
  if (who === 'haechi') return [text]
  const ratio = figures.ratio(id, who)
  return [text, ratio === undefined ? '' : `${digits(ratio)}×`]
}

function aimText(aim: AimResult | undefined): string {
  if (aim?.figure === undefined) return ''
  return `${aim.text}: ${aim.met === true ? 'met' : 'MISSED'} (${digits(aim.figure)} ${aim.unit})`
}

function format(value: number, unit: Unit): string {
  if (unit === 'bytes') return `${(value / 1e6).toFixed(0)} MB`
  return `${digits(value)} ${unit}`
}

function digits(value: number): string {
  if (value < 10) return value.toFixed(2)
  return value.toFixed(value < 100 ? 1 : 0)
}
