// The header of a line that a syslog daemon wrote: RFC 3164 as rsyslog and syslog-ng write it into files, with either
// the traditional or the ISO 8601 time.

export interface SyslogLine {
  readonly hostname: string
  readonly appname: string
  readonly procid: string | undefined
  /** Index at which the message begins. */
  readonly messageAt: number
}

// Each part is bounded and ends at a character that it cannot hold: matching is linear.
const header =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) ([^\s:[\]]{1,255}) ([^\s:[\]]{1,128})(?:\[([^\s[\]]{1,32})\])?: ?/

/** Undefined when it is none. */
export function parseSyslogLine(line: string): SyslogLine | undefined {
  const found = header.exec(line.length > 700 ? line.slice(0, 700) : line)
  if (found === null) return undefined
  const [whole, hostname = '', appname = '', procid] = found
  return { hostname, appname, procid, messageAt: whole.length }
}
