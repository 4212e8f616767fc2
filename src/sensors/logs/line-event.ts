// One line of a log file as an Event, and what happened to the file itself.

import { pathText } from '../../base/text.ts'
import type { Event, EventCategory } from '../../model/index.ts'
import type { FileAction } from './following.ts'
import type { Generation } from './generation.ts'
import type { FileKey } from './log-file.ts'
import { type LogKind, type NamedLog, type SyslogLine } from '../../evidence/log-lines/index.ts'
import type { LineMark } from './split.ts'

const categories: Readonly<Partial<Record<LogKind, readonly EventCategory[]>>> = {
  'apache-access': ['web'],
  'apache-error': ['web'],
  'nginx-access': ['web'],
  'nginx-error': ['web'],
  'mysql-error': ['database'],
  postgresql: ['database'],
  mongodb: ['database'],
  dpkg: ['package'],
  package: ['package'],
}
const usualCategory: readonly EventCategory[] = ['host']

export interface Line {
  readonly log: NamedLog
  readonly generation: Generation
  readonly text: string
  readonly offset: number
  readonly mark: LineMark
  /** The line's own time, ISO 8601; undefined when it has none that is sure. */
  readonly time: string | undefined
  readonly syslog: SyslogLine | undefined
}

/** `readAt`: ISO 8601; stands for the time that a line does not have. */
export function lineEvent(line: Line, readAt: string): Event {
  const { log, generation, offset, mark, time, syslog } = line
  return {
    '@timestamp': time ?? readAt,
    event: {
      kind: 'event',
      category: categories[log.kind] ?? usualCategory,
      type: ['info'],
      action: 'line',
      dataset: 'hx.log',
      provider: 'log-file',
    },
    message: line.text,
    log: {
      file: { path: log.text },
      offset,
      ...(syslog === undefined ? {} : { syslog: syslogFields(syslog) }),
    },
    hx: {
      log: {
        source: log.source,
        kind: log.kind,
        id: `${generation.id}:${offset}`,
        device: generation.key.device,
        inode: generation.key.inode,
        clock: time === undefined ? 'read' : 'line',
        ...(mark === 'whole' ? {} : { mark }),
      },
    },
  }
}

function syslogFields({
  appname,
  hostname,
  procid,
}: SyslogLine): NonNullable<NonNullable<Event['log']>['syslog']> {
  return { appname, hostname, ...(procid === undefined ? {} : { procid }) }
}

interface FileEventText {
  readonly message: string
  readonly alert: boolean
  readonly severity: number
}

const fileEvents: Readonly<Record<FileAction, FileEventText>> = {
  'log-rotated': { message: 'was rotated', alert: false, severity: 1 },
  'log-truncated': { message: 'has lost lines that it had', alert: true, severity: 73 },
  'log-cleared': { message: 'was cleared', alert: true, severity: 73 },
  'log-deleted': { message: 'was deleted', alert: true, severity: 60 },
  'log-replaced': { message: 'is no file any more', alert: true, severity: 73 },
}

export interface FileEvent {
  readonly log: NamedLog
  readonly action: FileAction
  readonly detail: string
  readonly key: FileKey | undefined
}

export function fileEvent({ log, action, detail, key }: FileEvent, now: string): Event {
  const { message, alert, severity } = fileEvents[action]
  const name = log.text
  return {
    '@timestamp': now,
    event: {
      kind: alert ? 'alert' : 'event',
      category: ['configuration'],
      type: [action === 'log-rotated' ? 'change' : 'deletion'],
      action,
      dataset: 'hx.log',
      provider: 'log-file',
      reason: pathText(detail),
      severity,
    },
    message: `the log ${name} ${message}: ${pathText(detail)}`,
    log: { file: { path: name } },
    file: { path: name, ...(key === undefined ? {} : { inode: key.inode, device: key.device }) },
    hx: { log: { source: log.source, kind: log.kind } },
  }
}
