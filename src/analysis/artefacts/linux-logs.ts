// Logs of Linux as lines: system logs, web servers', databases', packages'; rotated and packed ones too.

import { compileGlobs } from '../../base/glob.ts'
import { lineTime, logSources, type LogKind, parseSyslogLine } from '../../evidence/log-lines/index.ts'
import type { Event } from '../../model/index.ts'
import type { ArtefactRecord } from '../record.ts'
import { type ArtefactFile, type ArtefactKind, headText } from './artefact.ts'
import { linesOf, type TextLine } from './lines.ts'

/** What rotation puts behind a name: `.1`, `-20261122`, `.2.gz`. */
const rotated = /(?:[.-]\d{1,8})?(?:\.gz)?$/
const syslogHead =
  /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:\d\d)) \S{1,255} [^\s:[\]]{1,128}(?:\[\d{1,10}\])?: /
const webHead = /^\S{1,255} \S{1,64} \S{1,64} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/

const sources = logSources.map(({ name, kind, globs }) => ({ name, kind, globs: compileGlobs(globs) }))
const noTime = 'no time of its own'

interface Log {
  readonly name: string
  readonly kind: LogKind
}

function logAt(path: string): Log | undefined {
  if (!path.startsWith('/var/')) return undefined
  const plain = path.replace(rotated, '')
  return sources.find(({ globs }) => globs.matches(plain) || globs.matches(path))
}

/** Of a file whose name says nothing. */
function logByHead(head: Uint8Array, name: string): Log | undefined {
  const text = headText(head, 1024)
  if (syslogHead.test(text)) return { name: 'messages', kind: 'syslog' }
  if (webHead.test(text))
    return { name: name.includes('nginx') ? 'nginx-access' : 'apache-access', kind: 'apache-access' }
  if (/^type=[A-Z_]{3,40} msg=audit\(/.test(text)) return { name: 'audit', kind: 'audit' }
  return undefined
}

export const linuxLog: ArtefactKind = {
  id: 'log',
  title: 'logs',
  lies: (path) => logAt(path) !== undefined,
  begins: (head, name) => logByHead(head, name) !== undefined,
  *read(file) {
    const log = logAt(file.path) ??
      logByHead(file.source.read(0, 1024), file.path) ?? { name: 'log', kind: 'text' }
    // The year that lines do not have is that of the last write, or the one before.
    const writtenMs = file.modified === undefined ? Date.now() : Date.parse(file.modified)
    let time: string | undefined
    let withoutTime = 0
    for (const line of linesOf(file.source, file.notes)) {
      if (line.text === '') continue
      const own = lineTime(line.text, writtenMs)
      if (own === undefined) withoutTime += 1
      // What has none belongs to the line before, as the parts of a stack trace do.
      time = own ?? time
      yield lineRecord(file, log, { line, time, isOwn: own !== undefined })
    }
    if (withoutTime > 0) file.notes.add(`${withoutTime} lines have ${noTime}`)
  },
}

interface Timed {
  readonly line: TextLine
  readonly time: string | undefined
  readonly isOwn: boolean
}

function lineRecord(file: ArtefactFile, log: Log, { line, time, isOwn }: Timed): ArtefactRecord {
  const { text, offset } = line
  const syslog = parseSyslogLine(text)
  const event: Event = {
    '@timestamp': time ?? new Date(0).toISOString(),
    event: {
      kind: 'event',
      category: ['host'],
      type: ['info'],
      action: 'line',
      dataset: 'hx.log',
      provider: 'log-file',
    },
    message: text,
    log: {
      file: { path: file.path },
      offset,
      ...(syslog === undefined
        ? {}
        : {
            syslog: {
              appname: syslog.appname,
              hostname: syslog.hostname,
              ...(syslog.procid === undefined ? {} : { procid: syslog.procid }),
            },
          }),
    },
    hx: { log: { source: log.name, kind: log.kind, clock: isOwn ? 'line' : 'read' } },
  }
  return {
    kind: 'log',
    source: file.label,
    times: time === undefined ? [] : [{ time, is: isOwn ? 'logged' : 'logged (time of the line before)' }],
    title: `${log.name}: ${text}`,
    data: { log: log.name, offset, text },
    event,
  }
}
