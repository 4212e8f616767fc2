// MUICache: names that the shell showed for programs; a program in it was started or looked at by this user.

import type { Hive } from '../hive.ts'
import type { Activity } from './activity.ts'

const places = [
  'Local Settings\\Software\\Microsoft\\Windows\\Shell\\MuiCache',
  'Local Settings\\MuiCache',
  'Software\\Microsoft\\Windows\\ShellNoRoam\\MUICache',
  'Software\\Classes\\Local Settings\\Software\\Microsoft\\Windows\\Shell\\MuiCache',
] as const

export function* muiCacheOf(hive: Hive, user: string): Generator<Activity> {
  for (const place of places) {
    const key = hive.find(place)
    for (const value of key?.values() ?? []) {
      const [, path, field = 'FriendlyAppName'] =
        /^([A-Za-z]:\\.*?|\\\\.*?)(?:\.(FriendlyAppName|ApplicationCompany))?$/.exec(value.name) ?? []
      if (path === undefined || key === undefined || field === 'ApplicationCompany') continue
      const company = key.value(`${path}.ApplicationCompany`)?.text() ?? ''
      yield {
        source: 'MUICache',
        what: path,
        user,
        key: key.path,
        details: { name: value.text(), ...(company === '' ? {} : { company }) },
      }
    }
  }
}
