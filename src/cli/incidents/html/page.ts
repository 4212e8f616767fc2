// The report of an incident as one HTML page: nothing is loaded from elsewhere, style and script are named by their digests in a
// Content-Security-Policy, and every text of the incident goes through `escaped`, because attackers chose most of them.

import { createHash } from 'node:crypto'

import { formatDuration } from '../../../config/units.ts'
import type { Incident } from '../../../model/index.ts'
import { byTactic } from '../attack-names.ts'
import { missingSentences } from '../missing.ts'
import { detectedSteps, type IncidentReport, kindNames } from '../report.ts'
import { responseCommands } from '../response-command.ts'
import { clockOf } from '../story.ts'
import { summaryOf } from '../summary.ts'
import { embeddedJson, escaped } from './escape.ts'
import { graphPart } from './graph.ts'
import { inlineIcon } from './icons.ts'
import { script } from './script.ts'
import { styleSheet } from './style.ts'
import { nodeTables, ruleTable, techniqueTable, timeOf } from './tables.ts'
import { timelineHtml } from './timeline.ts'

export function htmlPage(report: IncidentReport): string {
  const { incident } = report
  const graph = graphPart(report)
  const style = styleSheet(graph.width)
  const policy = `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(script)}'; base-uri 'none'; form-action 'none'`
  const missing = missingSentences(report)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Haechi">
<title>${escaped(`Incident ${incident.id}: ${incident.title}`)}</title>
<style>${style}</style>
</head>
<body class="level-${incident.level}">
<a class="skip" href="#story">Skip to the story</a>
${headerHtml(report)}
<main>
<section id="overview" aria-labelledby="overview-title"><h2 id="overview-title">Overview</h2>
${figuresHtml(incident)}
<p class="summary">${escaped(summaryOf(incident).join(' '))}</p>
${tacticsHtml(incident)}</section>
${responsesHtml(incident)}
<section id="graph-section" aria-labelledby="graph-title"><h2 id="graph-title">What led to what <small>causes on the left, effects on the right</small></h2>
<div class="drawing" tabindex="0" role="region" aria-label="Graph of the incident; its boxes are links to the tables">${graph.html}</div>
${graph.strips}
${legendHtml(incident)}</section>
<section id="story" aria-labelledby="story-title"><h2 id="story-title">Story <small>times are UTC</small></h2>
<div class="filter" role="group" aria-label="Filter of the story"><label><input type="checkbox" id="only-detected"> only steps with a detection</label><label id="search-label" hidden>Search <input type="search" id="search" autocomplete="off" spellcheck="false"></label><span id="search-result" role="status"></span></div>
${timelineHtml(report)}</section>
<section id="tables" aria-labelledby="tables-title"><h2 id="tables-title">What took part</h2>
${nodeTables(incident)}</section>
<section id="detections" aria-labelledby="detections-title"><h2 id="detections-title">Detections and techniques</h2>
${ruleTable(incident)}
${techniqueTable(incident)}</section>
<section id="about" aria-labelledby="about-title"><h2 id="about-title">History, and what is missing</h2>
${historyHtml(incident)}
${missing.length === 0 ? '<p>Nothing is known to be missing.</p>' : `<ul class="plain">${missing.map((text) => `<li>${escaped(text)}</li>`).join('')}</ul>`}
<p class="why">Sensors see what the reference of events says they see. The whole incident stands in this page as JSON, in the element with the id <code>incident</code>.</p></section>
</main>
<footer><p>Made ${escaped(whenText(report.made))} UTC on ${escaped(report.host)} by Haechi. Names, paths and command lines are as the attacker left them; characters that could mislead are shown as escapes.</p></footer>
<script type="application/json" id="incident">${embeddedJson({ type: 'incident', ...incident })}</script>
<script>${script}</script>
</body>
</html>
`
}

/** As a Content-Security-Policy names an inline element. */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

function headerHtml({ incident, host }: IncidentReport): string {
  const { id, level, score, status, title, outcome } = incident
  return `<header>
<p class="brand"><span>Haechi incident report</span><span>${escaped(host)} · incident ${id}</span></p>
<p class="verdict"><span class="pill">${level}</span><span>score <b>${score}</b> of 100 <svg class="meter" width="90" height="8" aria-hidden="true"><rect width="90" height="8" rx="4"/><rect width="${(90 * score) / 100}" height="8" rx="4"/></svg></span><span>${escaped(status)}</span>${outcome === undefined ? '' : `<span>success <b>${outcome}</b></span>`}</p>
<h1>${escaped(title)}</h1>
<nav aria-label="Parts of the report"><ul><li><a href="#overview">Overview</a></li>${incident.suggestions.length > 0 ? '<li><a href="#responses">What to do</a></li>' : ''}<li><a href="#graph-section">Graph</a></li><li><a href="#story">Story</a></li><li><a href="#tables">What took part</a></li><li><a href="#detections">Detections</a></li><li><a href="#about">History</a></li></ul></nav>
</header>`
}

function figuresHtml(incident: Incident): string {
  const { first, last, steps, nodes, addresses, accounts, containers } = incident
  const ms = Date.parse(last) - Date.parse(first)
  const figures: readonly [string, string, string][] = [
    ['First seen (UTC)', whenText(first).slice(11), whenText(first).slice(0, 10)],
    ['Lasted', ms > 0 ? formatDuration(ms) : 'a moment', `until ${whenText(last)}`],
    ['Steps', String(steps.length), `${detectedSteps(incident).length} with a detection`],
    ['Things', String(nodes.length), `${nodes.filter(({ role }) => role === 'member').length} of the attack`],
    ['Addresses', String(addresses.length), addresses.slice(0, 2).join(', ')],
    ['Accounts', String(accounts.length), accounts.slice(0, 3).join(', ')],
    ...(containers.length === 0
      ? []
      : [
          ['Containers', String(containers.length), containers.slice(0, 2).join(', ')] as [
            string,
            string,
            string,
          ],
        ]),
  ]
  return `<dl class="figures">${figures.map(([name, value, note]) => `<div><dt>${name}</dt><dd>${escaped(value)}${note === '' ? '' : `<small class="text">${escaped(note)}</small>`}</dd></div>`).join('')}</dl>`
}

function tacticsHtml({ techniques }: Incident): string {
  const { seen } = byTactic(techniques)
  const items = seen.map(({ tactic, techniques: found }) =>
    found.length === 0
      ? `<li>${tactic}</li>`
      : `<li class="seen" title="${escaped(found.map(({ fullName }) => fullName).join(', '))}">${tactic}</li>`,
  )
  return `<ol class="tactics" aria-label="Tactics of MITRE ATT&amp;CK; those that were seen are emphasised">${items.join('')}</ol>`
}

function responsesHtml({ id, suggestions, status }: Incident): string {
  if (suggestions.length === 0 || status === 'merged') return ''
  const items = suggestions.map((suggestion) => {
    const { dryRun, run } = responseCommands(suggestion, id)
    return `<li><p>${escaped(suggestion.why)}</p><pre>${escaped(dryRun)}\n${escaped(run)}</pre></li>`
  })
  return `<section id="responses" aria-labelledby="responses-title"><h2 id="responses-title">What to do <small>the first command of each shows what it would do</small></h2><ol class="responses">${items.join('')}</ol></section>`
}

function legendHtml({ nodes }: Incident): string {
  const kinds = [...new Set(nodes.map(({ kind }) => kind))]
  const items = kinds.map((kind) => `<li>${inlineIcon(kind)} ${kindNames[kind][0]}</li>`)
  return `<ul class="legend">${items.join('')}<li>number in a badge: score of what was found on it</li><li>dashed box: context, not part of the attack</li></ul>`
}

function historyHtml({ history }: Incident): string {
  if (history.length === 0) return ''
  const items = history.map(({ time, change, why, other }) => {
    const which = other === undefined ? '' : ` (incident ${other})`
    return `<tr><td class="number">${escaped(timeOf(time))}</td><td>${escaped(change + which)}</td><td>${escaped(why)}</td></tr>`
  })
  return `<div class="table"><table><caption>History of the incident</caption><thead><tr><th scope="col">Time</th><th scope="col">Change</th><th scope="col">Why</th></tr></thead><tbody>${items.join('')}</tbody></table></div>`
}

/** `2026-11-22 10:00:00`. */
function whenText(iso: string): string {
  const { day, time } = clockOf(iso, 'utc')
  return `${day} ${time.slice(0, 8)}`
}
