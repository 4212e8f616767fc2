// What the host has now, told by the same folders that watch it, without a running daemon.

import { hostname } from 'node:os'

import { AppError, messageOf } from '../base/app-error.ts'
import { snapshotTable } from '../sensors/index.ts'
import { type SensorId, sensorIds, type SnapshotTable } from '../sensors/sensor.ts'

export interface Snapshot {
  readonly type: 'snapshot'
  readonly version: 1
  /** ISO 8601. */
  readonly taken: string
  readonly host: string
  readonly tables: readonly SnapshotTable[]
}

export interface SnapshotOptions {
  /** All when not given. */
  readonly sensors?: readonly SensorId[]
  /** What stands for `/`. */
  readonly root?: string
  readonly onProgress?: (sensor: SensorId) => void
}

/** What could not be read stands among the problems of its table. */
export async function takeSnapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
  const taken = new Date().toISOString()
  const tables: SnapshotTable[] = []
  for (const id of options.sensors ?? sensorIds) {
    options.onProgress?.(id)
    tables.push(...(await tablesOf(id, options.root ?? '')))
  }
  return { type: 'snapshot', version: 1, taken, host: hostname(), tables }
}

async function tablesOf(id: SensorId, root: string): Promise<readonly SnapshotTable[]> {
  try {
    const snapshot = await snapshotTable[id]()
    return await snapshot(root)
  } catch (thrown) {
    return [{ name: id, key: [], rows: [], problems: [messageOf(thrown)] }]
  }
}

/** Throws AppError when the text is no snapshot. */
export function parseSnapshot(text: string, source: string): Snapshot {
  const fault = (why: string): AppError =>
    new AppError('usage', `${source} is no snapshot: ${why}`, { hint: 'haechi snapshot writes them' })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    throw fault(messageOf(thrown))
  }
  const { type, version, tables } = (value ?? {}) as Partial<Snapshot>
  if (type !== 'snapshot' || !Array.isArray(tables)) throw fault('it has no tables')
  if (version !== 1) throw fault(`its version ${String(version)} is not known here`)
  for (const table of tables as readonly Partial<SnapshotTable>[]) {
    if (typeof table.name !== 'string' || !Array.isArray(table.key) || !Array.isArray(table.rows))
      throw fault('a table is damaged')
  }
  return value as Snapshot
}
