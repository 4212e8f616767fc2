// Permanent event subscriptions in the WMI repository (ATT&CK T1546.003): filters, consumers and what binds them, also those that
// are no longer in use. Records are found by the hash of their class's name wherever they lie. The layout is not published; see FORMAT.md.

import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import type { CimValue } from './cim.ts'
import { type CimClass, layoutOf, readClass } from './class.ts'
import { readNamespaces } from './index-keys.ts'
import { type CimInstance, instanceHash, readInstance } from './instance.ts'
import { type Mapping, readMappings, recordBytes, type StoredRecord, storedRecords } from './objects.ts'
import { carvedBindings } from './remnants.ts'
import { bindingOf, namesOf, type WmiReference } from './reference.ts'
import type { WmiObject } from './wmi-object.ts'

export interface WmiFiles {
  /** OBJECTS.DATA */
  readonly objects: EvidenceSource
  /** INDEX.BTR */
  readonly index?: EvidenceSource
  /** MAPPING1.MAP to MAPPING3.MAP */
  readonly mappings?: readonly EvidenceSource[]
}

const kinds: Readonly<Record<string, WmiObject['kind']>> = {
  __EventFilter: 'filter',
  __FilterToConsumerBinding: 'binding',
  CommandLineEventConsumer: 'consumer',
  ActiveScriptEventConsumer: 'consumer',
  LogFileEventConsumer: 'consumer',
  NTEventLogEventConsumer: 'consumer',
  SMTPEventConsumer: 'consumer',
  ScriptingStandardConsumerSetting: 'consumer',
  __IntervalTimerInstruction: 'timer',
  __AbsoluteTimerInstruction: 'timer',
}
const ancestors = [
  '__SystemClass',
  '__IndicationRelated',
  '__EventConsumer',
  '__TimerInstruction',
  'CIM_Setting',
]
const chunkBytes = 4 * 1024 * 1024
const mostObjects = 10_000
const mostOwnClasses = 64
const readAhead = 1024 * 1024

/** Filters and consumers first, then bindings, in the order of the file. */
export function readWmiRepository(files: WmiFiles, notes: Notes): WmiObject[] {
  const mappings = readMappings(files.mappings ?? [], notes)
  const reader = new Reader(files, mappings?.objects, notes)
  const namespaces = files.index === undefined ? undefined : readNamespaces(files.index, mappings?.index)
  const found = reader.find(Object.entries(kinds))
  // Consumers may be of classes of their own: bindings name them.
  const more = new Set<string>()
  for (const { instance } of found) {
    const name = bindingOf(instance)?.consumer?.class
    if (name !== undefined && kinds[name] === undefined && more.size < mostOwnClasses) more.add(name)
  }
  found.push(...reader.find([...more].map((name) => [name, 'consumer'] as const)))
  const objects = found
    .toSorted((a, b) => a.offset - b.offset)
    .map((each) => objectOf(each, namespaces?.get(each.place ?? '')))
  const carved = carvedBindings(files.objects, found)
  return joined([...objects, ...carved])
}

interface Found {
  readonly kind: WmiObject['kind']
  readonly offset: number
  readonly instance: CimInstance
  /** `logical page.number` of the record; undefined: no list leads to it. */
  readonly place: string | undefined
}

class Reader {
  readonly #source: EvidenceSource
  readonly #mapping: Mapping | undefined
  readonly #notes: Notes
  readonly #classes = new Map<string, CimClass>()
  readonly #live = new Map<number, StoredRecord>()

