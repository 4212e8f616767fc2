// Does what `haechi incidents` was asked for.

import { hostname } from 'node:os'

import { AppError } from '../../base/app-error.ts'
import type { Incident } from '../../model/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { Terminal } from '../render/terminal.ts'
import { type ChangeRequest, type IncidentLink, openIncidents } from './ask-incidents.ts'
import { exported, incidentLine, writeReport } from './export.ts'
import { runList } from './list.ts'
import type { IncidentsOptions } from './options.ts'
import { type IncidentReport, numberedNodes } from './report.ts'
import { pageOf } from './text/lines.ts'
import { showText } from './text/show-text.ts'

export type IncidentAction = 'list' | 'show' | 'export' | 'close' | 'reopen' | 'merge' | 'split'

export interface IncidentsRun {
  readonly action: IncidentAction
  /** Already counted. */
  readonly operands: readonly string[]
  readonly given: IncidentsOptions
  readonly terminal: Terminal
}

export async function runIncidents(run: IncidentsRun): Promise<ExitCode> {
  const { action, given, terminal } = run
  const link = await openIncidents(given)
  switch (action) {
    case 'list':
      return runList({
        link,
        request: {
          ...(given.all === true ? { all: true } : {}),
          ...(given.level === undefined ? {} : { level: given.level }),
          ...(given.since === undefined ? {} : { since: given.since }),
          ...(given.limit === undefined ? {} : { limit: given.limit }),
        },
        follow: given.follow ?? false,
        json: given.json ?? false,
        terminal,
      })
    case 'show':
      return show(run, link)
    case 'export':
      return exportOne(run, link)
    case 'close':
    case 'reopen':
    case 'merge':
    case 'split':
      return change(run, link)
  }
}

async function reportOf(link: IncidentLink, id: number): Promise<IncidentReport> {
  const incident = await link.show(id)
  const losses = await link.losses(incident)
  return { incident, losses, host: hostname(), made: new Date().toISOString() }
}

async function show({ operands, given, terminal }: IncidentsRun, link: IncidentLink): Promise<ExitCode> {
  const report = await reportOf(link, idOf(operands[0]))
  if (given.json === true) {
    terminal.out(incidentLine(report))
    return exitCodes.clean
  }
  const page = pageOf(terminal, process.stdout.columns)
  for (const line of showText(report, page, { verbose: given.verbose ?? false })) terminal.out(line)
  return exitCodes.clean
}

async function exportOne({ operands, given, terminal }: IncidentsRun, link: IncidentLink): Promise<ExitCode> {
  const id = idOf(operands[0])
  const { format = given.json === true ? 'json' : 'html', output } = given
  const text = exported(await reportOf(link, id), { format, verbose: given.verbose ?? false })
  if (output === '-') terminal.out(text.replace(/\n$/, ''))
  else terminal.err(`haechi: ${terminal.safe(writeReport(text, { id, format, output }))} written`)
  return exitCodes.clean
}

async function change(run: IncidentsRun, link: IncidentLink): Promise<ExitCode> {
  const { given, terminal } = run
  const after = await link.change(await requestOf(run, link))
  if (given.json === true) {
    terminal.out(incidentLine({ incident: after, losses: [], host: '', made: '' }))
    return exitCodes.clean
  }
  const last = after.history.at(-1)
  const what = last === undefined ? '' : `: ${last.change}: ${last.why}`
  terminal.out(`incident ${after.id} is ${terminal.safe(`${after.status}${what}`)}`)
  return exitCodes.clean
}

async function requestOf(
  { action, operands, given }: IncidentsRun,
  link: IncidentLink,
): Promise<ChangeRequest> {
  const id = idOf(operands[0])
  const why = given.why === undefined ? {} : { why: given.why }
  if (action === 'merge') return { change: action, id, other: idOf(operands[1]), ...why }
  if (action === 'close' || action === 'reopen') return { change: action, id, ...why }
  const incident = await link.show(id)
  return {
    change: 'split',
    id,
    from: nodeOf(incident, operands[1] ?? ''),
    to: nodeOf(incident, operands[2] ?? ''),
    ...why,
  }
}

/** By its id, or by the number that show prints. */
function nodeOf(incident: Incident, text: string): string {
  const nodes = numberedNodes(incident)
  if (nodes.has(text)) return text
  const match = /^#?(\d{1,9})$/.exec(text)
  for (const { node, number } of nodes.values()) {
    if (match !== null && number === Number(match[1])) return node.id
  }
  throw new AppError('usage', `incident ${incident.id} has no ${text}`, {
    hint: `haechi incidents show ${incident.id} --verbose has the numbers`,
  })
}

function idOf(text = ''): number {
  const match = /^#?([1-9]\d{0,14})$/.exec(text)
  if (match === null) {
    throw new AppError('usage', `${text} is no number of an incident`, {
      hint: 'haechi incidents lists them',
    })
  }
  return Number(match[1])
}
