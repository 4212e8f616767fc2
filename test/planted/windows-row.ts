// Where evidence lies on the examined Windows, and rows of what must be found.

import type { Evidence, Expected } from './lookup.ts'

const config = '/Windows/System32/config'
export const sam = `${config}/SAM`
export const software = `${config}/SOFTWARE`
export const system = `${config}/SYSTEM`
export const user = '/Users/mina'
export const local = `${user}/AppData/Local`
export const roaming = `${user}/AppData/Roaming`
export const recent = `${roaming}/Microsoft/Windows/Recent`
export const classes = `${local}/Microsoft/Windows/UsrClass.dat`
export const logs = '/Windows/System32/winevt/Logs'
export const bin = '/$Recycle.Bin/S-1-5-21-70-71-72-1003'

export interface WindowsRow {
  readonly name: string
  /** Files that carry it: they must be in the package as they were planted. */
  readonly files: readonly string[]
  readonly told: readonly Evidence[]
  readonly finding?: Expected
}

export function run(
  source: string,
  what: string,
  [at, is]: readonly [string, string],
  more: object = {},
): Evidence {
  const data = { source, what, ...more } as Expected
  return { kind: 'run-history', data, time: { at, is } }
}

export function autorun(data: { readonly [name: string]: Expected }, at: string): Evidence {
  return { kind: 'autorun', data, time: { at, is: 'autostart key written' } }
}

export function logged(eventId: number, at: string, fields: Expected): Evidence {
  const data = { Event: { System: { EventID: eventId }, EventData: fields } }
  return { kind: 'event-log', data, time: { at, is: 'logged' } }
}
