// A record, or what a rule says of it, as one line for people.

import { printable } from '../../base/text.ts'
import { type EvtxRecord, type JsonObject, windowsEvent } from '../../evidence/evtx/index.ts'
import type { SigmaDetection } from '../../rules/sigma/index.ts'

export interface Place {
  readonly record: EvtxRecord
  readonly file: string
  readonly event: JsonObject
}

const maxMessage = 300
const widths = { channel: 30, computer: 18, action: 20, level: 13, title: 60 } as const

export const recordHead = `${'TIME'.padEnd(23)}  ${'ID'.padStart(5)}  ${'CHANNEL'.padEnd(widths.channel)}  ${'COMPUTER'.padEnd(widths.computer)}  ${'ACTION'.padEnd(widths.action)}  WHAT`
export const detectionHead = `${'TIME'.padEnd(23)}  ${'LEVEL'.padEnd(widths.level)}  ${'RULE'.padEnd(widths.title)}  ${'ID'.padStart(5)}  ${'RECORD'.padStart(8)}  ${'COMPUTER'.padEnd(widths.computer)}  WHAT`

/** Undefined when the record cannot be read. */
export function recordText(record: EvtxRecord): string | undefined {
  const event = windowsEvent(record)
  if (event === undefined) return undefined
  const { dataset, action } = event.event
  const known = action === 'record' ? '' : `${dataset.slice(3)} ${action}`
  return [
    timeText(record),
    systemText(record, 'eventId').padStart(5),
    column(shortChannel(systemText(record, 'channel')), widths.channel),
    column(systemText(record, 'computer'), widths.computer),
    column(known, widths.action),
    messageText(event.message ?? ''),
  ].join('  ')
}

export function detectionText({ level, title }: SigmaDetection, { record, file }: Place): string {
  const event = windowsEvent(record)
  return [
    timeText(record),
    column(level, widths.level),
    column(title, widths.title),
    systemText(record, 'eventId').padStart(5),
    String(record.id).padStart(8),
    column(systemText(record, 'computer'), widths.computer),
    `${messageText(event?.message ?? '')} (${printable(file)})`,
  ].join('  ')
}

function timeText({ time }: EvtxRecord): string {
  return time.slice(0, 23).replace('T', ' ')
}

function systemText(record: EvtxRecord, field: 'eventId' | 'channel' | 'computer'): string {
  return printable(String(record.system(field) ?? ''))
}

/** Nearly all begin with the same words. */
function shortChannel(channel: string): string {
  return channel.replace(/^Microsoft-Windows-/, '')
}

function column(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width)
}

function messageText(message: string): string {
  const text = message.replace(/\s+/g, ' ').trim()
  return printable(text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text)
}
