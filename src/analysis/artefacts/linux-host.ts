// What a Linux is and what it starts by itself: release, accounts, jobs, units, keys, preloaded libraries.

import { linuxPlaceOf } from '../autostart/linux-places.ts'
import { linuxStarts } from '../autostart/linux.ts'
import { timesOf } from '../record.ts'
import type { ArtefactFile, ArtefactKind } from './artefact.ts'
import { linesOf } from './lines.ts'

const maxLines = 100_000

function* significant(file: ArtefactFile): Generator<string, void, undefined> {
  let left = maxLines
  for (const { text } of linesOf(file.source, file.notes)) {
    if ((left -= 1) < 0) return
    const line = text.trim()
    if (line !== '' && !line.startsWith('#')) yield line
  }
}

/** Never by its content: these are lines of words. */
const never = (): boolean => false

export const release: ArtefactKind = {
  id: 'system-fact',
  title: 'facts of the system',
  lies: (path) =>
    ['/etc/os-release', '/usr/lib/os-release', '/etc/hostname', '/etc/timezone', '/etc/machine-id'].includes(
      path,
    ),
  begins: never,
  *read(file) {
    const names: Readonly<Record<string, string>> = {
      '/etc/hostname': 'host name',
      '/etc/timezone': 'time zone',
      '/etc/machine-id': 'machine id',
    }
    for (const line of significant(file)) {
      const pretty = /^PRETTY_NAME="?([^"]{1,200})"?$/.exec(line)?.[1]
      const name = names[file.path] ?? (pretty === undefined ? undefined : 'operating system')
      if (name === undefined) continue
      const value = pretty ?? line
      yield {
        kind: 'system-fact',
        source: file.label,
        times: [],
        title: `${name}: ${value}`,
        data: { name, value, key: file.path },
      }
    }
  },
}

export const accountFile: ArtefactKind = {
  id: 'account',
  title: 'accounts',
  lies: (path) => path === '/etc/passwd',
  begins: never,
  *read(file) {
    for (const line of significant(file)) {
      const [name = '', , uid = '', gid = '', fullName = '', home = '', shell = ''] = line.split(':')
      const data = { name, rid: Number(uid), gid: Number(gid), fullName, home, shell }
      if (uid === '0' && name !== 'root') {
        file.suspect({
          level: 'high',
          title: 'Another account has the rights of root',
          what: name,
          why: 'Its number is 0: whoever logs in as it is root.',
          rule: 'second-root',
          techniques: ['T1136.001'],
          details: { shell },
        })
      }
      yield { kind: 'account', source: file.label, times: [], title: `${name} (${uid}) ${shell}`, data }
    }
  },
}

export const linuxAutostart: ArtefactKind = {
  id: 'autorun',
  title: 'what starts by itself',
  lies: (path) => linuxPlaceOf(path) !== undefined,
  begins: never,
  *read(file) {
    const place = linuxPlaceOf(file.path)
    if (place === undefined) return
    for (const { entry, odd } of linuxStarts(file, place)) {
      if (odd !== undefined) {
        file.suspect({
          level: odd.level,
          title: 'An unusual autostart',
          what: `${file.path}: ${odd.line}`.slice(0, 1000),
          why: odd.why,
          rule: 'unusual-autostart',
          techniques: [place.technique],
          ...(file.modified === undefined ? {} : { time: file.modified }),
          details: { category: place.category },
        })
      }
      yield {
        kind: 'autorun',
        source: file.label,
        times: timesOf(['file written', file.modified]),
        title: `${place.category}: ${file.path}: ${entry.command}`,
        data: entry,
      }
    }
  },
}

/** Programs that were installed, by the log of dpkg: its lines are in the log already, this is which ones are there. */
export const packages: ArtefactKind = {
  id: 'package',
  title: 'installed packages',
  lies: (path) => path === '/var/lib/dpkg/status' || path === '/lib/apk/db/installed',
  begins: never,
  *read(file) {
    let name = ''
    for (const { text } of linesOf(file.source, file.notes)) {
      const [, field = '', value = ''] = /^(Package|Version|P|V): ?(.{1,300})$/.exec(text) ?? []
      if (field === 'Package' || field === 'P') name = value
      else if (field !== '' && name !== '') {
        yield {
          kind: 'package',
          source: file.label,
          times: [],
          title: `${name} ${value}`,
          data: { name, version: value },
        }
        name = ''
      }
    }
  },
}
