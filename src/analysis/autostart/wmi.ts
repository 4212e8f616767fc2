// Subscriptions in the repository of WMI: what runs when something happens.

import { imageOf } from '../../evidence/autoruns/index.ts'
import type { Notes } from '../../evidence/note.ts'
import type { EvidenceSource } from '../../evidence/source.ts'
import { readWmiRepository, type WmiObject } from '../../evidence/wmi/index.ts'
import type { StartEntry } from './entry.ts'

/** It only writes into a log. */
const usualConsumer = 'SCM Event Log Consumer'
const maxText = 4096

export interface Repository {
  /** A file of the repository by its name in upper case; to be closed. */
  readonly open: (name: string) => (EvidenceSource & Disposable) | undefined
}

export function wmiObjects({ open }: Repository, notes: Notes): WmiObject[] {
  using objects = open('OBJECTS.DATA')
  if (objects === undefined) return []
  using index = open('INDEX.BTR')
  const mappings = [1, 2, 3].flatMap((number) => open(`MAPPING${number}.MAP`) ?? [])
  try {
    return readWmiRepository({ objects, ...(index === undefined ? {} : { index }), mappings }, notes)
  } finally {
    for (const mapping of mappings) mapping[Symbol.dispose]()
  }
}

/** What every Windows has. */
export function isUsualSubscription({ name, consumer }: WmiObject): boolean {
  return (consumer?.name ?? name) === usualConsumer
}

export function wmiEntries(objects: readonly WmiObject[], folder: string): StartEntry[] {
  const consumers = new Map<string, WmiObject>()
  for (const object of objects)
    if (object.kind === 'consumer' && !(consumers.get(nameOf(object))?.state === 'live'))
      consumers.set(nameOf(object), object)
  const bound = new Set<string>()
  const entries: StartEntry[] = []
  for (const object of objects) {
    if (object.kind !== 'binding') continue
    const name = `${object.consumer?.class}\n${object.consumer?.name}`.toLowerCase()
    if (object.state === 'live') bound.add(name)
    entries.push(entryOf(object, consumers.get(name), folder))
  }
  // Nothing calls them: what a filter was bound to is gone, or comes back with the next one.
  for (const [name, consumer] of consumers)
    if (!bound.has(name) && consumer.state === 'live')
      entries.push({ ...entryOf(consumer, consumer, folder), isEnabled: false })
  return entries
}

function nameOf({ class: className, name = '' }: WmiObject): string {
  return `${className}\n${name}`.toLowerCase()
}

function entryOf(object: WmiObject, consumer: WmiObject | undefined, folder: string): StartEntry {
  const text = (name: string): string => {
    const value = consumer?.properties[name]
    return typeof value === 'string' ? value : ''
  }
  const name = object.consumer?.name ?? object.name ?? ''
  const line = text('CommandLineTemplate')
  const program = text('ExecutablePath') || text('ScriptFileName')
  const action = line || program || text('ScriptText') || object.action || (consumer?.texts ?? []).join(' ')
  return {
    category: 'WMI',
    key: `${folder}/OBJECTS.DATA (${object.namespace ?? 'WMI'}:${object.consumer?.class ?? object.class})`,
    entry: name,
    command: `${action}${object.query === undefined ? '' : ` [${object.query}]`}`.slice(0, maxText),
    image: imageOf(program || line),
    time: object.timestamps[0] ?? '',
    isEnabled: object.state === 'live',
    isUsual: isUsualSubscription(object),
    technique: 'T1546.003',
  }
}
