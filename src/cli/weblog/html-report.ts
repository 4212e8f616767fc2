// The report of haechi weblog as one HTML page: no script, nothing loaded from elsewhere, good on paper. Log lines are hostile:
// everything of theirs goes through `escaped`, and a Content-Security-Policy forbids what would slip through.

import { formatDuration } from '../../config/units.ts'
import { type ClassTally, outcomes, type Sample, type WebIncident } from '../../rules/weblog/index.ts'
import { escaped } from '../incidents/html/escape.ts'
import { classesOf, outcomeMeanings, type ReportData, textOf, timeText } from './report-data.ts'

/** Incidents with all their samples; a page with more is slow to open. */
const maxIncidents = 500

export function htmlReport(data: ReportData): string {
  const shown = data.incidents.slice(0, maxIncidents)
  const more = data.incidents.length - shown.length
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Attacks in web logs</title>
<style>${style}</style>
</head>
<body>
<header><h1>Attacks in web logs</h1>
<p>${escaped(data.files.map(({ file }) => file).join(', '))}</p></header>
${figures(data)}
${classBars(data.incidents)}
<h2>Incidents</h2>
${shown.length === 0 ? '<p>None.</p>' : shown.map((incident) => incidentSection(incident)).join('\n')}
${more > 0 ? `<p>${count(more)} more incidents are not on this page.</p>` : ''}
<footer><p>${legend}</p><p>An access log shows neither bodies nor most headers: attacks in them are not here.</p></footer>
</body>
</html>
`
}

const legend = outcomes
  .toReversed()
  .map((outcome) => `<span class="${outcome}">${outcome}</span>: ${outcomeMeanings[outcome]}`)
  .join('; ')

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --red: #c22; --amber: #b70; --blue: #26a; --gray: #777 }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem }
h1 { margin: 0 } header p, footer p { color: var(--gray); overflow-wrap: anywhere }
dl { display: flex; flex-wrap: wrap; gap: 1rem 2.5rem; margin: 1.5rem 0 }
dt { color: var(--gray); font-size: .85rem } dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top }
.samples { table-layout: fixed } .samples th:nth-child(1) { width: 9.5rem } .samples th:nth-child(2) { width: 38% } .samples th:nth-child(3) { width: 6.5rem }
td.number { text-align: right; font-variant-numeric: tabular-nums } .bar { background: var(--blue); height: .8rem; min-width: 1px }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .6rem 0; padding: .5rem .8rem; break-inside: avoid }
summary { cursor: pointer } summary b { font-variant-numeric: tabular-nums }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; background: var(--soft); padding: 0 .2rem }
.likely { color: var(--red); font-weight: 600 } .possible { color: var(--amber) } .attempted { color: var(--blue) } .failed { color: var(--gray) }
@media print { body { max-width: none; margin: 0 } details::details-content { display: block; content-visibility: visible } }
`

function figures(data: ReportData): string {
  const { counts } = data
  const pairs: readonly [string, string][] = [
    ['Lines', count(counts.lines)],
    ['Addresses', count(data.addresses)],
    ['Attacks', count(counts.attacks)],
    ['Incidents', count(data.incidents.length)],
    ['Likely successful', count(data.incidents.filter(({ outcome }) => outcome === 'likely').length)],
    ['Malformed lines', count(counts.malformed)],
    ['Read in', formatDuration(data.ms)],
  ]
  return `<dl>${pairs.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join('')}</dl>`
}

function classBars(incidents: readonly WebIncident[]): string {
  const totals = new Map<string, number>()
  for (const incident of incidents) {
    for (const [name, tally] of incident.classes) totals.set(name, (totals.get(name) ?? 0) + tally.count)
  }
  if (totals.size === 0) return ''
  const most = Math.max(...totals.values())
  const rows = [...totals]
    .toSorted(([, a], [, b]) => b - a)
    .map(
      ([name, total]) =>
        `<tr><td>${escaped(name)}</td><td class="number">${count(total)}</td>` +
        `<td width="70%"><div class="bar" style="width:${((total / most) * 100).toFixed(1)}%"></div></td></tr>`,
    )
  return `<h2>Classes</h2><table>${rows.join('')}</table>`
}

function incidentSection(incident: WebIncident): string {
  const classes = classesOf(incident)
  const names = classes.map(([name, { count: total }]) => `${escaped(name)} ${count(total)}`).join(', ')
  return `<details${incident.outcome === 'likely' ? ' open' : ''}>
<summary><b>#${incident.id}</b> ${escaped(textOf(incident.actor))} · <span class="${incident.outcome}">${incident.outcome}</span>
· confidence ${incident.confidence} · ${count(incident.attacks)} attacks · ${names}<br>
${timeText(incident.firstMs)} – ${timeText(incident.lastMs)}</summary>
${facts('Agents', incident.userAgents)}${facts('Hosts', incident.hosts)}
${classes.map(([name, tally]) => classSection(name, tally)).join('\n')}
</details>`
}

function facts(name: string, texts: ReadonlySet<string>): string {
  if (texts.size === 0) return ''
  return `<p>${name}: ${[...texts].map((text) => `<code>${escaped(textOf(text))}</code>`).join(' ')}</p>`
}

function classSection(name: string, tally: ClassTally): string {
  return `<h3>${escaped(name)}: ${count(tally.count)} ${tally.count === 1 ? '' : 'requests, at worst '}<span class="${tally.outcome}">${tally.outcome}</span></h3>
<table class="samples"><tr><th>Time</th><th>Request</th><th>Answer</th><th>Why</th></tr>
${tally.samples.map((sample) => sampleRow(sample)).join('\n')}</table>`
}

function sampleRow({ timeMs, method, target, status, bytes, finding }: Sample): string {
  const place = finding.name === '' ? finding.place : `${finding.place} ${finding.name}`
  return (
    `<tr><td>${timeText(timeMs)}</td><td><code>${escaped(`${textOf(method)} ${textOf(target)}`)}</code></td>` +
    `<td>${status === 0 ? '' : status}${bytes < 0 ? '' : `, ${count(bytes)} bytes`}</td>` +
    `<td>${escaped(finding.why)} (${finding.confidence}; ${escaped([...finding.techniques, finding.cwe].filter((id) => id !== '').join(', '))})<br>` +
    `${escaped(place)}${finding.value === '' ? '' : `: <code>${escaped(finding.value)}</code>`}</td></tr>`
  )
}

function count(number: number): string {
  return number.toLocaleString('en')
}
