// The result as a table for people or as one JSON object for programs.

import { type AimResult, judgeAims } from './aims.ts'
import type { Contestant, ContestantId } from './contestant.ts'
import type { Machine } from './machine.ts'
import type { Measure, Samples, Unit } from './samples.ts'

export interface Result {
  readonly machine: Machine
  readonly contestants: readonly Contestant[]
  readonly rounds: Readonly<Partial<Record<ContestantId, number>>>
  readonly samples: Samples
  readonly remarks: readonly string[]
}

export function resultText(result: Result): string {
  const { machine, samples } = result
  const who = result.contestants.map(({ id }) => id)
  const aims = new Map(judgeAims(samples).map((aim) => [aim.measure, aim]))
  const head = ['', ...who.flatMap((id) => (id === 'unguarded' ? [id] : [id, 'ratio'])), 'aim']
  const rows = samples.measures.map((measure) => [
    measure.title,
    ...who.flatMap((id) => cells(samples, measure, id)),
    aimText(aims.get(measure.id)),
  ])
  const lines = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}, Node ${machine.node}`,
    `${machine.fileSystem}, ${machine.date}`,
    result.contestants.map(({ id, version }) => `${id}: ${about(version, result.rounds[id])}`).join(' · '),
    '',
    ...table([head, ...rows]),
    '',
    'Medians over the rounds; ratios and added times are taken inside a round.',
    ...result.remarks,
  ]
  return `${lines.join('\n')}\n`
}

export function resultJson(result: Result): string {
  const { samples } = result
  return `${JSON.stringify({
    machine: result.machine,
    rounds: result.rounds,
    measures: samples.measures.map(({ id, unit }) => ({
      id,
      unit,
      values: Object.fromEntries(result.contestants.map((one) => [one.id, samples.median(id, one.id)])),
      ratios: Object.fromEntries(result.contestants.map((one) => [one.id, ratioOf(samples, id, one.id)])),
    })),
    aims: judgeAims(samples),
    remarks: result.remarks,
  })}\n`
}

function about(version: string, rounds = 0): string {
  return `${version === '' ? '' : `${version}, `}${rounds} round${rounds === 1 ? '' : 's'}`
}

function ratioOf(samples: Samples, id: string, who: ContestantId): number | undefined {
  return samples.against(id, who, (guarded, unguarded) => guarded / unguarded)
}

function cells(samples: Samples, { id, unit }: Measure, who: ContestantId): string[] {
  const value = samples.median(id, who)
  const text = value === undefined ? '' : format(value, unit)
  if (who === 'unguarded') return [text]
  const ratio = ratioOf(samples, id, who)
  return [text, ratio === undefined ? '' : `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`]
}

function aimText(aim: AimResult | undefined): string {
  if (aim?.figure === undefined) return ''
  const figure = `${aim.figure.toFixed(aim.unit === 'µs' || aim.unit === 'MB' ? 1 : 2)} ${aim.unit}`
  return `${aim.text}: ${aim.met === true ? 'met' : 'MISSED'} (${figure})`
}

function format(value: number, unit: Unit): string {
  switch (unit) {
    case 'ns':
      return value < 1e6
        ? `${(value / 1000).toFixed(value < 1e5 ? 2 : 0)} µs`
        : `${(value / 1e6).toFixed(1)} ms`
    case 'ms':
      return `${value.toFixed(value < 100 ? 1 : 0)} ms`
    case 'bytes':
      return `${(value / 1e6).toFixed(0)} MB`
    case '%':
      return `${value.toFixed(1)} %`
    case 'count':
      return value.toFixed(0)
    case '/s':
      return `${value.toFixed(0)} /s`
    case 'MB/s':
      return `${value.toFixed(0)} MB/s`
  }
}

/** Columns as wide as they need to be; the first and the last to the left, figures to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const last = (rows[0]?.length ?? 1) - 1
  const widths = Array.from({ length: last + 1 }, (_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const isLeft = (column: number): boolean => column === 0 || column === last
  const line = (row: readonly string[]): string => {
    const padded = row.map((cell, at) =>
      isLeft(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    )
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width, at) => (isLeft(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return rows.flatMap((row, index) => (index === 0 ? [line(row), line(rule)] : [line(row)]))
}
