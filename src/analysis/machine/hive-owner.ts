// Whose hive it is: the user's name as Windows wrote it into the hive; else by the path it was loaded from, or lies at.

import type { Hive } from '../../evidence/hive.ts'

const profile = /(?:Users|Documents and Settings|ettings)[\\/]([^\\/]+)[\\/]/i
const service = /(?:ServiceProfiles|system32[\\/]config)[\\/]([^\\/]+)[\\/]/i

/** '' of the machine's hives. */
export function userOf(hive: Hive, path: string): string {
  const { kind, fileName } = hive
  if (kind !== 'NTUSER' && kind !== 'USRCLASS') return ''
  const written = hive.find('Volatile Environment')?.value('USERNAME')?.text() ?? ''
  const explorer = hive.find('Software\\Microsoft\\Windows\\CurrentVersion\\Explorer')
  const logon = explorer?.value('Logon User Name')?.text() ?? ''
  if (written !== '' || logon !== '') return written === '' ? logon : written
  const folder = path.split(/[\\/]/).at(-2) ?? ''
  return profile.exec(path)?.[1] ?? service.exec(path)?.[1] ?? profile.exec(fileName)?.[1] ?? folder
}
