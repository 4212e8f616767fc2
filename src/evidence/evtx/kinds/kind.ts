// What a mapping says of one kind of Windows event: the parts of our Event that it fills.

import type { Event, EventInfo, ProcessInfo, UserInfo } from '../../../model/index.ts'
import type { EventFields } from './data.ts'

export type Told = Omit<Event, '@timestamp' | 'event' | 'message'> & {
  readonly event: Pick<EventInfo, 'action' | 'dataset' | 'category' | 'type'> &
    Partial<Pick<EventInfo, 'kind' | 'outcome' | 'reason' | 'severity'>>
  readonly message: string
}

export type Mapping = (fields: EventFields) => Told

/** Mappings by channel in lower case and event number. */
export type KindTable = Readonly<Record<string, Readonly<Record<number, Mapping>>>>

/** Only what is there. */
export function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/** The last name of a path. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('\\'), path.lastIndexOf('/')) + 1)
}

export function processOf(pid: number | undefined, path: string | undefined): ProcessInfo | undefined {
  if (pid === undefined && path === undefined) return undefined
  return {
    pid: pid ?? 0,
    ...(path === undefined ? {} : { executable: path, name: baseName(path) }),
  }
}

/** Who did it, of the events of the Security log. */
export function subjectOf(fields: EventFields): UserInfo | undefined {
  return accountOf(fields, 'Subject')
}

export function accountOf(fields: EventFields, role: 'Subject' | 'Target'): UserInfo | undefined {
  const id = fields.text(`${role}UserSid`, `${role}Sid`)
  const name = qualified(fields.text(`${role}DomainName`), fields.text(`${role}UserName`))
  if (id === undefined && name === undefined) return undefined
  return { ...(id === undefined ? {} : { id }), ...(name === undefined ? {} : { name }) }
}

function qualified(domain: string | undefined, name: string | undefined): string | undefined {
  return name === undefined || domain === undefined ? name : `${domain}\\${name}`
}
