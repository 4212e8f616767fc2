// What stands on the terminal after an analysis, and the same as one line of JSON.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Analysis } from '../../analysis/index.ts'
import { incidentLevels } from '../../model/index.ts'
import type { AnalysisSummary } from '../../model/analysis-lines.ts'
import type { Style, Terminal } from '../render/terminal.ts'
import { writeTable } from '../render/table.ts'

const shownGroups = 25
const shownIncidents = 10
const shownNotes = 10

export function summaryLine(analysis: Analysis): AnalysisSummary {
  const { sources, host, kinds, incidents, timeline } = analysis
  return {
    type: 'analysis-summary',
    version: 1,
    sources,
    host: Object.fromEntries(host.map(({ name, value }) => [name, value])),
    artefacts: Object.fromEntries([...kinds.values()].map(({ kind, count }) => [kind, count])),
    findings: { ...analysis.findingsByLevel },
    incidents: incidents.map(({ id, level, score, title, first, last, steps }) => ({
      id,
      level,
      score,
      title,
      first,
      last,
      steps: steps.length,
    })),
    timeline: { rows: timeline.total, first: timeline.first ?? null, last: timeline.last ?? null },
    notes: analysis.notes.length + analysis.droppedNotes,
    omissions: analysis.omissions,
    bytes: analysis.bytes,
    scanned: analysis.scanned,
    ms: Math.round(analysis.ms),
  }
}

/** As they were written into the folder. */
export function writeFindings(folder: string, terminal: Terminal): void {
  const text = readFileSync(join(folder, 'findings.jsonl'), 'utf8')
  if (text !== '') terminal.out(text.trimEnd())
}

const levelStyles: Readonly<Record<string, Style>> = {
  critical: 'red',
  high: 'red',
  medium: 'yellow',
  low: 'cyan',
  informational: 'dim',
}

interface Page {
  readonly terminal: Terminal
  readonly isQuiet: boolean
}

export function writeSummary(analysis: Analysis, folder: string, { terminal, isQuiet }: Page): void {
  const { sources, host, kinds, findings, incidents, timeline } = analysis
  for (const { label, system, files } of sources)
    terminal.out(`${terminal.style('bold', label)}  ${system}, ${number(files)} files`)
  for (const { name, value } of host) terminal.out(terminal.safe(`  ${name}: ${value}`))
  terminal.out('')
  const rows = [...kinds.values()].toSorted((a, b) => b.count - a.count)
  writeTable(
    terminal,
    ['ARTEFACT', 'RECORDS'],
    rows.map(({ kind, count }) => [kind, number(count)]),
  )
  terminal.out('')
  writeFindingTable(findings, terminal)
  if (incidents.length > 0) {
    terminal.out('')
    writeTable(
      terminal,
      ['INCIDENT', 'LEVEL', 'SCORE', 'FIRST', 'STEPS', 'TITLE'],
      incidents
        .slice(0, shownIncidents)
        .map(({ id, level, score, first, steps, title }) => [
          String(id),
          { text: level, style: levelStyles[level] ?? 'dim' },
          String(score),
          first.slice(0, 19),
          String(steps.length),
          title,
        ]),
    )
    if (incidents.length > shownIncidents)
      terminal.out(
        `${incidents.length - shownIncidents} more incidents are in incidents.jsonl and the report.`,
      )
  }
  terminal.out('')
  const span =
    timeline.first === undefined
      ? ''
      : `, ${timeline.first.slice(0, 10)} to ${timeline.last?.slice(0, 10) ?? ''}`
  terminal.out(`Timeline: ${number(timeline.total)} rows${span}`)
  for (const text of analysis.omissions) terminal.out(terminal.safe(`Not looked at: ${text}`))
  terminal.out(`Report: ${terminal.safe(join(folder, 'report.html'))}`)
  if (!isQuiet) writeNotes(analysis, terminal)
}

function writeFindingTable(findings: Analysis['findings'], terminal: Terminal): void {
  if (findings.length === 0) {
    terminal.out('Nothing was found.')
    return
  }
  writeTable(
    terminal,
    ['LEVEL', 'BY', 'TIMES', 'FIRST', 'FINDING', 'FOR EXAMPLE'],
    findings
      .slice(0, shownGroups)
      .map(({ level, by, count, first = '', title, samples }) => [
        { text: level, style: levelStyles[level] ?? 'dim' },
        by,
        number(count),
        first.slice(0, 19),
        title,
        (samples[0]?.what ?? '').replaceAll(/\s+/g, ' ').slice(0, 160),
      ]),
  )
  const more = findings.slice(shownGroups)
  if (more.length === 0) return
  const levels = incidentLevels
    .toReversed()
    .map((level) => [level, more.filter((group) => group.level === level).length] as const)
    .filter(([, count]) => count > 0)
  terminal.out(
    `More: ${levels.map(([level, count]) => `${count} of level ${level}`).join(', ')}; findings.jsonl has all.`,
  )
}

function writeNotes({ notes, droppedNotes }: Analysis, terminal: Terminal): void {
  for (const { source, text, offset } of notes.slice(0, shownNotes))
    terminal.err(
      `haechi: ${terminal.safe(`${source}${offset === undefined ? '' : ` at ${offset}`}: ${text}`)}`,
    )
  const more = Math.max(0, notes.length - shownNotes) + droppedNotes
  if (more > 0) terminal.err(`haechi: ${number(more)} more places could not be read; the report names them`)
}

function number(count: number): string {
  return count.toLocaleString('en-US')
}
