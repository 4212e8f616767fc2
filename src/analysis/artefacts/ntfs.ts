// Tables of NTFS: $MFT, a record of every file that is or was there, and the journal of changes ($UsnJrnl:$J).

import { type MftEntry, readMft } from '../../evidence/mft/index.ts'
import { readUsnJournal } from '../../evidence/usn-journal/index.ts'
import { timesOf } from '../record.ts'
import { type ArtefactFile, type ArtefactKind, headText } from './artefact.ts'

/** What Windows itself unpacks keeps the times of its packages: hints there say nothing. */
export const installed =
  /^\/?(?:windows|program files|program files \(x86\)|programdata\/(?:microsoft|package cache))\//i
/** Files that run, or that are read by what runs. */
export const runnable =
  /\.(?:exe|dll|sys|scr|com|bat|cmd|ps1|psm1|vbs|vbe|js|jse|hta|wsf|php|aspx?|jspx?|py|lnk)$/i
const maxStamped = 200

export const masterFileTable: ArtefactKind = {
  id: 'mft',
  title: 'files of the $MFT',
  lies: (_path, name) => name === '$mft',
  begins: (head) => headText(head, 4) === 'FILE',
  *read(file) {
    let stamped = 0
    for (const entry of readMft(file.source, file.notes)) {
      const path = (entry.path ?? `?/record-${entry.entry}`).replaceAll('\\', '/')
      if (isStamped(entry, path) && (stamped += 1) <= maxStamped) tellStamped(file, entry, path)
      // Without being asked for, what is usual is in the file system itself: only what it does not show is told.
      else if (!file.isFull && entry.inUse) continue
      const si = entry.standardInformation
      const fn = entry.names.find(({ namespace }) => namespace !== 'dos') ?? entry.names[0]
      yield {
        kind: 'mft',
        source: file.label,
        times: [
          ...timesOf(
            ['created', si?.created],
            ['modified', si?.modified],
            ['record changed', si?.changed],
            ['accessed', si?.accessed],
          ),
          ...(file.isFull ? timesOf(['name created', fn?.created], ['name changed', fn?.changed]) : []),
        ],
        title: `${path}${entry.inUse ? '' : ' (deleted)'}`,
        data: entry,
      }
    }
    if (stamped > maxStamped)
      file.notes.add(`${stamped - maxStamped} more files with times that look set are not told`)
  },
}

/** Times of a second exactly are common with archives; before the name's creation is what tools leave. */
function isStamped({ timestomp, isDirectory }: MftEntry, path: string): boolean {
  return (
    timestomp.includes('created-before-name') &&
    timestomp.includes('whole-seconds') &&
    !isDirectory &&
    runnable.test(path) &&
    !installed.test(path)
  )
}

function tellStamped(file: ArtefactFile, entry: MftEntry, path: string): void {
  const created = entry.standardInformation?.created
  const named = entry.names[0]?.created
  file.suspect({
    level: 'medium',
    title: 'The times of a file look as if they had been set',
    what: path,
    why: `Its creation (${created ?? '?'}) is before that of its name (${named ?? '?'}), which only the kernel writes, and has no fraction of a second.`,
    rule: 'timestomp',
    techniques: ['T1070.006'],
    ...(named === undefined ? {} : { time: named }),
    details: { path, hints: entry.timestomp.join(', '), entry: entry.entry },
  })
}

export const usnJournal: ArtefactKind = {
  id: 'usn-journal',
  title: 'changes of the NTFS journal',
  lies: (_path, name) => /^(?:\$usnjrnl:)?\$j$/.test(name) || name === '$usnjrnl_$j',
  begins: (_head, name) => /(?:^|[$_:])\$?j$/.test(name) || name.includes('usnjrnl'),
  *read({ source, notes, label }) {
    for (const data of readUsnJournal(source, notes)) {
      yield {
        kind: 'usn-journal',
        source: label,
        times: timesOf(['changed', data.time]),
        title: `${data.name ?? '-'}: ${data.reasons.join(' ')}`,
        data,
      }
    }
  },
}
