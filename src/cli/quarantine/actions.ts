// The four things that `haechi quarantine` does, over one store.

import { AppError } from '../../base/app-error.ts'
import { decodeName } from '../../base/text.ts'
import type { DamagedItemLine } from '../../model/output.ts'
import { itemPath, type Listed, type Quarantine, type RestoreOptions } from '../../response/index.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'
import { itemDetails, itemLine, itemRow } from './item-text.ts'

export interface ActionContext {
  readonly store: Quarantine
  readonly terminal: Terminal
  readonly json: boolean
  readonly restore: RestoreOptions
}

export function runAction(
  action: 'list' | 'show' | 'restore' | 'delete',
  ids: readonly string[],
  context: ActionContext,
): ExitCode {
  if (action === 'list') return list(context)
  const one = { show, restore, delete: remove }[action]
  let code: ExitCode = exitCodes.clean
  for (const id of ids) {
    try {
      one(context.store.resolve(id), context)
    } catch (thrown) {
      // One bad item does not keep the others from their turn.
      if (!(thrown instanceof AppError) || ids.length === 1) throw thrown
      context.terminal.err(`haechi: ${context.terminal.safe(`${id}: ${thrown.message}`)}`)
      code = exitCodes.error
    }
  }
  return code
}

function list({ store, terminal, json }: ActionContext): ExitCode {
  const listed = store.list()
  for (const entry of listed) terminal.out(json ? jsonLine(listLine(entry)) : listRow(entry, terminal))
  if (listed.length === 0 && !json) terminal.out('the quarantine is empty')
  return listed.some((entry) => entry.kind === 'damaged') ? exitCodes.error : exitCodes.clean
}

function listLine(entry: Listed): object {
  if (entry.kind === 'item') return itemLine(entry.item)
  const line: DamagedItemLine = {
    type: 'quarantine-damaged',
    version: 1,
    id: entry.id,
    problem: entry.problem,
  }
  return line
}

function listRow(entry: Listed, terminal: Terminal): string {
  if (entry.kind === 'item') return itemRow(entry.item, terminal)
  return `${entry.id}  ${terminal.style('yellow', 'damaged')}  ${terminal.safe(entry.problem)}`
}

function show(id: string, { store, terminal, json }: ActionContext): void {
  const item = store.show(id)
  terminal.out(json ? jsonLine(itemLine(item)) : itemDetails(item, terminal))
}

function restore(id: string, { store, terminal, json, restore: options }: ActionContext): void {
  const { path, warnings } = store.restore(id, options)
  const { text, exact } = decodeName(path)
  for (const warning of warnings) terminal.err(`haechi: ${terminal.safe(warning)}`)
  const bytes = exact ? {} : { path_base64: Buffer.from(path).toString('base64') }
  terminal.out(
    json
      ? jsonLine({ type: 'quarantine-restored', version: 1, id, path: text, ...bytes, warnings })
      : `restored ${terminal.safe(text)}`,
  )
}

function remove(id: string, { store, terminal, json }: ActionContext): void {
  const name = nameOf(store, id)
  store.delete(id)
  terminal.out(
    json
      ? jsonLine({ type: 'quarantine-deleted', version: 1, id })
      : `deleted ${id} ${terminal.safe(name)}`.trim(),
  )
}

/** A damaged item can be deleted too, it only has no name to show. */
function nameOf(store: Quarantine, id: string): string {
  try {
    return itemPath(store.show(id)).text
  } catch {
    return ''
  }
}
