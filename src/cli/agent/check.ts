// haechi agent check: what the agent needs, and how to make it so.

import { checkPrerequisites, type Prerequisite } from '../../agent/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import type { PrerequisiteLine } from '../../model/agent-lines.ts'
import { jsonLine } from '../render/json-line.ts'
import { type Cell, writeTable } from '../render/table.ts'
import type { Terminal } from '../render/terminal.ts'
import type { AgentOptionValues } from './options.ts'
import { needWindows } from './run.ts'

const styles = { ok: 'green', missing: 'red', unknown: 'yellow', optional: 'dim' } as const

export function runCheck(options: AgentOptionValues, terminal: Terminal): ExitCode {
  needWindows()
  const found = checkPrerequisites()
  if (options.json === true) for (const one of found) terminal.out(jsonLine(lineOf(one)))
  else tell(found, terminal)
  return found.some(({ status }) => status === 'missing') ? exitCodes.error : exitCodes.clean
}

function lineOf(found: Prerequisite): PrerequisiteLine {
  return { type: 'prerequisite', version: 1, ...found }
}

function tell(found: readonly Prerequisite[], terminal: Terminal): void {
  const rows = found.map(({ title, status, detail }): (Cell | string)[] => [
    { text: status, style: styles[status] },
    title,
    detail,
  ])
  writeTable(terminal, ['STATUS', 'WHAT', 'BECAUSE'], rows)
  const fixes = found.filter(({ fix, status }) => fix !== '' && status !== 'ok')
  if (fixes.length > 0) terminal.out('')
  for (const { fix } of fixes) terminal.out(`  ${terminal.safe(fix)}`)
}
