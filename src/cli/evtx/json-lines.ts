// A record, or what a rule says of it, as one line of JSON.

import type { EvtxRecord } from '../../evidence/evtx/index.ts'
import type { EvtxDetectionLine, EvtxRecordLine } from '../../model/evtx-lines.ts'
import type { SigmaDetection } from '../../rules/sigma/index.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Place } from './lines.ts'

/** Undefined when the record cannot be read. */
export function recordJson(record: EvtxRecord, file: string): string | undefined {
  const event = record.event()
  if (event === undefined) return undefined
  const line: EvtxRecordLine = { type: 'evtx-record', version: 1, ...headOf(record, file), event }
  return jsonLine(line)
}

export function detectionJson(detection: SigmaDetection, { record, file, event }: Place): string {
  const { ruleId, title, level, severity, tags, techniques, author, license, source, correlation } = detection
  const line: EvtxDetectionLine = {
    type: 'evtx-detection',
    version: 1,
    ...headOf(record, file),
    ruleId,
    title,
    level,
    severity,
    tags,
    techniques,
    ...(author === undefined ? {} : { author }),
    ...(license === undefined ? {} : { license }),
    source,
    ...(correlation === undefined ? {} : { correlation: { ...correlation } }),
    event,
  }
  return jsonLine(line)
}

function headOf(record: EvtxRecord, file: string): Omit<EvtxRecordLine, 'type' | 'version' | 'event'> {
  const { offset, origin, id, time } = record
  const eventId = Number(record.system('eventId') ?? 0)
  return {
    file,
    offset,
    origin,
    record: id,
    time,
    channel: String(record.system('channel') ?? ''),
    eventId: Number.isSafeInteger(eventId) && eventId >= 0 ? eventId : 0,
    computer: String(record.system('computer') ?? ''),
  }
}
