// An event on its way to the store: its JSON and what the store sorts and finds it by. Made in the sensors' thread, where
// each microsecond counts for every event of the host; loads nothing of the database.

import type { Event, EventDataset } from '../model/index.ts'
import { microsecondsOf } from './time.ts'

export interface EventRow {
  /** The Event without event.sequence; one line. */
  readonly json: string
  /** Microseconds since 1970. */
  readonly timeUs: number
  readonly dataset: EventDataset
  readonly action: string
  /** 0: none. */
  readonly pid: number
  /** 1 to 99. */
  readonly severity: number
  /** `hx.log.id`: the place of a log line in its file; empty when it is no log line. */
  readonly logId: string
}

/** Characters of one event's JSON. What is longer is kept without its details. */
const maxRowLength = 256 * 1024
const maxMessageLength = 1024
const maxPid = 0xffff_ffff

/** `event` has no event.sequence yet. */
export function rowOf(event: Event): EventRow {
  const { dataset, action, severity } = event.event
  const pid = event.process?.pid ?? 0
  const json = JSON.stringify(event)
  return {
    json: json.length > maxRowLength ? shortened(event) : json,
    timeUs: microsecondsOf(event['@timestamp']) || 0,
    dataset,
    action,
    pid: Number.isInteger(pid) && pid > 0 && pid <= maxPid ? pid : 0,
    severity: severity ?? 1,
    logId: dataset === 'hx.log' ? logIdOf(event) : '',
  }
}

function shortened(event: Event): string {
  const { kind, category, type, action, dataset, provider } = event.event
  return JSON.stringify({
    '@timestamp': event['@timestamp'],
    event: { kind, category, type, action, dataset, provider, severity: event.event.severity },
    message: event.message?.slice(0, maxMessageLength),
    ...(event.process === undefined ? {} : { process: { pid: event.process.pid } }),
    hx: { shortened: true },
  })
}

function logIdOf({ hx }: Event): string {
  const log = hx?.['log']
  if (typeof log !== 'object' || log === null || !('id' in log)) return ''
  return typeof log.id === 'string' ? log.id : ''
}
