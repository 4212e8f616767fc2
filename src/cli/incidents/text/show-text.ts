// `haechi incidents show`: the story of an incident as text.

import { formatDuration } from '../../../config/units.ts'
import type { Incident } from '../../../model/index.ts'
import { byTactic } from '../attack-names.ts'
import { clockOf } from '../story.ts'
import { type IncidentReport, listed } from '../report.ts'
import { summaryOf } from '../summary.ts'
import { levelStyles } from './level.ts'
import { heading, labelled, type Page, paragraph } from './lines.ts'
import { graphText, historyText, missingText, responsesText } from './sections.ts'
import { storyText } from './story-text.ts'

const labelColumns = 14

/** Lines that are escaped and, on a terminal, coloured. `verbose` adds everything that is linked and folds nothing. */
export function showText(report: IncidentReport, page: Page, options: { verbose: boolean }): string[] {
  const { incident } = report
  return [
    ...head(incident, page),
    ...heading(page, 'SUMMARY'),
    ...paragraph(page, { text: summaryOf(incident).join(' '), indent: 2 }),
    ...storyText(incident, page, options),
    ...(options.verbose ? graphText(incident, page) : []),
    ...responsesText(incident, page),
    ...historyText(incident, page),
    ...missingText(report, page),
  ]
}

function head(incident: Incident, page: Page): string[] {
  const { id, level, score, status, title } = incident
  const { terminal } = page
  const word = terminal.style(levelStyles[level], level.toUpperCase())
  const row = (name: string, text: string): string[] =>
    text === ''
      ? []
      : paragraph(page, { text, indent: labelColumns, label: labelled(page, name, labelColumns) })
  return [
    `${terminal.style('bold', `Incident ${id}`)}  ${word}  score ${score} of 100  ${status}`,
    ...paragraph(page, { text: title, indent: 0, style: 'bold' }),
    '',
    ...row('When', spanText(incident)),
    ...row('Success', incident.outcome ?? ''),
    ...row('Addresses', listed(incident.addresses, 12)),
    ...row('Accounts', listed(incident.accounts, 12)),
    ...row('Containers', listed(incident.containers, 12)),
    ...techniqueRows(incident, page),
  ]
}

function spanText({ first, last }: Incident): string {
  const from = clockOf(first, 'local')
  const to = clockOf(last, 'local')
  const end = from.day === to.day ? to.time : `${to.day} ${to.time}`
  const ms = Date.parse(last) - Date.parse(first)
  const lasted = ms > 0 ? `, ${formatDuration(ms)}` : ''
  return `${from.day} ${from.time} – ${end}${lasted} (local time)`
}

function techniqueRows({ techniques }: Incident, page: Page): string[] {
  const { seen, unknown } = byTactic(techniques)
  const rows: [string, string][] = seen
    .filter((tactic) => tactic.techniques.length > 0)
    .map((tactic) => [
      tactic.tactic,
      tactic.techniques.map((technique) => `${technique.id} ${technique.name}`).join(', '),
    ])
  if (unknown.length > 0) rows.push(['Other', unknown.map(({ id }) => id).join(', ')])
  const indent = labelColumns + 22
  return rows.flatMap(([tactic, names], index) =>
    paragraph(page, {
      text: names,
      indent,
      label: labelled(page, index === 0 ? 'ATT&CK' : '', labelColumns) + labelled(page, tactic, 22),
    }),
  )
}
