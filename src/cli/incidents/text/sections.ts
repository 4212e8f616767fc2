// The parts behind the story: what is linked with what, what to do, what became of the incident, what is missing.

import type { Incident } from '../../../model/index.ts'
import { missingSentences } from '../missing.ts'
import { type IncidentReport, kindNames, numberedNodes } from '../report.ts'
import { responseCommands } from '../response-command.ts'
import { clockOf } from '../story.ts'
import { heading, labelled, type Page, paragraph } from './lines.ts'

const numberColumns = 7

/** Everything that takes part with its number, and why it belongs. */
export function graphText(incident: Incident, page: Page): string[] {
  const nodes = numberedNodes(incident)
  const lines = heading(page, 'WHAT IS LINKED, AND WHY')
  for (const { node, number } of nodes.values()) {
    const score = node.score > 0 ? `, score ${node.score}` : ''
    const context = node.role === 'context' ? ', context only' : ''
    lines.push(
      ...paragraph(page, {
        text: `${node.label} (${kindNames[node.kind][0]}${score}${context})`,
        indent: numberColumns,
        label: labelled(page, `  #${number}`, numberColumns),
      }),
    )
    for (const link of incident.links.filter(({ from }) => from === node.id)) {
      const to = nodes.get(link.to)
      const target = to === undefined ? link.to : `#${to.number} ${to.node.label}`
      lines.push(
        ...paragraph(page, {
          text: `${link.kind} ${target}: ${link.why}`,
          indent: numberColumns + 2,
          style: 'dim',
        }),
      )
    }
  }
  return lines
}

export function responsesText({ id, suggestions, status }: Incident, page: Page): string[] {
  if (suggestions.length === 0 || status === 'merged') return []
  return [
    ...heading(page, 'WHAT YOU CAN DO (--dry-run shows what it would do)'),
    ...suggestions.flatMap((suggestion, index) => [
      ...paragraph(page, {
        text: suggestion.why,
        indent: 5,
        label: labelled(page, `  ${index + 1}.`, 5),
      }),
      // In one line, so that it can be taken over.
      `     ${page.terminal.style('cyan', responseCommands(suggestion, id).dryRun)}`,
      `     ${page.terminal.style('cyan', responseCommands(suggestion, id).run)}`,
    ]),
  ]
}

export function historyText({ history }: Incident, page: Page): string[] {
  if (history.length === 0) return []
  return [
    ...heading(page, 'HISTORY OF THE INCIDENT'),
    ...history.flatMap(({ time, change, why, other }) => {
      const clock = clockOf(time, 'local')
      const which = other === undefined ? '' : ` (incident ${other})`
      return paragraph(page, {
        text: `${change}${which}: ${why}`,
        indent: 23,
        label: labelled(page, `  ${clock.day} ${clock.time.slice(0, 8)}`, 23),
      })
    }),
  ]
}

export function missingText(report: IncidentReport, page: Page): string[] {
  const sentences = missingSentences(report)
  if (sentences.length === 0) return []
  return [
    ...heading(page, 'WHAT IS MISSING'),
    ...sentences.flatMap((text) => paragraph(page, { text, indent: 2 })),
  ]
}
