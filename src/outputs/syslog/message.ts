// A syslog message (RFC 5424): facility "log audit", the severity from the event's.

import type { Event } from '../../model/index.ts'
import type { Origin } from '../output.ts'

const facility = 13

export function syslogMessage(event: Event, text: string, origin: Origin): string {
  const priority = facility * 8 + severityOf(event.event.severity ?? 1)
  const host = origin.hostName.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 255) || '-'
  const id = event.event.action.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 32) || '-'
  return `<${priority}>1 ${event['@timestamp']} ${host} haechi ${process.pid} ${id} - ${text}`
}

/** 6 informational, 5 notice, 4 warning, 3 error, 2 critical. */
function severityOf(severity: number): number {
  return 6 - [20, 40, 60, 80].filter((least) => severity >= least).length
}
