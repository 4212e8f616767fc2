// The storyline as HTML: a list of minutes, each a list of steps with what was detected, why it belongs, and its evidence.

import type { Event, IncidentStep, StepDetection } from '../../../model/index.ts'
import { techniqueOf } from '../attack-names.ts'
import { counted, type IncidentReport, type NumberedNode, numberedNodes } from '../report.ts'
import { clockOf, levelOf, type StoryRow, storyOf } from '../story.ts'
import { escaped, escapedLines } from './escape.ts'
import { inlineIcon } from './icons.ts'

/** A page with more steps is slow to open. */
const mostSteps = 2000
/** Of the evidence of one step. */
const mostEvidence = 20_000

type Nodes = ReadonlyMap<string, NumberedNode>

export function timelineHtml({ incident }: IncidentReport): string {
  const nodes = numberedNodes(incident)
  const shown = { ...incident, steps: incident.steps.slice(0, mostSteps) }
  const groups = storyOf(shown, 'utc').map(({ day, minute, rows }, index, all) => {
    const isNewDay = all[index - 1]?.day !== day
    return `${isNewDay ? `<h3 class="day">${escaped(day)}</h3>` : ''}<section class="minute" aria-label="${escaped(`${day} ${minute}`)}"><h4><time datetime="${escaped(`${day}T${minute}Z`)}">${escaped(minute)}</time></h4><ol>${rows.map((row) => rowHtml(row, nodes)).join('\n')}</ol></section>`
  })
  const left = incident.steps.length - shown.steps.length
  const more =
    left > 0
      ? `<p>${counted(left, ['more step is', 'more steps are'])} in the data of this page only.</p>`
      : ''
  return `${groups.join('\n')}${more}`
}

function rowHtml({ step, depth, level, more }: StoryRow, nodes: Nodes): string {
  const rest =
    more.length === 0
      ? ''
      : `<details class="more"><summary>${counted(more.length, ['step', 'steps'])} more of which nothing was detected</summary><ol>${more.map((other) => stepHtml(other, nodes)).join('\n')}</ol></details>`
  return stepHtml(step, nodes, { classes: `depth-${depth} level-${level}`, rest })
}

function stepHtml(
  step: IncidentStep,
  nodes: Nodes,
  parts?: { readonly classes: string; readonly rest: string },
): string {
  const { time, text, why, detections, severity } = step
  const { classes = 'depth-0', rest = '' } = parts ?? {}
  const found = step.nodes.flatMap((id) => nodes.get(id) ?? [])
  const numbers = found.map(({ number }) => number).join(' ')
  const kind = detections.length > 0 ? 'detected' : 'quiet'
  const mark = detections.length > 0 ? `<span class="level">${levelOf(severity)}</span> ` : ''
  return `<li class="step ${kind} ${classes}" data-numbers="${numbers}"><time datetime="${escaped(time)}">${escaped(clockOf(time, 'utc').time)}</time><div class="what"><p>${mark}<span class="text">${escaped(text)}</span>${timesHtml(step)}</p>${detections.map(detectionHtml).join('')}<p class="why">${why === '' ? '' : `<span class="because">${escaped(why)}</span> `}${found.map(chipHtml).join(' ')}</p>${evidenceHtml(step.event)}${rest}</div></li>`
}

function timesHtml({ count, lastTime }: IncidentStep): string {
  if (count <= 1) return ''
  const until = lastTime === undefined ? '' : `, until ${clockOf(lastTime, 'utc').time}`
  return ` <span class="times">×${count.toLocaleString('en-US')}${escaped(until)}</span>`
}

function detectionHtml({ name, rule, ruleset, severity, techniques, why }: StepDetection): string {
  const level = levelOf(severity)
  const from = rule === name || rule === '' ? ruleset : `${ruleset}: ${rule}`
  const reason = why === undefined ? '' : `<br><span class="reason">${escaped(why)}</span>`
  return `<p class="detection level-${level}"><b>${escaped(name)}</b> <small>${level} · ${escaped(from)}</small> ${techniques.map(techniqueBadge).join(' ')}${reason}</p>`
}

export function techniqueBadge(id: string): string {
  const { name, fullName } = techniqueOf(id)
  const text = name === id ? '' : ` ${name}`
  return `<span class="attack" title="${escaped(fullName)}"><b>${escaped(id)}</b>${escaped(text)}</span>`
}

function chipHtml({ node, number }: NumberedNode): string {
  const label = node.label.length > 32 ? `${node.label.slice(0, 31)}…` : node.label
  return `<a class="chip" href="#n${number}">${inlineIcon(node.kind)}<span class="text">${escaped(label)}</span> <small>#${number}</small></a>`
}

function evidenceHtml(event: Event | undefined): string {
  if (event === undefined) return ''
  const json = JSON.stringify(event, undefined, 2)
  const cut = json.length > mostEvidence ? `${json.slice(0, mostEvidence)}\n…` : json
  return `<details class="evidence"><summary>Evidence: event ${event.event.sequence ?? ''} ${escaped(event.event.dataset)} ${escaped(event.event.action)}</summary><pre>${escapedLines(cut)}</pre></details>`
}
