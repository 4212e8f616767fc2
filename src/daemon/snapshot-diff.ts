// What is different between two snapshots: rows that came, went, or changed, by the key of their table.

import type { SnapshotTable } from '../sensors/sensor.ts'
import type { Snapshot } from './snapshot.ts'

type Row = SnapshotTable['rows'][number]
type Value = Row[string]

export interface RowChange {
  readonly table: string
  readonly change: 'added' | 'removed' | 'changed'
  /** The key's columns. */
  readonly key: Readonly<Record<string, Value | undefined>>
  readonly before?: Row
  readonly after?: Row
  /** Names of the columns that differ; of a changed row only. */
  readonly columns: readonly string[]
}

/** Columns that differ all the time and mean nothing by themselves. */
const volatile = new Set([
  'cpu_ms',
  'rss_bytes',
  'state',
  'idle_ms',
  'bytes_sent',
  'bytes_received',
  'age_ms',
])

/** Ordered by table, then by key. A table that only one of them has is as if it were empty in the other. */
export function diffSnapshots(before: Snapshot, after: Snapshot): RowChange[] {
  const names = new Set([...before.tables, ...after.tables].map(({ name }) => name))
  return [...names].flatMap((name) =>
    diffTables(
      name,
      before.tables.find((table) => table.name === name),
      after.tables.find((table) => table.name === name),
    ),
  )
}

function diffTables(
  name: string,
  old: SnapshotTable | undefined,
  fresh: SnapshotTable | undefined,
): RowChange[] {
  const key = fresh?.key ?? old?.key ?? []
  const before = byKey(old?.rows ?? [], key)
  const after = byKey(fresh?.rows ?? [], key)
  const changes: RowChange[] = []
  for (const id of [...new Set([...before.keys(), ...after.keys()])].toSorted()) {
    const was = before.get(id)
    const is = after.get(id)
    const named = Object.fromEntries(key.map((column) => [column, (is ?? was)?.[column]]))
    if (was === undefined && is !== undefined)
      changes.push({ table: name, change: 'added', key: named, after: is, columns: [] })
    else if (was !== undefined && is === undefined)
      changes.push({ table: name, change: 'removed', key: named, before: was, columns: [] })
    else if (was !== undefined && is !== undefined) {
      const columns = differing(was, is)
      if (columns.length > 0)
        changes.push({ table: name, change: 'changed', key: named, before: was, after: is, columns })
    }
  }
  return changes
}

/** Rows with one key are numbered: none may hide another. */
function byKey(rows: readonly Row[], key: readonly string[]): Map<string, Row> {
  const found = new Map<string, Row>()
  const counts = new Map<string, number>()
  for (const row of rows) {
    const base = JSON.stringify(key.map((column) => row[column] ?? null))
    const count = counts.get(base) ?? 0
    counts.set(base, count + 1)
    found.set(`${base}#${count}`, row)
  }
  return found
}

function differing(was: Row, is: Row): string[] {
  const columns = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...columns].filter((name) => !volatile.has(name) && (was[name] ?? null) !== (is[name] ?? null))
}
