// Records of Windows event logs as our events: what is known under our names, everything below hx.winlog.

import type { Event } from '../../model/index.ts'
import { EventFields, fieldsOf } from './kinds/data.ts'
import type { KindTable, Mapping, Told } from './kinds/kind.ts'
import { loginKinds } from './kinds/login.ts'
import { processKinds } from './kinds/process.ts'
import { systemKinds } from './kinds/system.ts'
import type { EventRecord } from './rendered.ts'

const tables: readonly KindTable[] = [processKinds, loginKinds, systemKinds]
const maxMessageChars = 500
const maxDataChars = 200

/** Undefined when the record cannot be read. */
export function windowsEvent(record: EventRecord): Event | undefined {
  const document = record.event()
  if (document === undefined) return undefined
  const channel = textOf(record.system('channel'))
  const eventId = Number(record.system('eventId') ?? 0)
  const fields = new EventFields(fieldsOf(document))
  const mapping = mappingOf(channel, eventId)
  const told = mapping === undefined ? generic(fields) : mapping(fields)
  const { event, message, hx, ...rest } = told
  return {
    '@timestamp': microseconds(record.time),
    event: { kind: 'event', provider: 'evtx', ...event },
    message: message.length > maxMessageChars ? `${message.slice(0, maxMessageChars)}…` : message,
    ...rest,
    hx: {
      ...hx,
      winlog: {
        channel,
        event_id: eventId,
        provider: textOf(record.system('provider')),
        computer: textOf(record.system('computer')),
        level: Number(record.system('level') ?? 0),
        record_id: record.id,
        data: fields.all,
      },
    },
  }
}

function mappingOf(channel: string, eventId: number): Mapping | undefined {
  const key = channel.toLowerCase()
  for (const table of tables) {
    const kinds = Object.hasOwn(table, key) ? table[key] : undefined
    const mapping = kinds !== undefined && Object.hasOwn(kinds, eventId) ? kinds[eventId] : undefined
    if (mapping !== undefined) return mapping
  }
  return undefined
}

function generic(fields: EventFields): Told {
  const parts = Object.entries(fields.all).flatMap(([name, value]) => {
    const text = typeof value === 'object' ? value.join(' | ') : String(value)
    if (text === '' || text === '-') return []
    return [`${name}: ${text.length > maxDataChars ? `${text.slice(0, maxDataChars)}…` : text}`]
  })
  return {
    event: { dataset: 'hx.log', action: 'record', category: ['host'], type: ['info'] },
    message: parts.join(', '),
  }
}

/** Events have microseconds. */
function microseconds(time: string): string {
  return time.replace(/(\.\d{6})\d+Z$/, '$1Z')
}

function textOf(value: string | number | boolean | undefined): string {
  return value === undefined ? '' : String(value)
}
