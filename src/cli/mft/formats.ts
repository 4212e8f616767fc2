// Files, journal records and changes of the log as rows, CSV, bodyfile or JSON.

import type { LogFileChange } from '../../evidence/log-file/index.ts'
import type { MftEntry } from '../../evidence/mft/index.ts'
import type { UsnRecord } from '../../evidence/usn-journal/index.ts'
import { jsonLine } from '../render/json-line.ts'
import type { Terminal } from '../render/terminal.ts'

export interface Writer {
  /** Before the first line. */
  fileHead(): string[]
  file(entry: MftEntry): string[]
  changeHead(): string[]
  change(record: UsnRecord): string[]
  logHead(): string[]
  logged(change: LogFileChange): string[]
}

export type Format = 'text' | 'json' | 'csv' | 'bodyfile'

export function writerOf(format: Format, terminal: Terminal): Writer {
  switch (format) {
    case 'json':
      return {
        fileHead: () => [],
        file: (entry) => [jsonLine({ type: 'mft-entry', version: 1, ...entry })],
        changeHead: () => [],
        change: ({ version, ...record }) => [
          jsonLine({ type: 'usn-record', version: 1, recordVersion: version, ...record }),
        ],
        logHead: () => [],
        logged: (change) => [jsonLine({ type: 'log-file-change', version: 1, ...change })],
      }
    case 'csv':
      return csvWriter
    case 'bodyfile':
      return bodyfileWriter
    case 'text':
      return textWriter(terminal)
  }
}

function short(time: string | undefined): string {
  return time === undefined ? '-'.padEnd(19) : time.slice(0, 19).replace('T', ' ')
}

/** Rows as they come: a table is as large as the volume, so columns have fixed widths. */
function textWriter(terminal: Terminal): Writer {
  const row = (cells: readonly (readonly [string, number])[]): string =>
    cells.map(([text, width]) => text.padEnd(width)).join('  ')
  return {
    fileHead: () => [
      terminal.style(
        'bold',
        row([
          ['ENTRY', 10],
          ['STATE', 8],
          ['CREATED', 19],
          ['MODIFIED', 19],
          ['SIZE', 12],
          ['PATH', 0],
        ]),
      ),
    ],
    file(entry) {
      const { created, modified } = entry.standardInformation ?? {}
      const streams = entry.streams.map(({ name, size }) => `:${name} (${size})`).join(' ')
      const hints = entry.timestomp.length === 0 ? '' : `  [stamped: ${entry.timestomp.join(', ')}]`
      const target = entry.reparse?.target === undefined ? '' : ` → ${entry.reparse.target}`
      const cells = row([
        [`${entry.entry}-${entry.sequence}`, 10],
        [stateOf(entry), 8],
        [short(created), 19],
        [short(modified), 19],
        [entry.isDirectory ? 'dir' : String(entry.data?.size ?? 0), 12],
        [`${entry.path ?? '-'}${target}${streams === '' ? '' : ` ${streams}`}${hints}`, 0],
      ])
      return [terminal.safe(cells)]
    },
    changeHead: () => [
      terminal.style(
        'bold',
        row([
          ['TIME', 19],
          ['ENTRY', 12],
          ['PARENT', 12],
          ['NAME', 40],
          ['WHAT', 0],
        ]),
      ),
    ],
    change: (record) => [
      terminal.safe(
        row([
          [short(record.time), 19],
          [`${record.mftEntry}-${record.mftSequence}`, 12],
          [`${record.parentEntry}-${record.parentSequence}`, 12],
          [record.name ?? '-', 40],
          [record.reasons.join(' '), 0],
        ]),
      ),
    ],
    logHead: () => [
      terminal.style(
        'bold',
        row([
          ['LSN', 14],
          ['ENTRY', 12],
          ['CHANGE', 23],
          ['PATH', 40],
          ['DETAILS', 0],
        ]),
      ),
    ],
    logged: (change) => [
      terminal.safe(
        row([
          [change.lsn, 14],
          [change.mftEntry === undefined ? '-' : `${change.mftEntry}-${change.mftSequence ?? '?'}`, 12],
          [change.change, 23],
          [change.path ?? change.name ?? '-', 40],
          [detailsOf(change), 0],
        ]),
      ),
    ],
  }
}

