// UserAssist: programs and shortcuts that a user started in the shell, with count and time; names are written in ROT13.

import { filetime, u32 } from '../fields.ts'
import type { Hive, HiveKey } from '../hive.ts'
import { type Activity, at } from './activity.ts'

const root = 'Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\UserAssist'

/** Known folders in front of names (KNOWNFOLDERID of Windows 7 and later). */
const folders: Readonly<Record<string, string>> = {
  '{0139D44E-6AFE-49F2-8690-3DAFCAE6FFB8}': '%ProgramData%\\Microsoft\\Windows\\Start Menu\\Programs',
  '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}': '%SystemRoot%\\System32',
  '{6D809377-6AF0-444B-8957-A3773F02200E}': '%ProgramFiles%',
  '{7C5A40EF-A0FB-4BFC-874A-C0F2E0B9FA8E}': '%ProgramFiles(x86)%',
  '{905E63B6-C1BF-494E-B29C-65B732D3D21A}': '%ProgramFiles%',
  '{9E3995AB-1F9C-4F13-B827-48B24B6C7174}':
    '%AppData%\\Microsoft\\Internet Explorer\\Quick Launch\\User Pinned',
  '{A77F5D77-2E2B-44C3-A6A2-ABA601054A51}': '%AppData%\\Microsoft\\Windows\\Start Menu\\Programs',
  '{B4BFCC3A-DB2C-424C-B029-7FE99A87C641}': '%UserProfile%\\Desktop',
  '{D65231B0-B2F1-4857-A4CE-A8E7C6EA7D27}': '%SystemRoot%\\SysWOW64',
  '{F38BF404-1D43-42F2-9305-67DE0B28FC23}': '%SystemRoot%',
  '{FDD39AD0-238F-46AF-ADB4-6C85480369C7}': '%UserProfile%\\Documents',
  '{374DE290-123F-4565-9164-39C4925E467B}': '%UserProfile%\\Downloads',
}

function rot13(text: string): string {
  return text.replaceAll(/[a-z]/gi, (letter) => {
    const code = letter.charCodeAt(0)
    const base = code >= 97 ? 97 : 65
    return String.fromCharCode(base + ((code - base + 13) % 26))
  })
}

export function* userAssistOf(ntuser: Hive, user: string): Generator<Activity> {
  for (const group of ntuser.find(root)?.subkeys() ?? []) {
    const key = group.find('Count')
    for (const { name, data } of key?.values() ?? []) {
      const plain = rot13(name)
      // What the shell counts about itself.
      if (key === undefined || plain.startsWith('UEME_CTL')) continue
      yield { ...entryOf(data), source: 'UserAssist', what: pathOf(plain), user, key: key.path }
    }
  }
}

function pathOf(name: string): string {
  const plain = name.replace(/^UEME_RUN(?:PATH|PIDL|CPL|WMCMD)?:/, '')
  return plain.replace(/^\{[0-9A-F-]{36}\}/i, (id) => folders[id.toUpperCase()] ?? id)
}

type Entry = Pick<Activity, 'time' | 'timeIs' | 'runCount' | 'details'>

/** 72 bytes since Windows 7; 16 before, whose count begins at 5. */
function entryOf(data: Uint8Array): Entry {
  if (data.length >= 68) {
    return {
      ...at(filetime(data, 60), 'last run'),
      runCount: u32(data, 4),
      details: { focusCount: u32(data, 8), focusMs: u32(data, 12) },
    }
  }
  if (data.length < 16) return { details: {} }
  return {
    ...at(filetime(data, 8), 'last run'),
    runCount: Math.max(0, u32(data, 4) - 5),
    details: { session: u32(data, 0) },
  }
}

/** Background and desktop activity moderators: the last run of programs, by the user's SID. */
export function* moderatorsOf(sets: readonly HiveKey[]): Generator<Activity> {
  for (const set of sets) {
    for (const [source, path] of moderators) {
      for (const key of set.find(path)?.subkeys() ?? []) yield* lastRunsIn(key, source)
    }
  }
}

const moderators = [
  ['BAM', 'Services\\bam\\State\\UserSettings'],
  ['BAM', 'Services\\bam\\UserSettings'],
  ['DAM', 'Services\\dam\\State\\UserSettings'],
  ['DAM', 'Services\\dam\\UserSettings'],
] as const

function* lastRunsIn(key: HiveKey, source: 'BAM' | 'DAM'): Generator<Activity> {
  for (const { name, data } of key.values()) {
    // Entries have a time and more; the others are counters of the service.
    if (data.length < 24) continue
    yield {
      source,
      what: name,
      ...at(filetime(data, 0), 'last run'),
      user: key.name,
      key: key.path,
      details: {},
    }
  }
}
