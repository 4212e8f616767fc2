// What the steps that need the running kernel have in common: the time that an answer may take, and telling what came of it.

import { messageOf } from '../../base/app-error.ts'
import type { RowsItem, StepContext } from '../step.ts'
import type { Part, Task } from './parts.ts'
import type { Reader } from './reader.ts'

/** Without an answer for so long, what is being read may never give one. */
const stallMs = 5000

/** The longest wait for one part: never beyond the step's own time. */
export function patienceMs(context: StepContext, longestMs = stallMs): number {
  return Math.max(100, Math.min(longestMs, context.leftMs()))
}

/** False, with a note, when a folder is collected instead of the running host. */
export function isRunning(context: StepContext, what: string): boolean {
  if (context.root === '') return true
  context.note(`${what}: only the running host has them, and a folder is collected`)
  return false
}

/** Rows of a task by name, in the order in which the names came. Faults are notes. */
export async function gather(
  reader: Reader,
  task: Task,
  context: StepContext,
  longestMs?: number,
): Promise<ReadonlyMap<string, object[]>> {
  const tables = new Map<string, object[]>()
  try {
    for await (const part of reader.read(task, patienceMs(context, longestMs))) {
      takePart(part, tables, context)
      if (context.leftMs() > 0) continue
      context.note(`${task.task}: the time is over, what follows was not read`)
      break
    }
  } catch (thrown) {
    context.note(`${task.task} could not be read to the end: ${messageOf(thrown)}`)
  }
  return tables
}

function takePart(part: Part, tables: Map<string, object[]>, context: StepContext): void {
  if (part.kind === 'note') context.note(part.text)
  if (part.kind !== 'rows') return
  const table = tables.get(part.name)
  if (table === undefined) tables.set(part.name, [...part.rows])
  else for (const row of part.rows) table.push(row)
}

export function rowsItem(name: string, rows: readonly object[]): RowsItem {
  return { kind: 'rows', name, rows }
}

export function* rowsItems(tables: ReadonlyMap<string, object[]>): Generator<RowsItem, void> {
  for (const [name, rows] of tables) yield rowsItem(name, rows)
}
