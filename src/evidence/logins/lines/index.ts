// Which parser reads the lines of which program, and how a line of a log comes to it.

import type { Event } from '../../../model/index.ts'
import type { LoginFact } from '../fact.ts'
import { parseAccountTool } from './account-tools.ts'
import { parsePam } from './pam.ts'
import type { LineParser, LogLine } from './rule.ts'
import { parseLogin, parseLogind, parseProftpd, parseVsftpd } from './services.ts'
import { parseDropbear, parseSshd } from './sshd.ts'
import { parseDoas, parsePkexec, parseSu, parseSudo } from './switch.ts'

const parsers: Readonly<Record<string, LineParser>> = {
  sshd: parseSshd,
  'sshd-session': parseSshd,
  'sshd-auth': parseSshd,
  dropbear: parseDropbear,
  su: parseSu,
  sudo: parseSudo,
  doas: parseDoas,
  pkexec: parsePkexec,
  login: parseLogin,
  'systemd-logind': parseLogind,
  vsftpd: parseVsftpd,
  proftpd: parseProftpd,
  useradd: parseAccountTool,
  usermod: parseAccountTool,
  userdel: parseAccountTool,
  newusers: parseAccountTool,
  groupadd: parseAccountTool,
  groupmod: parseAccountTool,
  groupdel: parseAccountTool,
  gpasswd: parseAccountTool,
  passwd: parseAccountTool,
  chpasswd: parseAccountTool,
  chage: parseAccountTool,
  chsh: parseAccountTool,
  chfn: parseAccountTool,
}

/** No line of these programs that tells of a login is longer; sudo's commands are cut at this. */
const maxLine = 8192
const maxRepeats = 100

/** What a line tells: several facts only where the syslog daemon has folded equal lines into one. */
export function parseLine(line: LogLine): LoginFact[] {
  const repeated = /^message repeated (\d{1,6}) times: \[ (.*)\]$/.exec(line.text)
  const text = repeated?.[2] ?? line.text
  const fact = parseText({ ...line, text })
  if (fact === undefined) return []
  // The process that serves a connection runs as its user, and says that it ends.
  const isDoubtful = line.isUnprivileged === true && fact.action !== 'logoff'
  const told = isDoubtful ? { ...fact, unverified: true } : fact
  return Array.from({ length: Math.min(Number(repeated?.[1] ?? 1), maxRepeats) }, () => told)
}

function parseText(line: LogLine): LoginFact | undefined {
  if (line.text.startsWith('pam_')) return parsePam(line)
  return Object.hasOwn(parsers, line.program) ? parsers[line.program]?.(line) : undefined
}

/** Undefined when the event is no line of a program, or of none that logs anybody in. */
export function lineOf(event: Event): LogLine | undefined {
  const program = programOf(event.log?.syslog?.appname)
  if (program === undefined || event.message === undefined) return undefined
  const written = event.message.length > maxLine ? event.message.slice(0, maxLine) : event.message
  const isJournal = event.event.provider === 'journal'
  const text = isJournal ? written : withoutHeader(written, event.log?.syslog?.appname ?? '')
  if (!text.startsWith('pam_') && !Object.hasOwn(parsers, program)) return undefined
  const procid = event.log?.syslog?.procid
  return {
    provider: isJournal ? 'journal' : 'syslog',
    timeMs: Date.parse(event['@timestamp']),
    time: event['@timestamp'],
    program,
    pid: procid !== undefined && /^\d{1,10}$/.test(procid) ? Number(procid) : undefined,
    text,
    isUnprivileged: isJournal && event.user?.id !== undefined && event.user.id !== '0',
  }
}

/** `/usr/sbin/CRON`, `(systemd)`, `gdm-password]`. */
function programOf(appname: string | undefined): string | undefined {
  if (appname === undefined) return undefined
  return appname.slice(appname.lastIndexOf('/') + 1).replaceAll(/[()\]]/g, '')
}

// Only a real header may be taken away: a name inside the text could look like one.
const header =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S{1,32}) (?:\S{1,255} )?/

/** The text of a line of a log file; that of the journal has no header. */
function withoutHeader(line: string, appname: string): string {
  const head = header.exec(line)?.[0]
  if (head === undefined) return line
  for (const start of [head.length, head.trimEnd().lastIndexOf(' ') + 1]) {
    if (!line.startsWith(appname, start)) continue
    const rest = /^(?:\[\d{1,10}\])?: ?/.exec(line.slice(start + appname.length, start + appname.length + 16))
    if (rest !== null) return line.slice(start + appname.length + rest[0].length)
  }
  return line
}
