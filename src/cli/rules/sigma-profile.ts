// `haechi rules profile` with events: what each Sigma rule costs.

import type { SigmaCostLine, SigmaProfileLine } from '../../model/sigma-lines.ts'
import { type RuleCost, RuleMeter } from '../../rules/sigma/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import type { RulesRun } from './action.ts'
import { duration, number, plural } from './figures.ts'
import { eventsOf, Trial } from './sigma-events.ts'
import { sigmaInUse } from './sigma-rules.ts'

const defaultTop = 20

export async function profileSigma(run: RulesRun): Promise<ExitCode> {
  const { given, terminal } = run
  const meter = new RuleMeter()
  const sigma = sigmaInUse(run, meter)
  const trial = new Trial(sigma)
  const events = await eventsOf(run)
  // The first event of a kind has the index made: that is no event's cost.
  for (const [i, event] of events.entries()) trial.detections(event, i)
  meter.reset()
  const startMs = performance.now()
  for (const [i, event] of events.entries()) trial.detections(event, i)
  const ms = performance.now() - startMs
  const costs = meter.costs()
  const figures: SigmaProfileLine = {
    type: 'sigma-profile',
    version: 1,
    events: events.length,
    rules: sigma.support.length,
    ms,
    rules_ms: costs.reduce((sum, cost) => sum + cost.ms, 0),
  }
  const shown = costs.slice(0, given.top ?? defaultTop).map((cost) => costLine(cost, ms))
  if (given.json === true) for (const line of [...shown, figures]) terminal.out(jsonLine(line))
  else for (const line of profileText(shown, { figures, costs, terminal })) terminal.out(line)
  return exitCodes.clean
}

function costLine({ rule, ms, evaluated, matched }: RuleCost, totalMs: number): SigmaCostLine {
  const { id, title, source } = rule
  const share = totalMs === 0 ? 0 : ms / totalMs
  return { type: 'sigma-cost', version: 1, id, title, file: source, ms, share, evaluated, matched }
}

const columns = ['share', 'time', 'evaluated', 'matched'] as const
const columnWidth = 11

interface Told {
  readonly figures: SigmaProfileLine
  readonly costs: readonly RuleCost[]
  readonly terminal: Terminal
}

function profileText(shown: readonly SigmaCostLine[], { figures, costs, terminal }: Told): string[] {
  const { events, rules, ms, rules_ms: rulesMs } = figures
  const row = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(columnWidth)).join('')
  const each = events === 0 ? 0 : (1000 * ms) / events
  return [
    ...(shown.length === 0 ? [] : [terminal.style('bold', `${row(columns)}  rule`)]),
    ...shown.map(({ title, file, share, ms: own, evaluated, matched }) => {
      const cells = [`${(100 * share).toFixed(1)} %`, duration(own), number(evaluated), number(matched)]
      return `${row(cells)}  ${terminal.safe(`${title}  ${file}`)}`
    }),
    ...(costs.length > shown.length
      ? [`${number(costs.length - shown.length)} more rules cost less; --top shows them`]
      : []),
    `${plural(events, 'event')}, ${plural(rules, 'rule')}: ${duration(ms)}, ${each.toFixed(2)} µs an event; conditions ${duration(rulesMs)}`,
  ]
}
