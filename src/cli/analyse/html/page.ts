// The report of an analysis as one HTML page: nothing is loaded from elsewhere, style and script are named by their digests in a
// Content-Security-Policy, and every text of the evidence goes through `escaped`, because attackers chose much of it.

import { createHash } from 'node:crypto'

import { formatDuration, formatSize } from '../../../config/index.ts'
import type { Analysis } from '../../../analysis/index.ts'
import { type IncidentLevel, incidentLevels } from '../../../model/index.ts'
import { escaped } from '../../incidents/html/escape.ts'
import { styleSheet } from '../../incidents/html/style.ts'
import { chartHtml } from './chart.ts'
import { findingsHtml } from './findings.ts'
import { incidentsHtml } from './incidents.ts'
import { script } from './script.ts'
import { ownStyle } from './style.ts'
import { kindTables, logonTable } from './tables.ts'
import { rowsHtml } from './timeline.ts'

/** Nothing in the page is wider. */
const naturalWidth = 640
const mostNotes = 500

export interface ReportFacts {
  /** ISO 8601: when the report was made. */
  readonly made: string
}

export function analysisPage(analysis: Analysis, { made }: ReportFacts): string {
  const style = styleSheet(naturalWidth) + ownStyle
  const policy = `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(script)}'; base-uri 'none'; form-action 'none'`
  const title = titleOf(analysis)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Haechi">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body class="level-${worstOf(analysis)}">
<a class="skip" href="#findings">Skip to the findings</a>
${headerHtml(analysis, title)}
<main>
<section id="overview" aria-labelledby="overview-title"><h2 id="overview-title">Overview</h2>
${figuresHtml(analysis)}
${hostHtml(analysis)}</section>
<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings <small>the gravest first; times are UTC</small></h2>
${findingsHtml(analysis)}</section>
<section id="incidents" aria-labelledby="incidents-title"><h2 id="incidents-title">Incidents <small>what belongs together by its causes</small></h2>
${incidentsHtml(analysis)}</section>
<section id="timeline" aria-labelledby="timeline-title"><h2 id="timeline-title">Timeline</h2>
${chartHtml(analysis.timeline)}
${rowsHtml(analysis.timeline)}</section>
<section id="tables" aria-labelledby="tables-title"><h2 id="tables-title">What the host tells</h2>
${logonTable(analysis.logons)}
${kindTables(analysis)}</section>
<section id="limits" aria-labelledby="limits-title"><h2 id="limits-title">What is missing</h2>
${limitsHtml(analysis)}</section>
</main>
<footer><p>Made ${escaped(made.slice(0, 19).replace('T', ' '))} UTC by Haechi. Names, paths and command lines are as they were found; characters that could mislead are shown as escapes. “Evidence” names a line of a file in the folder <code>artefacts</code> beside this page.</p></footer>
<script>${script}</script>
</body>
</html>
`
}

/** As a Content-Security-Policy names an inline element. */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function factOf({ host }: Analysis, ...names: readonly string[]): string {
  return host.find(({ name }) => names.includes(name))?.value ?? ''
}

function titleOf(analysis: Analysis): string {
  const name = factOf(analysis, 'computer name', 'host name')
  const labels = analysis.sources.map(({ label }) => label).join(', ')
  return name === '' ? `Analysis of ${labels}` : `Analysis of ${name}`
}

function worstOf({ findingsByLevel, incidents }: Analysis): IncidentLevel {
  const found = incidentLevels.toReversed().find((level) => findingsByLevel[level] > 0)
  const ofIncident = incidents[0]?.level
  const rank = (level: IncidentLevel | undefined): number =>
    level === undefined ? -1 : incidentLevels.indexOf(level)
  return incidentLevels[Math.max(rank(found), rank(ofIncident), 0)] ?? 'informational'
}

function headerHtml(analysis: Analysis, title: string): string {
  const { sources, findingCount } = analysis
  const labels = sources.map(({ label, system }) => `${label} (${system})`).join(', ')
  const parts = ['overview', 'findings', 'incidents', 'timeline', 'tables', 'limits']
  const names = ['Overview', 'Findings', 'Incidents', 'Timeline', 'What the host tells', 'What is missing']
  const links = parts.map((part, index) => `<li><a href="#${part}">${names[index] ?? ''}</a></li>`)
  return `<header>
<p class="brand"><span>Haechi analysis</span><span class="text">${escaped(labels)}</span></p>
<p class="verdict"><span class="pill">${findingCount === 0 ? 'nothing found' : worstOf(analysis)}</span><span class="text">${escaped([factOf(analysis, 'product', 'operating system'), factOf(analysis, 'time zone')].filter((text) => text !== '').join(', time zone '))}</span></p>
<h1>${escaped(title)}</h1>
<nav aria-label="Parts of the report"><ul>${links.join('')}</ul></nav>
</header>`
}

function figuresHtml(analysis: Analysis): string {
  const { findingsByLevel: by, incidents, timeline, artefacts, bytes, scanned, ms, kinds } = analysis
  const worst = incidents[0]
  const figures: readonly [string, string, string][] = [
    [
      'Findings',
      number(analysis.findingCount),
      `${by.critical} critical, ${by.high} high, ${by.medium} medium`,
    ],
    ['Incidents', number(incidents.length), worst === undefined ? '' : `the gravest ${worst.level}`],
    ['Records', number(artefacts), `of ${kinds.size} kinds`],
    [
      'Timeline',
      number(timeline.total),
      `${timeline.first?.slice(0, 10) ?? ''} – ${timeline.last?.slice(0, 10) ?? ''}`,
    ],
    ['Read', formatSize(bytes), `in ${formatDuration(ms)}`],
    ['Scanned', number(scanned), 'files by the engine'],
  ]
  return `<dl class="figures">${figures.map(([name, value, note]) => `<div><dt>${name}</dt><dd>${escaped(value)}${note === '' ? '' : `<small class="text">${escaped(note)}</small>`}</dd></div>`).join('')}</dl>`
}

function hostHtml({ host, sources }: Analysis): string {
  const rows = [
    ...sources.map(
      ({ label, system, files }) => ['examined', `${label} (${system}, ${number(files)} files)`] as const,
    ),
    ...host.map(({ name, value }) => [name, value] as const),
  ]
  return `<dl class="facts">${rows.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd class="text">${escaped(value)}</dd></div>`).join('')}</dl>`
}

function limitsHtml({ omissions, notes, droppedNotes }: Analysis): string {
  const omitted = omissions.map((text) => `<li>${escaped(text)}</li>`).join('')
  const rows = notes
    .slice(0, mostNotes)
    .map(
      ({ source, text, offset }) =>
        `<tr><td><code>${escaped(source)}</code></td><td>${escaped(text)}</td><td class="number">${offset === undefined ? '' : number(offset)}</td></tr>`,
    )
  const more = droppedNotes + Math.max(0, notes.length - mostNotes)
  const table =
    rows.length === 0
      ? '<p>Everything that was looked at could be read.</p>'
      : `<div class="table"><table class="notes"><caption>What could not be read <small>${number(notes.length + droppedNotes)}</small></caption><thead><tr><th scope="col">Where</th><th scope="col">What</th><th scope="col">At byte</th></tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`
  return `${omitted === '' ? '' : `<h3>Not looked at</h3><ul class="plain">${omitted}</ul>`}${table}${more > 0 ? `<p>${number(more)} more places are not on this page.</p>` : ''}`
}

function number(count: number): string {
  return count.toLocaleString('en-US')
}
