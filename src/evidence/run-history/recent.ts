// What a user typed, opened, saved and searched: most-recently-used lists of the shell, each with its own way of writing them.

import { filetime, u32, utf16 } from '../fields.ts'
import type { Hive, HiveKey, HiveValue } from '../hive.ts'
import { type Activity, type ActivitySource, at } from './activity.ts'
import { shellPath } from './shell-item.ts'

const explorer = 'Software\\Microsoft\\Windows\\CurrentVersion\\Explorer'
const maxDepth = 3

/** How the data of a list's values are written. */
type Writing = 'text' | 'utf16' | 'items' | 'program and items'

type Row = readonly [source: ActivitySource, key: string, writing: Writing]

const rows: readonly Row[] = [
  ['RunMRU', `${explorer}\\RunMRU`, 'text'],
  ['TypedPaths', `${explorer}\\TypedPaths`, 'text'],
  ['TypedURLs', 'Software\\Microsoft\\Internet Explorer\\TypedURLs', 'text'],
  ['RecentDocs', `${explorer}\\RecentDocs`, 'utf16'],
  ['OpenSaveMRU', `${explorer}\\ComDlg32\\OpenSavePidlMRU`, 'items'],
  ['OpenSaveMRU', `${explorer}\\ComDlg32\\OpenSaveMRU`, 'text'],
  ['LastVisitedMRU', `${explorer}\\ComDlg32\\LastVisitedPidlMRU`, 'program and items'],
  ['LastVisitedMRU', `${explorer}\\ComDlg32\\LastVisitedPidlMRULegacy`, 'program and items'],
  ['LastVisitedMRU', `${explorer}\\ComDlg32\\LastVisitedMRU`, 'utf16'],
  ['WordWheelQuery', `${explorer}\\WordWheelQuery`, 'utf16'],
  ['WordWheelQuery', 'Software\\Microsoft\\Search Assistant\\ACMru', 'text'],
  ['Map Network Drive MRU', `${explorer}\\Map Network Drive MRU`, 'text'],
  ['Terminal Server Client', 'Software\\Microsoft\\Terminal Server Client\\Default', 'text'],
]

export function* recentOf(ntuser: Hive, user: string): Generator<Activity> {
  for (const row of rows) {
    const key = ntuser.find(row[1])
    if (key !== undefined) yield* listOf(key, { row, user, urlTimes: urlTimes(ntuser), depth: 0 })
  }
  yield* programsOf(ntuser, user)
  for (const key of ntuser.find('Software\\Microsoft\\Terminal Server Client\\Servers')?.subkeys() ?? []) {
    const hint = key.value('UsernameHint')?.text() ?? ''
    yield entry('Terminal Server Client', key, {
      what: key.name,
      user,
      details: hint === '' ? {} : { UsernameHint: hint },
    })
  }
  for (const key of ntuser.find(`${explorer}\\MountPoints2`)?.subkeys() ?? []) {
    yield entry('MountPoints2', key, { what: key.name.replaceAll('#', '\\'), user, details: {} })
  }
}

interface Told {
  readonly what: string
  readonly user: string
  readonly details: Record<string, string | number>
}

/** With the time of the key itself. */
function entry(source: ActivitySource, key: HiveKey, told: Told): Activity {
  return { source, ...told, ...at(key.time, 'key written'), key: key.path }
}

/** url1 … in TypedURLs, a FILETIME each in TypedURLsTime. */
function urlTimes(ntuser: Hive): ReadonlyMap<string, string> {
  const times = new Map<string, string>()
  for (const { name, data } of ntuser
    .find('Software\\Microsoft\\Internet Explorer\\TypedURLsTime')
    ?.values() ?? []) {
    const time = filetime(data, 0)
    if (time !== undefined) times.set(name, time)
  }
  return times
}

interface List {
  readonly row: Row
  readonly user: string
  readonly urlTimes: ReadonlyMap<string, string>
  readonly depth: number
}

