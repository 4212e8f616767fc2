// A Windows event as a plain record for Sigma: the fields of its data beside those of its system part, and the log
// sources that its channel and number make it.

import { securityFieldNames, windowsCategories, windowsServices } from './mappings/windows.ts'
import type { RecordSource } from './match/view.ts'

export type SigmaRecord = Readonly<Record<string, unknown>>

const maxFields = 1000

/**
 * `{Event: {System, EventData or UserData}}`, as readers of .evtx files give it, as `{EventID, Channel, Provider_Name,
 * Computer, …, fields of the data}`. What is not of that form is returned as it is, when it is an object.
 */
export function windowsRecord(event: unknown): SigmaRecord {
  const outer = objectOf(event)
  const inner = objectOf(outer['Event'] ?? outer)
  const system = objectOf(inner['System'])
  if (Object.keys(system).length === 0) return outer
  const provider = attributesOf(system['Provider'])
  const execution = attributesOf(system['Execution'])
  return {
    ...dataOf(inner['UserData']),
    ...dataOf(inner['EventData']),
    ...present({
      EventID: textOf(system['EventID']),
      Channel: system['Channel'],
      Computer: system['Computer'],
      ComputerName: system['Computer'],
      Level: system['Level'],
      Task: system['Task'],
      Opcode: system['Opcode'],
      Keywords: system['Keywords'],
      Version: system['Version'],
      EventRecordID: system['EventRecordID'],
      Provider_Name: provider['Name'],
      Provider_Guid: provider['Guid'],
      EventSourceName: provider['EventSourceName'],
      Execution_ProcessID: execution['ProcessID'],
      Security_UserID: attributesOf(system['Security'])['UserID'],
      SystemTime: attributesOf(system['TimeCreated'])['SystemTime'],
    }),
  }
}

/** The log sources of a record that names its Channel and EventID. */
export function windowsSource(record: SigmaRecord): RecordSource {
  const channel = typeof record['Channel'] === 'string' ? record['Channel'] : ''
  return {
    product: 'windows',
    categories: windowsCategories(channel, String(record['EventID'])),
    services: windowsServices(channel),
  }
}

/**
 * With Sysmon's names beside those of the operating system's own events. A record that was enriched (evidence/process-creation)
 * has them already, and knows more.
 */
export function withSysmonNames(record: SigmaRecord): SigmaRecord {
  if (record['Image'] !== undefined) return record
  const id = String(record['EventID'])
  const names = Object.hasOwn(securityFieldNames, id) ? securityFieldNames[id] : undefined
  if (names === undefined || record['Channel'] !== 'Security') return record
  const named = Object.entries(names).map(([sysmon, own]) => [sysmon, record[own]] as const)
  return { ...record, ...present(Object.fromEntries(named)) }
}

function dataOf(data: unknown): SigmaRecord {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(objectOf(data)).slice(0, maxFields)) {
    if (name === '#attributes' || name === 'xmlns') continue
    const inner = objectOf(value)
    // UserData has one element more around its fields.
    if (Object.keys(inner).length > 0 && !('#text' in inner)) Object.assign(fields, dataOf(inner))
    else {
      const text = '#text' in inner ? inner['#text'] : value
      fields[name] = text
      // `Threat Name`: rules write ThreatName.
      if (name.includes(' ')) fields[name.replaceAll(' ', '')] ??= text
    }
  }
  return fields
}

function textOf(value: unknown): unknown {
  const inner = objectOf(value)
  return '#text' in inner ? inner['#text'] : value
}

function attributesOf(value: unknown): SigmaRecord {
  return objectOf(objectOf(value)['#attributes'])
}

function objectOf(value: unknown): SigmaRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SigmaRecord) : {}
}

function present(record: SigmaRecord): SigmaRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined && value !== null),
  )
}
