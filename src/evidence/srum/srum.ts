// SRUDB.dat, the System Resource Usage Monitor of Windows 8 to 11: what programs and services used in every hour of the last weeks.
// The layout is not published; see FORMAT.md.

import { type EseDatabase, type EseTable, type EseValue, oleTime, ticksTime } from '../ese-database.ts'
import { utf16 } from '../fields.ts'

/** By the names of their tables, in upper case. */
const providers: Readonly<Record<string, string>> = {
  '{973F5D5C-1D90-4944-BE8E-24B94231A174}': 'network-data-usage',
  '{DD6636C4-8929-4683-974E-22C046A43763}': 'network-connectivity',
  '{D10CA2FE-6FCF-4F6D-848E-B2E99266FA89}': 'application-resource-usage',
  '{D10CA2FE-6FCF-4F6D-848E-B2E99266FA86}': 'push-notifications',
  '{FEE4E14F-02A9-4550-B5CE-5FA2DA202E37}': 'energy-usage',
  '{FEE4E14F-02A9-4550-B5CE-5FA2DA202E37}LT': 'energy-usage-long-term',
  '{DA73FB89-2BEA-4DDC-86B8-6E048C6DA477}': 'energy-estimation',
  '{97C2CE28-A37B-4920-B1E9-8B76CD341EC5}': 'energy-estimation',
  '{B6D82AF1-F780-4E17-8077-6CB9AD8A6FC4}': 'tagged-energy',
  '{5C8CF1C7-7257-4F13-B223-970EF5939312}': 'application-timeline',
  '{7ACBBAA3-D029-4BE4-9A7A-0885927F1D8F}': 'vfu',
  '{17F4D97B-F26A-5E79-3A82-90040A47D13D}': 'volume',
  '{841A7317-3805-518B-C2EA-AD224CB4AF84}': 'physical-disk',
  '{DC3D3B50-BB90-5066-FA4E-A5F90DD8B677}': 'cpu',
  '{EEE2F477-0659-5C47-EF03-6D6BEFD441B3}': 'network',
  '{38AD6548-9313-58F8-45C7-D293BAFDC879}': 'performance-counter',
  '{CDF8EBF6-7C0F-5AC2-158F-DBFBEE981152}': 'event-log',
}
const guidTable = /^\{[0-9A-Fa-f-]{36}\}/
const mostIds = 1_000_000
/** A SID has at most 15 parts. */
const mostSidParts = 15
const idType = { sid: 3 }
/** Columns that have a place of their own in a record, or that are FILETIMEs. */
const ownColumns = new Set(['TimeStamp', 'AppId', 'UserId'])
const fileTimes = new Set(['ConnectStartTime', 'EndTime', 'EventTimestamp', 'LocalTime', 'StartTime'])
/** What the engine fills unused places with; the application timeline has it for what is not known. */
const fillers: ReadonlySet<EseValue> = new Set([0x2a2a2a2an, 0x2a2a2a2a2a2a2a2an, 0x2a2a2a2a])

export interface SrumRecord {
  /** E.g. `network-data-usage`; `unknown` where the table's name is not known. */
  readonly provider: string
  /** The GUID of the provider, as the database has it. */
  readonly table: string
  /** When the record was written: its figures are of the time since the last one, about an hour. */
  readonly time?: string
  readonly appId?: number
  /** A path, the name of a service or of a package, as the database has it. */
  readonly app?: string
  readonly userId?: number
  /** A SID. */
  readonly user?: string
  /** The other columns by their own names; what is NULL is left out. Bytes are hexadecimal. */
  readonly values: Readonly<Record<string, SrumValue>>
}

/** A whole number beyond 2^53 is text. */
export type SrumValue = boolean | number | string | readonly SrumValue[]

/** Records of all providers, table by table. */
export function* readSrum(database: EseDatabase): Generator<SrumRecord> {
  const ids = readIds(database)
  for (const table of database.tables) {
    if (!guidTable.test(table.name)) continue
    yield* readTable(database, table, ids)
  }
}

function readIds(database: EseDatabase): Map<number, string> {
  const ids = new Map<number, string>()
  const table = database.table('SruDbIdMapTable')
  if (table === undefined) {
    database.notes.add('there is no SruDbIdMapTable: programs and users have only their numbers')
    return ids
  }
  for (const [type, index, blob] of database.rows(table, ['IdType', 'IdIndex', 'IdBlob'])) {
    if (typeof index !== 'number' || !(blob instanceof Uint8Array)) continue
    if (ids.size >= mostIds) {
      database.notes.add(`only the first ${mostIds} programs and users are named`)
      break
    }
    ids.set(index, type === idType.sid ? sidOf(blob) : utf16(blob, 0))
  }
  return ids
}

/** [MS-DTYP] 2.4.2.2. */
function sidOf(blob: Uint8Array): string {
  const parts = Math.min(blob[1] ?? 0, mostSidParts)
  if (blob.length < 8 + 4 * parts) return Buffer.from(blob).toString('hex')
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.length)
  const rest = Array.from({ length: parts }, (_, index) => `-${bytes.readUInt32LE(8 + 4 * index)}`)
  return `S-${blob[0] ?? 0}-${bytes.readUIntBE(2, 6)}${rest.join('')}`
}

function* readTable(
  database: EseDatabase,
  table: EseTable,
  ids: ReadonlyMap<number, string>,
): Generator<SrumRecord> {
  const provider = providers[table.name.toUpperCase()] ?? 'unknown'
  const columns = table.columns.filter(({ name }) => !ownColumns.has(name)).map(({ name }) => name)
  for (const row of database.rows(table, ['TimeStamp', 'AppId', 'UserId', ...columns])) {
    const [stamp, appId, userId] = row
    const time = typeof stamp === 'bigint' ? oleTime(stamp) : undefined
    const values: [string, SrumValue][] = []
    for (const [index, name] of columns.entries()) {
      const value = row[index + 3] ?? null
      if (value === null || fillers.has(value)) continue
      values.push([name, plainValue(name, value)])
    }
    yield {
      provider,
      table: table.name,
      ...(time === undefined ? {} : { time }),
      ...named('app', appId, ids),
      ...named('user', userId, ids),
      // A column may have any name.
      values: Object.fromEntries(values),
    }
  }
}

function named(
  what: 'app' | 'user',
  id: EseValue | undefined,
  ids: ReadonlyMap<number, string>,
): Partial<Record<'app' | 'user', string> & Record<'appId' | 'userId', number>> {
  if (typeof id !== 'number') return {}
  const name = ids.get(id)
  return { [`${what}Id`]: id, ...(name === undefined || name === '' ? {} : { [what]: name }) }
}

function plainValue(name: string, value: Exclude<EseValue, null>): SrumValue {
  if (typeof value === 'bigint') {
    const time = fileTimes.has(name) ? ticksTime(value) : undefined
    if (time !== undefined) return time
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : String(value)
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'object') return value.map((each) => plainValue(name, each))
  return value
}