  constructor({ objects }: WmiFiles, mapping: Mapping | undefined, notes: Notes) {
    this.#source = objects
    this.#mapping = mapping
    this.#notes = notes
    for (const record of storedRecords(objects, mapping)) this.#live.set(record.offset, record)
    if (this.#live.size === 0)
      notes.add('OBJECTS.DATA has no list of records: all that is found is a remnant', 0)
  }

  find(wanted: readonly (readonly [string, WmiObject['kind']])[]): Found[] {
    if (wanted.length === 0) return []
    this.#readClasses(
      new Set([...wanted.map(([name]) => name), ...ancestors].map((name) => name.toUpperCase())),
    )
    const found: Found[] = []
    for (const [name, kind] of wanted) {
      const layout = layoutOf(name, this.#classes)
      for (const era of ['vista', 'xp'] as const) {
        for (const offset of this.#places(instanceHash(name, era))) {
          if (found.length >= mostObjects) {
            this.#notes.add(`only the first ${mostObjects} objects are read`)
            return found
          }
          const live = this.#live.get(offset)
          const bytes =
            live === undefined
              ? this.#source.read(offset, readAhead)
              : recordBytes(this.#source, live, this.#mapping)
          const instance = readInstance(bytes, name, era, layout)
          if (instance !== undefined) found.push({ kind, offset, instance, place: placeOf(live) })
        }
      }
    }
    return found
  }

  #readClasses(wanted: Set<string>): void {
    const missing = new Set([...wanted].filter((name) => !this.#classes.has(name)))
    for (const record of this.#live.values()) {
      if (missing.size === 0) return
      const known = readClass(recordBytes(this.#source, record, this.#mapping))
      if (known === undefined || !missing.delete(known.name.toUpperCase())) continue
      this.#classes.set(known.name.toUpperCase(), known)
    }
  }

  *#places(pattern: Buffer): Generator<number> {
    const { size } = this.#source
    for (let start = 0; start < size; start += chunkBytes) {
      const read = this.#source.read(start, chunkBytes + pattern.length - 1)
      const bytes = Buffer.from(read.buffer, read.byteOffset, read.length)
      for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + pattern.length))
        yield start + at
    }
  }
}

function placeOf(record: StoredRecord | undefined): string | undefined {
  return record === undefined ? undefined : `${record.logicalPage ?? record.page}.${record.id}`
}

function objectOf({ kind, offset, instance, place }: Found, namespace: string | undefined): WmiObject {
  const { className, timestamps, texts, properties } = instance
  const creator = sidOf(properties?.get('CreatorSID'))
  const values = [...(properties ?? namesOf(instance))].flatMap(
    ([name, value]): [string, string | number | boolean][] =>
      typeof value === 'object' ? [] : [[name, value]],
  )
  const plain = Object.fromEntries(values)
  const name = plain['Name'] ?? plain['TimerId']
  const binding = kind === 'binding' ? bindingOf(instance) : undefined
  return {
    kind,
    class: className,
    ...(typeof name === 'string' ? { name } : {}),
    ...(namespace === undefined ? {} : { namespace }),
    state: place === undefined ? 'remnant' : 'live',
    offset,
    timestamps: timestamps.filter((time) => time !== undefined),
    ...(creator === undefined ? {} : { creator }),
    properties: plain,
    ...(properties === undefined ? { texts } : {}),
    ...binding,
  }
}

function sidOf(value: CimValue | undefined): string | undefined {
  if (typeof value !== 'object' || value.length < 8) return undefined
  const bytes = Buffer.from(value)
  const parts = Math.min(bytes[1] ?? 0, 15)
  if (bytes.length < 8 + 4 * parts) return undefined
  const rest = Array.from({ length: parts }, (_, index) => `-${bytes.readUInt32LE(8 + 4 * index)}`)
  return `S-${bytes[0] ?? 0}-${bytes.readUIntBE(2, 6)}${rest.join('')}`
}

const actions = [
  'CommandLineTemplate',
  'ExecutablePath',
  'ScriptText',
  'ScriptFileName',
  'Filename',
  'ToLine',
]

/** Bindings with what their filter waits for and what their consumer does; live ones before remnants of the same name. */
function joined(objects: readonly WmiObject[]): WmiObject[] {
  const byName = new Map<string, WmiObject>()
  for (const object of objects) {
    const key = `${object.class}\n${object.name}`.toUpperCase()
    if (object.kind !== 'binding' && (!byName.has(key) || object.state === 'live')) byName.set(key, object)
  }
  const named = (reference: WmiReference | undefined): WmiObject | undefined =>
    reference === undefined ? undefined : byName.get(`${reference.class}\n${reference.name}`.toUpperCase())
  const rest = objects.filter(({ kind }) => kind !== 'binding')
  const bindings = objects.filter(({ kind }) => kind === 'binding')
  return [
    ...rest,
    ...bindings.map((binding) => {
      const query = named(binding.filter)?.properties['Query']
      const consumer = named(binding.consumer)
      const action = actions
        .map((name) => consumer?.properties[name])
        .find((value) => typeof value === 'string')
      return {
        ...binding,
        ...(typeof query === 'string' ? { query } : {}),
        ...(typeof action === 'string' ? { action } : {}),
      }
    }),
  ]
}