/** Of a change of the log: where a name was before, times that changed, what was written. */
function detailsOf(change: LogFileChange): string {
  const { oldName, oldParentEntry, attribute, stream, before, after, backwards, usn, isTakenBack } = change
  const parts: string[] = []
  if (oldName !== undefined)
    parts.push(`from ${oldName}${change.change === 'file-moved' ? ` in ${oldParentEntry}` : ''}`)
  if (attribute !== undefined) parts.push(stream === undefined ? attribute : `${attribute}:${stream}`)
  for (const name of timeNames) {
    const [was, is] = [before?.[name], after?.[name]]
    if (is === undefined || is === was) continue
    const isBack = backwards?.includes(name) === true
    parts.push(`${name} ${was === undefined ? '' : `${short(was)} → `}${short(is)}${isBack ? ' (back)' : ''}`)
  }
  if (usn !== undefined) parts.push(`${short(usn.time)} ${usn.reasons.join(' ')}`)
  if (isTakenBack) parts.push('taken back')
  return parts.join('; ')
}

const timeNames = ['created', 'modified', 'changed', 'accessed'] as const

function stateOf({ inUse, timestomp }: MftEntry): string {
  if (!inUse) return 'deleted'
  return timestomp.length > 0 ? 'stamped' : ''
}

const csvWriter: Writer = {
  fileHead: () => [
    'Entry,Sequence,InUse,IsDirectory,Path,Extension,Size,SiCreated,SiModified,SiChanged,SiAccessed,FnCreated,FnModified,FnChanged,FnAccessed,' +
      'Attributes,Links,Streams,ReparseTarget,ZoneIdentifier,Timestomp,Lsn,Usn',
  ],
  file(entry) {
    const si = entry.standardInformation
    const fn = entry.names.find(({ namespace }) => namespace !== 'dos') ?? entry.names[0]
    const path = entry.path ?? ''
    const name = path.slice(path.lastIndexOf('\\') + 1)
    const zone = entry.streams.find((stream) => stream.name === 'Zone.Identifier')?.content
    return [
      csvLine([
        entry.entry,
        entry.sequence,
        entry.inUse,
        entry.isDirectory,
        path,
        name.includes('.') ? name.slice(name.lastIndexOf('.')) : '',
        entry.data?.size,
        si?.created,
        si?.modified,
        si?.changed,
        si?.accessed,
        fn?.created,
        fn?.modified,
        fn?.changed,
        fn?.accessed,
        si === undefined ? undefined : `0x${si.fileAttributes.toString(16)}`,
        entry.links,
        entry.streams.map((stream) => `${stream.name}:${stream.size}`).join(' '),
        entry.reparse?.target,
        zone === undefined ? undefined : Buffer.from(zone, 'base64').toString('latin1'),
        entry.timestomp.join(' '),
        entry.lsn,
        si?.usn,
      ]),
    ]
  },
  changeHead: () => [
    'Time,Usn,Entry,Sequence,ParentEntry,ParentSequence,Name,Reasons,Attributes,Source,Offset',
  ],
  change: (record) => [
    csvLine([
      record.time,
      record.usn,
      record.mftEntry,
      record.mftSequence,
      record.parentEntry,
      record.parentSequence,
      record.name,
      record.reasons.join(' '),
      `0x${record.fileAttributes.toString(16)}`,
      record.source,
      record.offset,
    ]),
  ],
  logHead: () => [
    'Lsn,Transaction,Change,Entry,Sequence,ParentEntry,ParentSequence,Path,Name,OldName,OldParentEntry,Attribute,Stream,' +
      'CreatedBefore,CreatedAfter,ModifiedBefore,ModifiedAfter,ChangedBefore,ChangedAfter,AccessedBefore,AccessedAfter,Backwards,' +
      'UsnTime,UsnReasons,ContentBefore,ContentAfter,ContentOffset,Redo,Undo,TakenBack,Offset',
  ],
  logged: (change) => [
    csvLine([
      change.lsn,
      change.transaction,
      change.change,
      change.mftEntry,
      change.mftSequence,
      change.parentEntry,
      change.parentSequence,
      change.path,
      change.name,
      change.oldName,
      change.oldParentEntry,
      change.attribute,
      change.stream,
      ...timeNames.flatMap((name) => [change.before?.[name], change.after?.[name]]),
      change.backwards?.join(' '),
      change.usn?.time,
      change.usn?.reasons.join(' '),
      change.contentBefore,
      change.contentAfter,
      change.contentOffset,
      change.redo,
      change.undo,
      change.isTakenBack,
      change.offset,
    ]),
  ],
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
export function csvLine(cells: readonly (string | number | boolean | undefined)[]): string {
  return cells
    .map((cell) => {
      const text = String(cell ?? '')
      const safe = typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""').replaceAll(/[\r\n]+/g, ' ')}"` : safe
    })
    .join(',')
}

const bodyfileWriter: Writer = {
  fileHead: () => [],
  file(entry) {
    const mode = entry.isDirectory ? 'd/drwxrwxrwx' : 'r/rrwxrwxrwx'
    const state = entry.inUse ? '' : ' (deleted)'
    const size = entry.data?.size ?? 0
    const si = entry.standardInformation
    const fn = entry.names.find(({ namespace }) => namespace !== 'dos') ?? entry.names[0]
    const path = bodyPath(entry.path ?? `?/record-${entry.entry}`)
    const lines: string[] = []
    if (si !== undefined) lines.push(bodyLine([`${path}${state}`, `${entry.entry}-128`, mode, size], si))
    if (fn !== undefined)
      lines.push(bodyLine([`${path} ($FILE_NAME)${state}`, `${entry.entry}-48`, mode, fn.size], fn))
    for (const stream of entry.streams) {
      if (si !== undefined)
        lines.push(
          bodyLine([`${path}:${bodyPath(stream.name)}${state}`, `${entry.entry}-128`, mode, stream.size], si),
        )
    }
    return lines
  },
  changeHead: () => [],
  change(record) {
    const name = `${bodyPath(record.name ?? '-')} ($UsnJrnl: ${record.reasons.join(' ')})`
    const place: BodyPlace = [name, String(record.mftEntry), 'r/rrwxrwxrwx', 0]
    return [bodyLine(place, record.time === undefined ? {} : { changed: record.time })]
  },
  logHead: () => [],
  logged(change) {
    const name = bodyPath(change.path ?? change.name ?? '-')
    const inode = String(change.mftEntry ?? change.parentEntry ?? 0)
    const line = (what: string, times: BodyTimes): string =>
      bodyLine([`${name} ($LogFile: ${what})`, inode, 'r/rrwxrwxrwx', 0], times)
    const { before, after, usn } = change
    const lines: string[] = []
    if (usn?.time !== undefined) lines.push(line(usn.reasons.join(' '), { changed: usn.time }))
    if (before !== undefined) lines.push(line(`${change.change}, before`, before))
    if (after !== undefined) lines.push(line(change.change, after))
    return lines
  },
}

/** A separator or the end of a line in a name would begin another field or file. */
function bodyPath(path: string): string {
  return path.replaceAll('\\', '/').replaceAll(/[|\p{Cc}\u2028\u2029]/gu, '_')
}

type BodyPlace = readonly [name: string, inode: string, mode: string, size: number]

interface BodyTimes {
  readonly accessed?: string
  readonly modified?: string
  readonly changed?: string
  readonly created?: string
}

function bodyLine([name, inode, mode, size]: BodyPlace, times: BodyTimes): string {
  const [a, m, c, b] = [times.accessed, times.modified, times.changed, times.created].map(seconds)
  return `0|${name}|${inode}|${mode}|0|0|${size}|${a}|${m}|${c}|${b}`
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000)
}
