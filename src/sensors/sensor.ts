// What a sensor is: a part that turns facts of the operating system into Events. All sensors live in one thread and
// share its time: none may wait, and what a kernel queues for them is taken in `tick`, many at once.

import type { Event, EventDataset } from '../model/index.ts'
import type { ProcessTable } from './process-table.ts'

export const sensorIds = [
  'process',
  'network',
  'files',
  'login',
  'history',
  'service',
  'schedule',
  'logs',
] as const

export type SensorId = (typeof sensorIds)[number]

export function isSensorId(name: string): name is SensorId {
  return (sensorIds as readonly string[]).includes(name)
}

/** What was not seen, counted as exactly as the source tells. */
export interface Loss {
  /** E.g. `ebpf`, `audit`, `fanotify`, `log:/var/log/syslog`. */
  readonly source: string
  /** How many events; 0 when it is only known that there were some. */
  readonly count: number
  /** Milliseconds since 1970; when known. */
  readonly from?: number
  readonly to?: number
}

/** Small durable state of one sensor (offsets, baselines), replaced atomically. */
export interface SensorState {
  /** Undefined when there is none, or it was damaged (that is told). */
  load(name: string): unknown
  /** Any JSON value. What is saved survives kill -9. */
  save(name: string, value: unknown): void
}

export interface SensorContext {
  /** Hands an event on; never throws, never waits. The event is the pipeline's from then on. */
  readonly emit: (event: Event) => void
  /** Tells of a loss: counted in the ledger, written as a `sensor.loss` event. */
  readonly lost: (loss: Loss) => void
  /** What an administrator should know, one sentence. */
  readonly notice: (message: string) => void
  /** Is told every event of a dataset, also of other sensors, before it is stored. Listeners are quick and never throw. */
  readonly listen: (dataset: EventDataset, listener: (event: Event) => void) => void
  readonly processes: ProcessTable
  readonly state: SensorState
  /** What stands for `/` where files are read (configuration, logs, accounts): empty, but for tests. */
  readonly root: string
}

export interface SensorStatus {
  /** How it sees, best first: the id of the tier that stands, e.g. `ebpf`, `audit-unicast`, `polling`. */
  readonly tier: string
  /** Tiers that were tried before it, with the reason each was refused. */
  readonly refused: readonly { readonly tier: string; readonly why: string }[]
  /** Counts and facts for people, e.g. `{ events: 12, files: 3 }`. */
  readonly facts: Readonly<Record<string, number | string>>
}

/** Rows of one kind of thing that the host has now, for `haechi snapshot` and `haechi diff`. */
export interface SnapshotTable {
  /** E.g. `processes`, `sockets`, `suid`, `units`, `crontabs`. */
  readonly name: string
  /** Columns that together name a row. */
  readonly key: readonly string[]
  readonly rows: readonly Readonly<Record<string, string | number | boolean | null>>[]
  /** What could not be read, one sentence each. */
  readonly problems: readonly string[]
}

export interface Sensor {
  readonly id: SensorId
  /** Resolves when it sees. Throws AppError when it cannot at all; the others go on without it. */
  start(): Promise<void>
  status(): SensorStatus
  /** Called about every 25 ms while there is work, 50 ms at most: takes what the kernel has queued, never waits. */
  tick?(): void
  /** After a loss (its own or of the pipeline): tells again what is true now. */
  resync?(): void
  stop(): Promise<void>
}

export type SensorFactory = (context: SensorContext) => Sensor

/** Needs no running sensor. `root` as in the context. */
export type Snapshotter = (root: string) => Promise<readonly SnapshotTable[]>
