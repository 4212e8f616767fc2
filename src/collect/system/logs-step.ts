// Step 10: logs, the journal, and what is rotated and compressed; links as links. Logs that are kept elsewhere are found by the
// configuration of their servers.

import { setImmediate as breathe } from 'node:timers/promises'

import { messageOf } from '../../base/app-error.ts'
import { databaseCommandLines, Discovery } from '../../sensors/logs/discover.ts'
import { siblingsOf } from '../../sensors/logs/siblings.ts'
import type { CollectStep } from '../step.ts'
import { bytesOf, textOf } from './byte-path.ts'
import { Host } from './host.ts'
import { logPlaces } from './places.ts'
import { Taken } from './take.ts'

interface LogRow {
  readonly path: string
  readonly source: string
  readonly kind: string
  readonly rotated_of: string | null
  readonly size: number
  readonly modified: string | null
}

const maxRows = 10_000

export const logsStep: CollectStep = {
  id: 'logs',
  title: 'Logs, rotated and compressed ones too, and the journal',
  profiles: ['full'],
  maxMs: { quick: 20_000, full: 30 * 60_000 },
  async *collect(context) {
    using host = new Host(context)
    const rows = logRows(host)
    yield { kind: 'rows', name: 'logs', rows }
    const taken = new Taken(host)
    yield* taken.all(logPlaces)
    for (const { path } of rows) {
      if (context.leftMs() <= 0) break
      yield* taken.one(path)
      await breathe()
    }
  },
}

/** The logs that the guard would follow, and what became of them. */
function logRows(host: Host): LogRow[] {
  const base = bytesOf(host.root)
  const rows = new Map<string, LogRow>()
  const add = (bytes: string, row: Pick<LogRow, 'source' | 'kind' | 'rotated_of'>): void => {
    const path = textOf(bytes.slice(base.length))
    const file = host.tree.stat(path)
    if (file?.kind !== 'file' || rows.has(path) || rows.size >= maxRows) return
    rows.set(path, { path, ...row, size: file.size, modified: file.times.modified ?? null })
  }
  try {
    const { logs } = new Discovery(base, []).find(host.isRunning ? databaseCommandLines() : [])
    for (const { path, source, kind } of logs) {
      add(path, { source, kind, rotated_of: null })
      const rotatedOf = textOf(path.slice(base.length))
      for (const sibling of siblingsOf(path, 'below'))
        add(sibling.path, { source, kind, rotated_of: rotatedOf })
    }
  } catch (thrown) {
    host.context.note(`the configuration of logs cannot be read: ${messageOf(thrown)}`)
  }
  return [...rows.values()]
}