function* listOf(key: HiveKey, list: List): Generator<Activity> {
  const [source, , writing] = list.row
  const first = firstOf(key)
  for (const value of key.values()) {
    if (/^MRUList(?:Ex)?$/i.test(value.name)) continue
    const what = textOf(value, writing)
    if (what === '') continue
    const typed = source === 'TypedURLs' ? list.urlTimes.get(value.name) : undefined
    const newest = value.name === first ? key.time : undefined
    yield {
      source,
      what,
      ...at(typed ?? newest, typed === undefined ? 'last used' : 'typed'),
      user: list.user,
      key: key.path,
      details: { entry: value.name },
    }
  }
  if (list.depth >= maxDepth) return
  for (const child of key.subkeys()) yield* listOf(child, { ...list, depth: list.depth + 1 })
}

/** Only of the entry in front the key's time is its own. */
function firstOf(key: HiveKey): string {
  const extended = key.value('MRUListEx')?.data
  if (extended !== undefined && extended.length >= 4) return String(u32(extended, 0))
  const letters = key.value('MRUList')?.text() ?? ''
  if (letters !== '') return letters.slice(0, 1)
  return key.value('url1') === undefined ? '' : 'url1'
}

function textOf(value: HiveValue, writing: Writing): string {
  if (writing === 'text') return value.text().replace(/\\1$/, '')
  if (writing === 'utf16') return utf16(value.data, 0)
  if (writing === 'items') return shellPath(value.data)
  const program = utf16(value.data, 0)
  const folder = shellPath(value.data.subarray(2 * program.length + 2))
  return folder === '' ? program : `${program} in ${folder}`
}

const feature = `${explorer}\\FeatureUsage`
const stores = ['Store', 'Persisted'] as const

/** Programs by other counters of the shell. */
function* programsOf(ntuser: Hive, user: string): Generator<Activity> {
  for (const name of ['AppLaunch', 'AppSwitched', 'ShowJumpView', 'AppBadgeUpdated']) {
    const key = ntuser.find(`${feature}\\${name}`)
    for (const value of key?.values() ?? []) {
      const runCount = value.number()
      if (key === undefined || runCount === undefined) continue
      yield {
        source: 'FeatureUsage',
        what: value.name,
        runCount,
        user,
        key: key.path,
        details: { counter: name },
      }
    }
  }
  const flags = 'Software\\Microsoft\\Windows NT\\CurrentVersion\\AppCompatFlags\\Compatibility Assistant'
  for (const store of stores) {
    const key = ntuser.find(`${flags}\\${store}`)
    for (const { name, data } of key?.values() ?? []) {
      if (key === undefined) continue
      const time = filetimeOf(data, store)
      yield {
        source: 'Compatibility Assistant',
        what: name,
        ...at(time, 'seen'),
        user,
        key: key.path,
        details: { list: store },
      }
    }
  }
  for (const key of ntuser
    .find('Software\\Microsoft\\Windows\\CurrentVersion\\Search\\RecentApps')
    ?.subkeys() ?? []) {
    const runCount = key.value('LaunchCount')?.number()
    const time = filetime(key.value('LastAccessedTime')?.data ?? new Uint8Array(0), 0)
    const what = key.value('AppPath')?.text() || (key.value('AppId')?.text() ?? key.name)
    yield {
      source: 'RecentApps',
      what,
      ...at(time, 'last run'),
      ...(runCount === undefined ? {} : { runCount }),
      user,
      key: key.path,
      details: {},
    }
  }
}

/** A Store entry of Windows 8.1 and later has a time at byte 44. */
function filetimeOf(data: Uint8Array, store: string): string | undefined {
  const time = store === 'Store' && data.length >= 52 ? filetime(data, 44) : undefined
  return time !== undefined && time > '2009' && time < '2100' ? time : undefined
}
