// systemd timers (systemd.timer(5)): when, and what the unit that they start runs.

import { pathText } from '../../base/text.ts'
import { clippedCommand, type Job } from './job.ts'
import type { SmallFileCache } from '../small-file.ts'
import { addUnitFile, lastValue, type UnitSettings } from '../unit-file.ts'
import {
  dropInFolders,
  isForeign,
  isUnitName,
  listUnitFolders,
  type UnitEntry,
  type UnitFolders,
  type UnitScope,
} from '../unit-search.ts'

const timeKeys = [
  'OnCalendar',
  'OnActiveSec',
  'OnBootSec',
  'OnStartupSec',
  'OnUnitActiveSec',
  'OnUnitInactiveSec',
  'OnClockChange',
  'OnTimezoneChange',
]

interface ScopeFiles {
  readonly own: UnitFolders
  readonly above: UnitFolders
  readonly scope: UnitScope
  readonly files: SmallFileCache
  readonly problems: string[]
}

/** The timers of one scope, with the folders that may hold some. */
export function timersOf(
  scope: UnitScope,
  files: SmallFileCache,
): {
  readonly jobs: readonly Job[]
  readonly problems: readonly string[]
  readonly folders: ReadonlySet<string>
} {
  const own = listUnitFolders(scope.folders)
  const from: ScopeFiles = { own, above: listUnitFolders(scope.above), scope, files, problems: [] }
  // A template runs only under the names that a link gives it.
  const names = new Set([...own.entries.keys(), ...own.links.map(({ name }) => name)])
  const jobs: Job[] = []
  for (const name of names) {
    if (!name.endsWith('.timer') || name.includes('@.')) continue
    const job = timerJob(name, from)
    if (job !== undefined) jobs.push(job)
  }
  return { jobs, problems: from.problems, folders: own.folders }
}

function timerJob(name: string, from: ScopeFiles): Job | undefined {
  const entry = entryOf(name, from)
  if (entry === undefined) return undefined
  const isMasked = entry.isEmpty || entry.link === '/dev/null'
  const timer = isMasked ? new Map<string, string[]>() : settingsOf(name, from)
  const named = lastValue(timer, 'Timer.Unit')
  const unit = named !== undefined && isUnitName(named) ? named : name.replace(/timer$/, 'service')
  const service = isMasked ? new Map<string, string[]>() : settingsOf(unit, from)
  const times = timeKeys.flatMap((key) => (timer.get(`Timer.${key}`) ?? []).map((value) => `${key}=${value}`))
  const isLinked = from.own.links.some((link) => link.name === name)
  return {
    kind: 'timer',
    path: pathText(entry.path),
    name: from.scope.id === 'system' ? name : `${from.scope.id}/${name}`,
    line: 0,
    schedule: times.join(' ').slice(0, 1024),
    user: lastValue(service, 'Service.User') ?? userOf(from.scope),
    active: !isMasked && isLinked,
    unit,
    ...clippedCommand((service.get('Service.ExecStart') ?? []).join('\n')),
  }
}

function userOf({ id }: UnitScope): string {
  if (id === 'system') return 'root'
  return id.startsWith('user:') ? id.slice('user:'.length) : ''
}

/** The file that counts for a name; an instance is looked up as its template when it has none of its own. */
function entryOf(name: string, { own, above }: ScopeFiles): UnitEntry | undefined {
  const template = name.replace(/@[^@]*\.(\w+)$/, '@.$1')
  for (const candidate of [name, template]) {
    const entry = own.entries.get(candidate)?.[0] ?? above.entries.get(candidate)?.[0]
    if (entry !== undefined) return entry
  }
  return undefined
}

function settingsOf(name: string, from: ScopeFiles): UnitSettings {
  const settings: UnitSettings = new Map()
  const entry = entryOf(name, from)
  if (entry !== undefined) addFile(settings, entry.path, from)
  for (const folder of dropInFolders(name)) {
    for (const path of from.own.dropIns.get(folder)?.values() ?? []) addFile(settings, path, from)
  }
  return settings
}

function addFile(settings: UnitSettings, path: string, { files, scope, problems }: ScopeFiles): void {
  const result = files.read(path)
  if (result.file === undefined) {
    if (result.why !== 'absent') problems.push(`${pathText(path)} is not read: ${result.why}`)
  } else if (isForeign(scope, path, result.file.uid)) {
    problems.push(`${pathText(path)} is not read: it belongs to uid ${result.file.uid}`)
  } else addUnitFile(settings, result.file.text)
}
