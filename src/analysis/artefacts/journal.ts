// Journal files of systemd: every entry as a line of a log, and entries that were taken out of the file's own list.

import {
  isJournal,
  journalEvent,
  type JournalEntry,
  type JournalValue,
  readJournal,
} from '../../evidence/journal/index.ts'
import type { ArtefactRecord } from '../record.ts'
import type { ArtefactFile, ArtefactKind } from './artefact.ts'

/** A vendor's file of another kind could be called so too. */
const journalName = /\.journal~?$/
const maxTitleChars = 2000

export const journal: ArtefactKind = {
  id: 'journal',
  title: 'journals',
  lies: (path, name) => journalName.test(name) && /^\/(?:var|run)\/log\/journal\//.test(path),
  begins: (head) => isJournal(head),
  *read(file) {
    const summary = { entries: 0, unlisted: 0 }
    for (const entry of readJournal(file.source, file.notes, summary)) yield recordOf(file, entry)
    if (summary.unlisted > 0) tellUnlisted(file, summary.unlisted)
  },
}

function recordOf(file: ArtefactFile, entry: JournalEntry): ArtefactRecord {
  const { cursor, realtime, realtimeUs, monotonicUs, bootId, seqnum, offset, isListed, fields } = entry
  const get = (name: string): string | undefined => {
    if (name === '__CURSOR') return cursor
    if (name === '__REALTIME_TIMESTAMP') return String(realtimeUs)
    return textOf(fields[name])
  }
  const event = journalEvent(get)
  const time = event?.['@timestamp'] ?? realtime
  const program = get('SYSLOG_IDENTIFIER') ?? get('_COMM')
  const pid = get('SYSLOG_PID') ?? get('_PID')
  const from = program === undefined ? '' : `${program}${pid === undefined ? '' : `[${pid}]`}: `
  return {
    kind: 'journal',
    source: file.label,
    times: time === undefined ? [] : [{ time, is: 'logged' }],
    title: `${from}${get('MESSAGE') ?? ''}`.slice(0, maxTitleChars),
    data: { seqnum, bootId, monotonicUs, offset, isListed, fields },
    ...(event === undefined
      ? {}
      : { event: { ...event, log: { ...event.log, file: { path: file.path }, offset } } }),
  }
}

function textOf(value: JournalValue | readonly JournalValue[] | undefined): string | undefined {
  const first = isList(value) ? value[0] : value
  if (first === undefined || typeof first === 'string') return first
  return Buffer.from(first.base64, 'base64').toString('utf8')
}

function isList(value: JournalValue | readonly JournalValue[] | undefined): value is readonly JournalValue[] {
  return Array.isArray(value)
}

function tellUnlisted(file: ArtefactFile, count: number): void {
  file.suspect({
    level: 'medium',
    title: 'Entries are missing in the list of a journal',
    what: `${count} entries of ${file.label}`,
    why: 'Entries stand in the file, but not in its list of entries, so journalctl does not show them: somebody took them out of the list, or the file is damaged.',
    rule: 'journal-unlisted',
    techniques: ['T1070.002'],
    details: { entries: count },
  })
}
