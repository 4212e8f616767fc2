// The storyline as text: time, what happened, indented by what caused it; what was detected stands below its step.

import type { Incident, IncidentStep } from '../../../model/index.ts'
import { techniqueOf } from '../attack-names.ts'
import { counted, numberedNodes, type NumberedNode } from '../report.ts'
import { clockOf, levelOf, type StoryRow, storyOf } from '../story.ts'
import { levelStyles } from './level.ts'
import { heading, type Page, paragraph } from './lines.ts'

const timeColumns = 16
const columnsPerDepth = 2

interface Context {
  readonly page: Page
  readonly verbose: boolean
  readonly nodes: ReadonlyMap<string, NumberedNode>
}

export function storyText(incident: Incident, page: Page, options: { verbose: boolean }): string[] {
  const context = { page, verbose: options.verbose, nodes: numberedNodes(incident) }
  const lines = heading(page, 'STORY')
  let day = ''
  for (const group of storyOf(incident, 'local')) {
    if (group.day !== day) lines.push(`  ${page.terminal.style('dim', group.day)}`)
    day = group.day
    for (const row of group.rows) lines.push(...rowText(row, context))
  }
  return incident.steps.length === 0 ? [] : lines
}

function rowText(row: StoryRow, context: Context): string[] {
  const { step, depth, more } = row
  const { page, verbose } = context
  const indent = timeColumns + depth * columnsPerDepth
  const lines = stepText(step, depth, context)
  for (const { ruleset, rule, name, severity, techniques, why } of step.detections) {
    const level = levelOf(severity)
    const ids = techniques.map((id) => `${id} ${techniqueOf(id).name}`).join(', ')
    const from = rule === name || rule === '' ? ruleset : `${ruleset}: ${rule}`
    const mark = page.terminal.style(levelStyles[level], '▲')
    lines.push(
      ...paragraph(page, {
        text: `${level}: ${name} (${from})${ids === '' ? '' : `; ${ids}`}`,
        indent: indent + 2,
        label: `${' '.repeat(indent)}${mark} `,
        style: levelStyles[level],
      }),
      ...(why === undefined ? [] : paragraph(page, { text: why, indent: indent + 2, style: 'dim' })),
    )
  }
  if (verbose) lines.push(...more.flatMap((other) => stepText(other, depth, context)))
  else if (more.length > 0) lines.push(...moreText(more, indent, page))
  return lines
}

function stepText(step: IncidentStep, depth: number, { page, verbose, nodes }: Context): string[] {
  const indent = timeColumns + depth * columnsPerDepth
  const { time } = clockOf(step.time, 'local')
  const label = `  ${page.terminal.style('dim', time)}${' '.repeat(Math.max(1, indent - 2 - time.length))}`
  const numbers = step.nodes.flatMap((id) => nodes.get(id)?.number ?? [])
  const tail = verbose && numbers.length > 0 ? ` [${numbers.map((number) => `#${number}`).join(' ')}]` : ''
  return [
    ...paragraph(page, { text: `${step.text}${timesText(step)}${tail}`, indent, label }),
    ...(verbose && step.why !== '' ? paragraph(page, { text: step.why, indent, style: 'dim' }) : []),
  ]
}

function timesText({ count, lastTime }: IncidentStep): string {
  if (count <= 1) return ''
  return lastTime === undefined ? ` (×${count})` : ` (×${count}, until ${clockOf(lastTime, 'local').time})`
}

function moreText(more: readonly IncidentStep[], indent: number, page: Page): string[] {
  const last = more.at(-1)
  const until = last === undefined ? '' : `, until ${clockOf(last.lastTime ?? last.time, 'local').time}`
  return paragraph(page, {
    text: `… and ${counted(more.length, ['step', 'steps'])} more of which nothing was detected${until}; --verbose shows them`,
    indent,
    style: 'dim',
  })
}
