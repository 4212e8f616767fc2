// Writes ESE databases (header, catalog, B+ trees with several levels, long values) in every page size, for tests and for comparing with
// other readers.

import { u16, u32 } from './artefact-fields.ts'
import { type EseEntry, EsePages } from './ese-pages.ts'
import {
  encodeRecord,
  type EseCell,
  type EseColumnSpec,
  type EsePacking,
  fixedBytesOf,
} from './ese-record.ts'

export interface EseTableSpec {
  readonly name: string
  readonly columns: readonly EseColumnSpec[]
  /** Cells in the order of the columns. */
  readonly rows: readonly (readonly EseCell[])[]
  /** The table whose columns it has too: they come first in `columns`, marked as derived. */
  readonly template?: string
  /** Numbers of rows that are marked as deleted. */
  readonly deleted?: readonly number[]
}

export interface EseSpec {
  readonly pageBytes: 2048 | 4096 | 8192 | 16384 | 32768
  readonly revision?: number
  /** 2 is dirty, 3 clean. */
  readonly state?: number
  readonly oldChecksums?: boolean
  readonly tables: readonly EseTableSpec[]
}

const fixedNames = [
  ['ObjidTable', 4],
  ['Type', 3],
  ['Id', 4],
  ['ColtypOrPgnoFDP', 4],
  ['SpaceUsage', 4],
  ['Flags', 4],
  ['PagesOrLocale', 4],
  ['RootFlag', 1],
  ['RecordOffset', 3],
  ['LCMapFlags', 4],
  ['KeyMost', 17],
] as const
const variableNames = [
  'Name',
  'Stats',
  'TemplateTable',
  'DefaultValue',
  'KeyFldIDs',
  'VarSegMac',
  'ConditionalColumns',
]

const catalogColumns: readonly EseColumnSpec[] = [
  ...fixedNames.map(([name, coltyp], index) => ({ name, coltyp, id: index + 1 })),
  ...variableNames.map((name, index) => ({
    name,
    coltyp: name === 'Name' || name === 'TemplateTable' ? 10 : 9,
    id: 128 + index,
  })),
]

export function writeEse(spec: EseSpec): Buffer {
  const pages = new EsePages(spec.pageBytes, spec.oldChecksums ?? false)
  const catalog: EseCell[][] = [
    ...catalogRows(
      { name: 'MSysObjects', columns: catalogColumns, rows: [] },
      { objectId: 2, root: 4, longValues: 0 },
    ),
  ]
  pages.tree({ objectId: 1, root: 1, entries: [], flags: 0 })
  let objectId = 10
  for (const table of spec.tables) {
    const [root, longRoot] = [pages.allocate(), pages.allocate()]
    const longEntries: EseEntry[] = []
    const entries = table.rows.map((cells, index) => ({
      key: rowKey(index),
      data: encodeRecord(table.columns, cells, {
        isLarge: spec.pageBytes > 8192,
        keep: (bytes, pack) => keepLong(longEntries, bytes, { pack, pageBytes: spec.pageBytes }),
      }),
      isDeleted: table.deleted?.includes(index) ?? false,
    }))
    pages.tree({ objectId, root, entries, flags: 0 })
    const longValues = longEntries.length === 0 ? 0 : longRoot
    if (longValues !== 0)
      pages.tree({ objectId: objectId + 1, root: longRoot, entries: longEntries, flags: 0x80 })
    catalog.push(...catalogRows(table, { objectId, root, longValues }))
    objectId += 2
  }
  const rows = catalog.map((cells, index) => ({
    key: rowKey(index),
    data: encodeRecord(catalogColumns, cells, {
      isLarge: spec.pageBytes > 8192,
      keep: () => Buffer.alloc(4),
    }),
  }))
  pages.tree({ objectId: 2, root: 4, entries: rows, flags: 0 })
  pages.tree({ objectId: 3, root: 24, entries: rows, flags: 0 })
  const header = headerOf(spec, objectId)
  return Buffer.concat([header, header, pages.bytes()])
}

/** A whole number as the engine makes keys of it: the byte says that there is a value, the sign is turned round. */
function rowKey(index: number): Buffer {
  const key = Buffer.alloc(5)
  key[0] = 0x7f
  key.writeUInt32BE((index + 0x80000000) >>> 0, 1)
  return key
}

