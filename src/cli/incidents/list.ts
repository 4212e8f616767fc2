// `haechi incidents [list]`: the gravest first; with --follow what becomes of them.

import { type IncidentHead, incidentLevels } from '../../model/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { localTime } from '../host/event-line.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import type { IncidentLink, ListRequest } from './ask-incidents.ts'
import { levelStyles } from './text/level.ts'

export interface ListRun {
  readonly link: IncidentLink
  readonly request: ListRequest
  readonly follow: boolean
  readonly json: boolean
  readonly terminal: Terminal
}

const defaultLimit = 50
/** Changed incidents are told as events; this also finds what was not. */
const lookEveryMs = 10_000
/** With --follow all of them are compared. */
const followLimit = 1000

type News = 'new' | 'raised' | 'lowered' | 'closed' | 'reopened' | 'merged'

export async function runList(run: ListRun): Promise<ExitCode> {
  const { link, request, terminal } = run
  // Before the list is asked for, so that nothing falls between the two.
  const start = run.follow && link.isLive ? await link.news(undefined, 0) : 0
  const heads = gravestFirst(await link.list({ limit: defaultLimit, ...request }))
  if (run.json) for (const head of heads) terminal.out(headLine(head))
  else if (heads.length === 0) terminal.err(`haechi: no ${request.all === true ? '' : 'open '}incidents`)
  else writeHeads(heads, run)
  if (!run.follow) return exitCodes.clean
  if (!link.isLive) {
    terminal.err('haechi: no daemon runs: nothing new will come')
    return exitCodes.clean
  }
  return follow(run, start)
}

/** Until Ctrl-C, or until the daemon ends. */
async function follow(run: ListRun, start: number): Promise<never> {
  const { link, request, terminal, json } = run
  // Closed ones too: that one was closed is news.
  const everything: ListRequest = {
    ...(request.since === undefined ? {} : { since: request.since }),
    all: true,
    limit: followLimit,
  }
  let known = new Map((await link.list(everything)).map((head) => [head.id, head]))
  let after = start
  for (;;) {
    after = await link.news(after, lookEveryMs)
    const heads = await link.list(everything)
    for (const head of heads.toSorted((a, b) => Date.parse(a.last) - Date.parse(b.last) || a.id - b.id)) {
      const news = newsOf(known.get(head.id), head)
      if (news === undefined || !isShown(head, request)) continue
      terminal.out(json ? headLine(head, news) : newsLine(head, news, terminal))
    }
    known = new Map(heads.map((head) => [head.id, head]))
  }
}

function isShown({ level }: IncidentHead, request: ListRequest): boolean {
  const least = (incidentLevels as readonly string[]).indexOf(request.level ?? incidentLevels[0])
  return incidentLevels.indexOf(level) >= least
}

function newsOf(before: IncidentHead | undefined, now: IncidentHead): News | undefined {
  if (before === undefined) return 'new'
  if (before.status !== now.status) {
    if (now.status === 'open') return 'reopened'
    return now.status
  }
  const change = incidentLevels.indexOf(now.level) - incidentLevels.indexOf(before.level)
  if (change === 0) return undefined
  return change > 0 ? 'raised' : 'lowered'
}

function gravestFirst(heads: readonly IncidentHead[]): IncidentHead[] {
  return heads.toSorted(
    (a, b) =>
      incidentLevels.indexOf(b.level) - incidentLevels.indexOf(a.level) ||
      b.score - a.score ||
      Date.parse(b.last) - Date.parse(a.last) ||
      b.id - a.id,
  )
}

function writeHeads(heads: readonly IncidentHead[], { terminal, request }: ListRun): void {
  const status = request.all === true ? ['STATUS'] : []
  writeTable(
    terminal,
    ['ID', 'LEVEL', 'SCORE', ...status, 'LAST', 'STEPS', 'FOUND', 'WHAT'],
    heads.map((head) => [
      String(head.id),
      { text: head.level, style: levelStyles[head.level] },
      String(head.score),
      ...(request.all === true ? [head.status] : []),
      localTime(head.last).slice(0, -4),
      String(head.steps),
      String(head.detections),
      head.title,
    ]),
  )
}

function newsLine(head: IncidentHead, news: News, terminal: Terminal): string {
  return [
    terminal.style('dim', localTime(head.last)),
    terminal.style(levelStyles[head.level], head.level.toUpperCase().padEnd(13)),
    `${terminal.style('bold', `#${head.id}`)} ${news}`.padEnd(12),
    terminal.safe(head.title),
  ].join('  ')
}

function headLine(head: IncidentHead, news?: News): string {
  return jsonLine({ type: 'incident-head', version: 1, ...head, ...(news === undefined ? {} : { news }) })
}
