// What a Linux is and what it starts by itself: release, accounts, jobs, units, keys, preloaded libraries.

import type { ArtefactRecord } from '../record.ts'
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

interface Place {
  readonly test: RegExp
  readonly category: string
  readonly technique: string
  /** Lines that start something. */
  readonly line: RegExp
}

const anyLine = /./
const places: readonly Place[] = [
  {
    test: /^\/etc\/(?:crontab|cron\.d\/[^/]+|anacrontab)$/,
    category: 'Cron',
    technique: 'T1053.003',
    line: /^[\d*@]/,
  },
  {
    test: /^\/var\/spool\/cron\/(?:crontabs\/|tabs\/)?[^/]+$/,
    category: 'Cron',
    technique: 'T1053.003',
    line: /^[\d*@]/,
  },
  {
    test: /^\/etc\/cron\.(?:hourly|daily|weekly|monthly)\/[^/]+$/,
    category: 'Cron',
    technique: 'T1053.003',
    line: /^#?!/,
  },
  {
    test: /^(?:\/etc|\/usr\/local\/lib|\/run|\/home\/[^/]+\/\.config|\/root\/\.config)\/systemd\/(?:system|user)\/.*\.(?:service|timer|path|socket)$/,
    category: 'Units',
    technique: 'T1543.002',
    line: /^(?:Exec(?:Start|StartPre|StartPost|Stop|Reload)|OnCalendar|OnBootSec|Unit)\s*=/,
  },
  { test: /^\/etc\/ld\.so\.preload$/, category: 'Preload', technique: 'T1574.006', line: anyLine },
  { test: /^\/etc\/rc\.local$/, category: 'Boot', technique: 'T1037.004', line: anyLine },
  {
    test: /^\/(?:root|home\/[^/]+)\/\.ssh\/authorized_keys2?$/,
    category: 'SSH keys',
    technique: 'T1098.004',
    line: anyLine,
  },
  {
    test: /^\/(?:root|home\/[^/]+)\/\.config\/autostart\/[^/]+\.desktop$/,
    category: 'Logon',
    technique: 'T1547.013',
    line: /^Exec\s*=/,
  },
]
const suspicious =
  /\/dev\/tcp\/|\/(?:tmp|dev\/shm|var\/tmp)\/|base64\s+(?:-d|--decode)|\b(?:curl|wget)\b.*\|\s*(?:ba|da|z)?sh\b|\bnc\b.*\s-e|\bpython3?\s+-c|bash\s+-i/

export const linuxAutostart: ArtefactKind = {
  id: 'autorun',
  title: 'what starts by itself',
  lies: (path) => places.some(({ test }) => test.test(path)),
  begins: never,
  *read(file) {
    const place = places.find(({ test }) => test.test(file.path))
    if (place === undefined) return
    for (const line of significant(file)) {
      if (!place.line.test(line)) continue
      const isOdd = suspicious.test(line) || place.category === 'Preload'
      if (isOdd) {
        file.suspect({
          level:
            place.category === 'Preload' || /\/dev\/tcp\/|\|\s*(?:ba|da|z)?sh\b/.test(line)
              ? 'high'
              : 'medium',
          title: 'An unusual autostart',
          what: `${file.path}: ${line}`.slice(0, 1000),
          why:
            place.category === 'Preload'
              ? 'A library that is loaded into every program can change what all of them see.'
              : 'It runs something from where everybody may write, from the network, or hands a shell out.',
          rule: 'unusual-autostart',
          techniques: [place.technique],
          ...(file.modified === undefined ? {} : { time: file.modified }),
          details: { category: place.category },
        })
      }
      yield entryOf(file, place, line)
    }
  },
}

function entryOf(file: ArtefactFile, { category, technique }: Place, line: string): ArtefactRecord {
  const isKey = category === 'SSH keys'
  const shown = isKey ? line.replace(/ (AAAA\S{8})\S+/, ' $1…') : line
  return {
    kind: 'autorun',
    source: file.label,
    times: timesOf(['file written', file.modified]),
    title: `${category}: ${file.path}: ${shown}`,
    data: {
      category,
      key: file.path,
      entry: file.path.slice(file.path.lastIndexOf('/') + 1),
      command: shown,
      image: '',
      technique,
      isEnabled: true,
      isUsual: false,
    },
  }
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
