// What was done about attacks: the list, the way back, and what a boot took away.

import type { ResponseState, ResponseSummary } from '../../response/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import { writeTable } from '../render/table.ts'
import type { Style } from '../render/terminal.ts'
import { responseLine } from './json-lines.ts'
import type { OpenResponses, RespondValues } from './open.ts'
import { showRecord } from './run-action.ts'

const styles: Partial<Readonly<Record<ResponseState, Style>>> = {
  done: 'green',
  failed: 'red',
  'undo-failed': 'red',
  interrupted: 'red',
  running: 'yellow',
}

/** Exit code 2 when something was interrupted or cannot be read: somebody should look. */
export function listResponses(
  { json = false }: RespondValues,
  { responses, terminal }: OpenResponses,
): ExitCode {
  const { responses: all, damaged } = responses.list()
  if (json) for (const { state, first, last } of all) terminal.out(jsonLine(responseLine(last, state, first)))
  else if (all.length === 0) terminal.out('nothing was done yet')
  else writeTable(terminal, ['ID', 'STATE', 'ACTION', 'TARGET', 'ENDS', 'BY', 'WHY'], all.map(rowOf))
  const interrupted = all.filter(({ state }) => state === 'interrupted')
  for (const { last } of interrupted) {
    const what = last.phase === 'begun' ? `${last.action} was` : `undoing ${last.action} was`
    terminal.err(`haechi: ${last.id}: ${what} begun and never finished: look what stands, or undo it`)
  }
  if (damaged > 0) terminal.err(`haechi: lines of the audit log that cannot be read: ${damaged}`)
  return interrupted.length > 0 || damaged > 0 ? exitCodes.error : exitCodes.clean
}

export async function undoResponse(
  id: string,
  given: RespondValues,
  { responses, terminal, tellDaemon }: OpenResponses,
): Promise<ExitCode> {
  const record = await responses.undo(id, { why: given.why ?? '', force: given.force ?? false })
  await tellDaemon()
  return showRecord(record, given, terminal)
}

export async function restoreResponses(
  given: RespondValues,
  { responses, terminal, tellDaemon }: OpenResponses,
): Promise<ExitCode> {
  const restored = await responses.restore()
  await tellDaemon()
  if (restored.length === 0 && given.json !== true) terminal.out('nothing has to be put back')
  const codes = restored.map((record) => showRecord(record, given, terminal))
  return codes.find((code) => code !== exitCodes.clean) ?? exitCodes.clean
}

function rowOf({ state, first, last }: ResponseSummary): ({ text: string; style?: Style } | string)[] {
  const { kind, uid, loginUid, incident } = first.by
  const who = kind === 'policy' ? 'policy' : `uid ${loginUid ?? uid}`
  const style = styles[state]
  return [
    last.id,
    { text: state, ...(style === undefined ? {} : { style }) },
    last.action,
    last.target === '' ? 'host' : last.target,
    last.expires?.slice(0, 19).concat('Z') ?? '',
    incident === undefined ? who : `${who}, incident ${incident}`,
    last.problem ?? first.why,
  ]
}
