// The incidents of an analysis: what each is about, and its steps with what was detected.

import type { Analysis } from '../../../analysis/index.ts'
import type { Incident, IncidentStep } from '../../../model/index.ts'
import { escaped } from '../../incidents/html/escape.ts'
import { techniqueBadge } from '../../incidents/html/timeline.ts'
import { levelOf } from '../../incidents/story.ts'
import { summaryOf } from '../../incidents/summary.ts'
import { clock } from './findings.ts'

const mostIncidents = 60
const mostSteps = 120

export function incidentsHtml({ incidents }: Analysis): string {
  if (incidents.length === 0) return '<p>No events with a detection belong together.</p>'
  const shown = incidents.slice(0, mostIncidents)
  const left = incidents.length - shown.length
  return `<div class="groups">${shown.map((incident, index) => incidentHtml(incident, index === 0)).join('\n')}</div>${left > 0 ? `<p>${left} more are in incidents.jsonl.</p>` : ''}`
}

function incidentHtml(incident: Incident, isOpen: boolean): string {
  const { id, level, score, title, first, last, steps, techniques } = incident
  const shown = stepsOf(steps)
  const left = steps.length - shown.length
  return `<details class="finding level-${level}"${isOpen ? ' open' : ''}><summary><span class="level">${level}</span> <span class="text name">${escaped(title)}</span> <span class="times">incident ${id} · score ${score} · ${steps.length} steps · ${escaped(clock(first))} – ${escaped(clock(last))}</span></summary>
<p class="summary">${escaped(summaryOf(incident).join(' '))}</p>
<p class="why">${techniques.slice(0, 20).map(techniqueBadge).join(' ')}</p>
<ol class="story">${shown.map((step) => stepHtml(step)).join('\n')}</ol>${left > 0 ? `<p class="why">${left.toLocaleString('en-US')} more steps are in incidents.jsonl.</p>` : ''}</details>`
}

/** Those with a detection before the others, in the order of time. */
function stepsOf(steps: readonly IncidentStep[]): readonly IncidentStep[] {
  if (steps.length <= mostSteps) return steps
  const kept = new Set(
    steps
      .toSorted((a, b) => b.detections.length - a.detections.length || b.severity - a.severity)
      .slice(0, mostSteps),
  )
  return steps.filter((step) => kept.has(step))
}

function stepHtml({ time, text, count, severity, detections }: IncidentStep): string {
  const level = levelOf(severity)
  const found = detections
    .map(
      ({ name, ruleset }) =>
        `<p class="detection level-${level}"><b>${escaped(name)}</b> <small>${escaped(ruleset)}</small></p>`,
    )
    .join('')
  return `<li><time datetime="${escaped(time)}">${escaped(clock(time))}</time><div><span class="text">${escaped(text)}</span>${count > 1 ? ` <span class="times">×${count.toLocaleString('en-US')}</span>` : ''}${found}</div></li>`
}
