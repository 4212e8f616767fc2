// Where a class id's code is: CLSID\{…}\InprocServer32, InprocHandler32, LocalServer32, TreatAs; a user's registration goes before
// the machine's, as in Windows.

import type { HiveKey } from '../hive.ts'

export const classId = /^\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}$/i
const servers = ['InprocServer32', 'LocalServer32', 'InprocHandler32', 'TreatAs'] as const

interface ClassServer {
  /** The class' name; '' where it has none. */
  readonly name: string
  /** Command or library. */
  readonly server: string
}

/** `roots` are keys that hold `CLSID`, the first that knows the class counts. */
export function classServer(roots: readonly HiveKey[], id: string): ClassServer | undefined {
  for (const root of roots) {
    const key = root.find(`CLSID\\${id}`) ?? root.find(`Wow6432Node\\CLSID\\${id}`)
    if (key === undefined) continue
    const name = key.value('')?.text() ?? ''
    for (const kind of servers) {
      const server = key.find(kind)?.value('')?.text() ?? ''
      if (server !== '') return { name, server }
    }
    if (name !== '') return { name, server: '' }
  }
  return undefined
}

/** The class id behind a program id such as `Word.Document`; undefined where none is registered. */
export function classOf(roots: readonly HiveKey[], programId: string): string | undefined {
  for (const root of roots) {
    const id = root.find(`${programId}\\CLSID`)?.value('')?.text() ?? ''
    if (classId.test(id)) return id
  }
  return undefined
}
