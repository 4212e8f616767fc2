// Lines of the programs that change to another account: su (util-linux and shadow), sudo, doas, pkexec.

import { boundedCommand, factOf, type LoginFact, terminalOf } from '../fact.ts'
import { type LineParser, type LogLine, parserOf } from './rule.ts'

/** The names are of accounts that exist, and the terminal is the kernel's. */
export const parseSu: LineParser = parserOf('su', [
  {
    action: 'su',
    witness: 'su',
    pattern: /^\(to (?<target>.{1,128})\) (?<user>\S{1,128}) on (?<tty>\S{1,64})$/,
  },
  {
    action: 'su',
    witness: 'su',
    outcome: 'failure',
    pattern: /^FAILED SU \(to (?<target>.{1,128})\) (?<user>\S{1,128}) on (?<tty>\S{1,64})$/,
  },
  { action: 'su', witness: 'su', pattern: /^Successful su for (?<target>.{1,128}) by (?<user>.{1,128})$/ },
  {
    action: 'su',
    witness: 'su',
    outcome: 'failure',
    pattern: /^FAILED su for (?<target>.{1,128}) by (?<user>.{1,128})$/,
  },
  {
    action: 'su',
    witness: 'su-sign',
    pattern: /^\+ (?<tty>\S{1,64}) (?<user>[^\s:]{1,64})[:-](?<target>[^\s:]{1,64})$/,
  },
  {
    action: 'su',
    witness: 'su-sign',
    outcome: 'failure',
    pattern: /^- (?<tty>\S{1,64}) (?<user>[^\s:]{1,64})[:-](?<target>[^\s:]{1,64})$/,
  },
])

export const parseDoas: LineParser = parserOf('doas', [
  {
    action: 'sudo',
    witness: 'command',
    method: 'doas',
    pattern: /^(?<user>\S{1,64}) ran command (?<command>.*) as (?<target>\S{1,64}) from (?<directory>.*)$/,
  },
  {
    action: 'sudo',
    witness: 'command',
    method: 'doas',
    outcome: 'failure',
    reason: 'command not permitted',
    pattern: /^command not permitted for (?<user>\S{1,64}): (?<command>.*)$/,
  },
  {
    action: 'sudo',
    witness: 'command',
    method: 'doas',
    outcome: 'failure',
    reason: 'authentication failed',
    pattern: /^failed auth for (?<user>\S{1,64})$/,
  },
])

export const parsePkexec: LineParser = parserOf('pkexec', [
  {
    action: 'sudo',
    witness: 'command',
    method: 'pkexec',
    pattern:
      /^(?<user>\S{1,64}): Executing command \[USER=(?<target>[^\]]{1,64})\] \[TTY=(?<tty>[^\]]{1,64})\] \[CWD=(?<directory>.*)\] \[COMMAND=(?<command>.*)\]$/,
  },
])

const sudoHead = /^\s{0,8}(?<user>\S{1,128}) : (?:(?<reason>[^;=]{1,200}) ; )?(?=(?:HOST|TTY)=)/
const between = ' ; '

/**
 * `bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/id`, with a reason before TTY when it was refused.
 * Folder and command may hold ` ; USER=…` themselves: the fields are taken from the left, and such a line is marked.
 */
export function parseSudo(line: LogLine): LoginFact | undefined {
  const match = sudoHead.exec(line.text)
  if (match === null) return undefined
  const rest = line.text.slice(match[0].length)
  const mark = rest.startsWith('COMMAND=') ? 0 : rest.indexOf(`${between}COMMAND=`)
  const fields = fieldsOf(mark < 0 ? rest : rest.slice(0, mark))
  const command = mark < 0 ? undefined : rest.slice(rest.indexOf('=', mark) + 1)
  const reason = match.groups?.['reason']
  return factOf({
    action: 'sudo',
    witness: 'command',
    provider: line.provider,
    timeMs: line.timeMs,
    time: line.time,
    outcome: reason === undefined ? 'success' : 'failure',
    user: match.groups?.['user'],
    target: fields.get('USER'),
    group: fields.get('GROUP'),
    tty: terminalOf(fields.get('TTY')),
    directory: fields.get('PWD'),
    command: command === undefined ? undefined : boundedCommand(command),
    pid: line.pid,
    service: 'sudo',
    reason,
    ambiguous: command !== undefined && / ; (?:USER|COMMAND)=/.test(command) ? true : undefined,
  })
}

/** `A=b ; C=d`; of fields that stand there twice the first counts. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const part of text.split(between, 20)) {
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(0, equals))
    if (/^[A-Z]{1,16}$/.test(name) && !fields.has(name)) fields.set(name, part.slice(equals + 1))
  }
  return fields
}
