// One event as one line for people: when, what, who, and the sentence of the sensor.

import type { Event } from '../../model/index.ts'
import type { Style, Terminal } from '../render/terminal.ts'

const maxMessage = 400

export function eventLine(event: Event, terminal: Terminal): string {
  const { action, severity = 1, kind } = event.event
  const parts = [
    terminal.style('dim', localTime(event['@timestamp'])),
    terminal.style(styleOf(severity, kind), `${shortDataset(event)} ${action}`.padEnd(24)),
    terminal.safe(whoOf(event).padEnd(18)),
    terminal.safe(textOf(event)),
  ]
  return parts.join('  ')
}

/** Local time with milliseconds: `11-22 10:00:00.123`. */
export function localTime(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return iso
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${two(time.getMonth() + 1)}-${two(time.getDate())}`
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

function styleOf(severity: number, kind: string): Style {
  if (severity >= 70) return 'red'
  return kind === 'alert' || severity >= 40 ? 'yellow' : 'cyan'
}

function shortDataset({ event }: Event): string {
  return event.dataset.replace(/^hx\./, '')
}

/** User and process. */
function whoOf({ user, process, container }: Event): string {
  const name = process?.user?.name ?? user?.name ?? process?.user?.id ?? ''
  const pid = process === undefined || process.pid <= 0 ? '' : `[${process.pid}]`
  const place = container === undefined ? '' : `@${container.name ?? container.id.slice(0, 12)}`
  return `${name}${pid}${place}`
}

function textOf(event: Event): string {
  const text = event.message ?? event.process?.args?.join(' ') ?? event.file?.path ?? ''
  return text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text
}
