// What browsers and PowerShell remember of their users, and names that the host answers itself.

import { AppError } from '../../base/app-error.ts'
import { type BrowserRecord, browserHistory } from '../../evidence/browser-history/index.ts'
import { hostsEntries } from '../../evidence/hosts-file/index.ts'
import { powershellHistory } from '../../evidence/powershell-history/index.ts'
import { timesOf } from '../record.ts'
import { type ArtefactKind, headText } from './artefact.ts'

const databases = new Set(['history', 'places.sqlite', 'downloads.sqlite', 'formhistory.sqlite'])
const sqliteHead = 'SQLite format 3\0'
const maxTitle = 500

export const browsers: ArtefactKind = {
  id: 'browser',
  title: 'histories of browsers',
  lies: (path, name) =>
    databases.has(name) &&
    /\/(?:chrom|google|microsoft\/edge|brave|opera|vivaldi|yandex|mozilla|firefox|librewolf|tor browser)/.test(
      path,
    ),
  begins: (head) => headText(head, 16) === sqliteHead,
  *read(file) {
    const { source, notes, label, path, neighbour } = file
    if (headText(source.read(0, 16), 16) !== sqliteHead) return
    using wal = neighbour(`${path.slice(path.lastIndexOf('/') + 1).toLowerCase()}-wal`)
    try {
      for (const data of browserHistory(source, { notes, wal })) {
        yield {
          kind: `browser-${data.kind}`,
          source: label,
          times: timesOfRecord(data),
          title: titleOf(data).slice(0, maxTitle),
          data,
        }
      }
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown
      notes.add(thrown.message)
    }
  },
}

function timesOfRecord(record: BrowserRecord): ReturnType<typeof timesOf> {
  switch (record.kind) {
    case 'visit':
      return timesOf(['visited', record.time])
    case 'download':
      return timesOf(['download began', record.time], ['download ended', record.ended])
    case 'search':
      return timesOf(['searched', record.time], ['first searched', record.first])
  }
}

function titleOf(record: BrowserRecord): string {
  switch (record.kind) {
    case 'visit':
      return `${record.url}${record.title === undefined ? '' : ` (${record.title})`}`
    case 'download':
      return `${record.target} from ${record.url}${record.danger === undefined ? '' : `, ${record.danger}`}`
    case 'search':
      return record.term
  }
}

export const powershell: ArtefactKind = {
  id: 'shell-history',
  title: 'history of PowerShell',
  lies: (_path, name) => name === 'consolehost_history.txt',
  begins: (_head, name) => name === 'consolehost_history.txt',
  *read({ source, label, path, modified }) {
    const user = /\/(?:users|home)\/([^/]+)\//i.exec(path)?.[1] ?? ''
    for (const data of powershellHistory(source)) {
      yield {
        kind: 'shell-history',
        source: label,
        times: timesOf(['typed at the latest', modified]),
        title: `${user}: ${data.command}`.slice(0, maxTitle),
        data: { user, shell: 'powershell', number: data.line, ...data },
      }
    }
  },
}

export const hostsFile: ArtefactKind = {
  id: 'hosts',
  title: 'names that the host answers itself',
  lies: (path) => path === '/etc/hosts' || path.endsWith('/system32/drivers/etc/hosts'),
  begins: (_head, name) => name === 'hosts',
  *read({ source, notes, label, modified, suspect }) {
    for (const data of hostsEntries(source, notes)) {
      const what = `${data.address} ${data.names.join(' ')}`
      // Its own line for the host's name is what most have: only whole services led elsewhere are worth a word.
      if (
        !data.isUsual &&
        /(?:microsoft|windowsupdate|avast|kaspersky|eset|sophos|defender|virustotal|clamav)/i.test(what)
      ) {
        suspect({
          level: 'medium',
          title: 'The hosts file leads updates or protection elsewhere',
          what,
          why: 'Who writes the names of updates or scanners there cuts them off.',
          rule: 'hosts-redirect',
          techniques: ['T1565.001', 'T1562.001'],
          ...(modified === undefined ? {} : { time: modified }),
          details: { line: data.line },
        })
      }
      yield { kind: 'hosts', source: label, times: timesOf(['file written', modified]), title: what, data }
    }
  },
}
