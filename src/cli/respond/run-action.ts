// One action by hand: the plan is shown, then somebody says yes, then it is done.

import { createInterface } from 'node:readline/promises'

import { AppError } from '../../base/app-error.ts'
import { parseDuration } from '../../config/units.ts'
import type { ResponseAction } from '../../model/index.ts'
import type { Prepared, ResponseRecord, ResponseRequest } from '../../response/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { planLine, responseLine } from './json-lines.ts'
import type { OpenResponses, RespondValues } from './open.ts'

export interface ActionRequest {
  readonly action: ResponseAction
  readonly target: string
  readonly given: RespondValues
}

export async function runAction(
  { action, target, given }: ActionRequest,
  { responses, terminal, tellDaemon }: OpenResponses,
): Promise<ExitCode> {
  const isTold = given['dry-run'] === true
  const mayAsk = process.stdin.isTTY && terminal.errIsTerminal
  if (!isTold && given.yes !== true && !mayAsk) {
    throw new AppError('usage', 'nobody can be asked here whether it shall be done', {
      hint: 'give --yes to do it, or --dry-run to see what would be done',
    })
  }
  const prepared = await responses.prepare(requestOf(action, target, given))
  const isJson = given.json === true
  if (!isJson) showPlan(prepared, terminal)
  if (isTold) {
    responses.tell(prepared)
    await tellDaemon()
    terminal.out(isJson ? jsonLine(planLine(prepared)) : 'nothing was done (dry run)')
    return exitCodes.clean
  }
  if (given.yes !== true && !(await isWanted())) {
    terminal.out('nothing was done')
    return exitCodes.error
  }
  const record = await responses.apply(prepared)
  await tellDaemon()
  return showRecord(record, given, terminal)
}

/** What came of it, and the exit code that says so. */
export function showRecord(
  record: ResponseRecord,
  { json = false }: Pick<RespondValues, 'json'>,
  terminal: Terminal,
): ExitCode {
  if (json) {
    terminal.out(jsonLine(responseLine(record, record.phase)))
    return isFailure(record) ? exitCodes.error : exitCodes.clean
  }
  for (const { text, ok } of record.results ?? [])
    terminal.out(`  ${ok ? terminal.safe(text) : terminal.style('red', text)}`)
  const isFailed = isFailure(record)
  const name = `${record.action} ${record.target}`.trim()
  terminal.out(
    `${record.id}  ${terminal.style(isFailed ? 'red' : 'green', record.phase)}  ${terminal.safe(name)}`,
  )
  if (!isFailed) return exitCodes.clean
  terminal.err(`haechi: ${terminal.safe(record.problem ?? 'not everything could be done')}`)
  return exitCodes.error
}

function isFailure({ phase }: ResponseRecord): boolean {
  return phase === 'failed' || phase === 'undo-failed'
}

function requestOf(action: ResponseAction, target: string, given: RespondValues): ResponseRequest {
  const forMs = timeOf(action, given)
  return {
    action,
    target,
    by: 'hand',
    why: given.why ?? '',
    force: given.force ?? false,
    keys: given.keys ?? false,
    endSessions: given['end-sessions'] ?? false,
    ...(given.incident === undefined ? {} : { incident: given.incident }),
    ...(forMs === undefined ? {} : { forMs }),
  }
}

function timeOf(action: ResponseAction, given: RespondValues): number | 'forever' | undefined {
  if (given['until-undone'] === true && action === 'isolate-host') return 'forever'
  if (given.for === undefined || given.for === 'forever') return given.for
  const ms = parseDuration(given.for)
  if (ms !== undefined && ms >= 1000) return ms
  throw new AppError('usage', `--for is a time such as 30min, 2h or 7d, or forever; not ${given.for}`)
}

function showPlan({ plan }: Prepared, terminal: Terminal): void {
  terminal.out(terminal.style('bold', `${plan.action} ${plan.target}`.trim()))
  for (const step of plan.steps) terminal.out(`  ${terminal.safe(step)}`)
  for (const warning of plan.warnings) terminal.out(terminal.style('yellow', `  note: ${warning}`))
  if (!plan.isReversible) terminal.out(terminal.style('yellow', '  note: it cannot be undone'))
}

async function isWanted(): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    return /^y(es)?$/i.test((await reader.question('Do it? [y/N] ')).trim())
  } finally {
    reader.close()
  }
}
