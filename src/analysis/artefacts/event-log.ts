// Windows event logs (.evtx): every record, and what gaps between record numbers say.

import { readEvtx, readEvtxHeader, windowsEvent } from '../../evidence/evtx/index.ts'
import { Notes } from '../../evidence/note.ts'
import type { ArtefactRecord } from '../record.ts'
import { type ArtefactFile, type ArtefactKind, headText } from './artefact.ts'

/** A clock that is set back, or a gap, is told so often a log. */
const maxGaps = 20

export const eventLog: ArtefactKind = {
  id: 'event-log',
  title: 'event logs',
  lies: (_path, name) => name.endsWith('.evtx'),
  begins: (head) => headText(head, 8) === 'ElfFile\0',
  *read(file) {
    const gaps = new Gaps(file)
    if (readEvtxHeader(file.source, new Notes()) === undefined && file.source.size < 4096 + 512) {
      file.notes.add('this is no event log')
      return
    }
    for (const record of readEvtx(file.source, { notes: file.notes, library: file.templates })) {
      const data = record.event()
      const event = windowsEvent(record)
      if (data === undefined || event === undefined) continue
      gaps.see(record.id, record.time)
      const channel = String(record.system('channel') ?? '').replace(/^Microsoft-Windows-/, '')
      const eventId = Number(record.system('eventId') ?? 0)
      const what = event.event.action === 'record' ? '' : `${event.event.action.replaceAll('-', ' ')}: `
      yield {
        kind: 'event-log',
        source: file.label,
        times: [{ time: record.time, is: 'logged' }],
        title: `${channel} ${eventId} ${what}${event.message ?? ''}`,
        data: { record: record.id, ...data },
        event,
      } satisfies ArtefactRecord
    }
  },
}

/** Records have numbers without gaps, unless somebody took some out. A log that is full loses the oldest ones only. */
class Gaps {
  readonly #file: ArtefactFile
  #last: number | undefined
  #told = 0

  constructor(file: ArtefactFile) {
    this.#file = file
  }

  see(id: number, time: string): void {
    const last = this.#last
    this.#last = id
    // Chunks are written in turn: going back is the seam of a log that wraps around.
    if (last === undefined || id <= last + 1 || this.#told >= maxGaps) return
    this.#told += 1
    this.#file.suspect({
      level: 'medium',
      title: 'Records are missing in an event log',
      what: `${id - last - 1} records of ${this.#file.label}`,
      why: `Between record ${last} and record ${id} the numbers have a gap: records were removed, or a part of the file is lost.`,
      rule: 'event-log-gap',
      techniques: ['T1070.001'],
      time,
      details: { before: last, after: id, missing: id - last - 1 },
    })
  }
}
