// The report of haechi weblog for people at a terminal. Log lines are hostile: everything of theirs is escaped.

import { formatDuration } from '../../config/units.ts'
import type { Outcome, Sample, WebIncident } from '../../rules/weblog/index.ts'
import { type Cell, writeTable } from '../render/table.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import { classesOf, type ReportData, textOf, timeText } from './report-data.ts'

const samplesEach = 2
const maxTarget = 160
const maxValue = 120

const outcomeStyles: Readonly<Record<Outcome, Style>> = {
  failed: 'dim',
  attempted: 'cyan',
  possible: 'yellow',
  likely: 'red',
}

export function textReport(data: ReportData, limit: number, terminal: Terminal): void {
  const shown = data.incidents.slice(0, limit)
  if (shown.length > 0) {
    writeTable(
      terminal,
      ['INCIDENT', 'ADDRESS', 'FIRST', 'LAST', 'ATTACKS', 'OUTCOME', 'CONFIDENCE', 'WHAT'],
      shown.map((incident) => row(incident)),
    )
    for (const incident of shown) tellIncident(incident, terminal)
    terminal.out('')
  }
  if (data.incidents.length > limit)
    terminal.out(`${count(data.incidents.length - limit)} more incidents: --limit`)
  for (const line of summary(data)) terminal.out(terminal.safe(line))
}

function row(incident: WebIncident): (Cell | string)[] {
  return [
    `#${incident.id}`,
    textOf(incident.actor),
    timeText(incident.firstMs),
    timeText(incident.lastMs),
    count(incident.attacks),
    { text: incident.outcome, style: outcomeStyles[incident.outcome] },
    String(incident.confidence),
    classesOf(incident)
      .map(([name, tally]) => `${name} ${count(tally.count)}`)
      .join(', '),
  ]
}

function tellIncident(incident: WebIncident, terminal: Terminal): void {
  terminal.out('')
  terminal.out(terminal.style('bold', `#${incident.id} ${textOf(incident.actor)}`))
  for (const [name, tally] of classesOf(incident)) {
    const head =
      tally.count === 1
        ? `${name}: ${tally.outcome}`
        : `${name}: ${count(tally.count)} requests, at worst ${tally.outcome}`
    terminal.out(`  ${terminal.style(outcomeStyles[tally.outcome], head)}`)
    for (const sample of tally.samples.slice(0, samplesEach)) tellSample(sample, terminal)
  }
}

function tellSample(sample: Sample, terminal: Terminal): void {
  const { finding } = sample
  const isError = sample.target === '' && finding.place === 'error-log'
  const asked = isError
    ? 'error log'
    : clipped(`${textOf(sample.method)} ${textOf(sample.target)}`, maxTarget)
  const answer =
    sample.status === 0
      ? ''
      : `  → ${sample.status}${sample.bytes < 0 ? '' : `, ${count(sample.bytes)} bytes`}`
  terminal.out(`    ${timeText(sample.timeMs)}  ${terminal.safe(asked)}${answer}`)
  const place = finding.name === '' ? finding.place : `${finding.place} ${finding.name}`
  const value = finding.value === '' ? '' : `: ${clipped(finding.value, maxValue)}`
  terminal.out(`      ${terminal.safe(`${finding.why} (${finding.confidence}) ${place}${value}`)}`)
}

function summary(data: ReportData): string[] {
  const { counts, files, incidents, addresses, droppedIncidents, hasRoots, ms } = data
  const formats = [...new Set(files.map(({ format }) => format).filter((format) => format !== ''))]
  const lines = [
    `${count(counts.lines)} lines${formats.length === 0 ? '' : ` (${formats.join(', ')})`} of ${count(addresses)} addresses in ${formatDuration(ms)}: ` +
      `${count(counts.attacks)} attacks, ${count(incidents.length)} incidents`,
  ]
  if (counts.malformed > 0) lines.push(`${count(counts.malformed)} lines of no known format`)
  if (counts.outside > 0) lines.push(`${count(counts.outside)} lines outside of the time asked for`)
  if (droppedIncidents > 0) lines.push(`${count(droppedIncidents)} incidents more, of which nothing was kept`)
  const isShell = incidents.some(({ classes }) =>
    shells.some((name) => classes.get(name)?.outcome === 'likely'),
  )
  if (isShell && !hasRoots)
    lines.push('With --root DIR the scripts that were asked for are looked up among the files of this host.')
  return lines
}

const shells = ['webshell', 'double-extension', 'rce'] as const

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function count(number: number): string {
  return number.toLocaleString('en')
}