function headerOf({ pageBytes, revision = 20, state = 3 }: EseSpec, lastObject: number): Buffer {
  const page = Buffer.alloc(pageBytes)
  page.writeUInt32LE(0x89abcdef, 4)
  page.writeUInt32LE(0x620, 8)
  // 10:48:57.478 on 23 October 2013, UTC.
  Buffer.from([57, 48, 10, 23, 10, 113, 0xbd, 6]).copy(page, 28)
  page.writeUInt32LE(state, 52)
  u32(lastObject, 10, 0, 19_045).copy(page, 212)
  page.writeUInt32LE(revision, 232)
  page.writeUInt32LE(pageBytes, 236)
  let sum = 0x89abcdef
  for (let at = 4; at < pageBytes; at += 4) sum ^= page.readUInt32LE(at)
  page.writeUInt32LE(sum >>> 0, 0)
  return page
}

interface Place {
  readonly objectId: number
  readonly root: number
  readonly longValues: number
}

function catalogRows(
  { name, columns, template }: EseTableSpec,
  { objectId, root, longValues }: Place,
): EseCell[][] {
  const number = (value: number): EseCell => ({ bytes: u32(value) })
  const row = (
    type: number,
    own: {
      id: number
      place: number
      space: number
      locale: number
      offset?: number
      name: string
      template?: string | undefined
      defaultData?: Buffer | undefined
    },
  ): EseCell[] => [
    number(objectId),
    { bytes: u16(type) },
    number(own.id),
    number(own.place),
    number(own.space),
    number(0),
    number(own.locale),
    type === 1 ? { bytes: Buffer.from([0xff]) } : null,
    own.offset === undefined ? null : { bytes: u16(own.offset) },
    null,
    null,
    { bytes: Buffer.from(own.name, 'latin1') },
    null,
    own.template === undefined ? null : { bytes: Buffer.from(own.template, 'latin1') },
    own.defaultData === undefined ? undefined : { bytes: own.defaultData },
  ]
  let offset = 4
  const columnRows = columns.flatMap((column) => {
    const { id, coltyp, codePage, defaultData } = column
    const space = id < 128 ? fixedBytesOf(column) : (column.size ?? 0)
    const place = id < 128 ? offset : undefined
    if (id < 128) offset += space
    if (column.isDerived === true || column.isDeleted === true) return []
    const own = row(2, {
      id,
      place: coltyp,
      space,
      locale: codePage ?? 1252,
      name: column.name,
      ...(place === undefined ? {} : { offset: column.toldOffset ?? place }),
      defaultData,
    })
    return [own]
  })
  const rows = [row(1, { id: objectId, place: root, space: 80, locale: 1, name, template }), ...columnRows]
  rows.push(row(3, { id: objectId, place: root, space: 80, locale: 1033, name: 'primary' }))
  if (longValues !== 0)
    rows.push(row(4, { id: objectId + 1, place: longValues, space: 80, locale: 1, name: 'LV' }))
  return rows
}

/** Pieces of a long value; gives its identifier as records have it. */
function keepLong(
  entries: EseEntry[],
  bytes: Buffer,
  { pack, pageBytes }: { pack: EsePacking | undefined; pageBytes: number },
): Buffer {
  const piece = Math.min(pageBytes - 200, 8000)
  const identifier = Buffer.alloc(4)
  identifier.writeUInt32LE(entries.length + 1)
  const key = Buffer.from(identifier.toReversed())
  entries.push({ key, data: Buffer.concat([u32(1), u32(bytes.length)]) })
  for (let at = 0; at < bytes.length; at += piece) {
    const plain = bytes.subarray(at, at + piece)
    const packed = pack?.(plain)
    const offset = Buffer.alloc(4)
    offset.writeUInt32BE(at)
    const data = packed !== undefined && packed.length < plain.length ? packed : plain
    entries.push({ key: Buffer.concat([key, offset]), data })
  }
  return identifier
}

/** The eight bytes of an OLE date. */
export function oleDate(iso: string): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE((Date.parse(iso) - Date.UTC(1899, 11, 30)) / 86_400_000)
  return bytes
}
