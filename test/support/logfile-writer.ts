// Writes a $LogFile as NTFS does: restart pages, a ring of guarded record pages, records over their borders, copies of the page
// that was written last, checkpoints. A reader of another project (ntfsrecover) reads what it writes.

import { u16, u32, u64, wide } from './artefact-fields.ts'
import { guard } from './mft-writer.ts'

const pageBytes = 4096
const dataAt = 0x40
const headerBytes = 0x30

export const op = {
  noop: 0,
  compensation: 1,
  initializeRecord: 2,
  deallocateRecord: 3,
  createAttribute: 5,
  deleteAttribute: 6,
  updateResident: 7,
  updateNonresident: 8,
  updateMappingPairs: 9,
  addEntryRoot: 0xc,
  deleteEntryRoot: 0xd,
  addEntryAllocation: 0xe,
  deleteEntryAllocation: 0xf,
  updateNameRoot: 0x13,
  updateNameAllocation: 0x14,
  commit: 0x1a,
  forget: 0x1b,
  openAttribute: 0x1c,
  attributeTable: 0x1d,
  attributeNames: 0x1e,
} as const

interface OperationSpec {
  readonly redo: number
  readonly undo?: number
  readonly redoData?: Uint8Array
  readonly undoData?: Uint8Array
  readonly transaction?: number
  /** Place in the table of open attributes. */
  readonly target?: number
  readonly recordOffset?: number
  readonly attributeOffset?: number
  /** Record of $MFT. */
  readonly entry?: number
  readonly recordBytes?: number
}

export interface LogShape {
  readonly version?: '1.1' | '2.0'
  readonly pages?: number
  readonly clusterBytes?: number
  /** Where the first record comes to lie; near the end of the file the log goes round. */
  readonly startPage?: number
  readonly lap?: number
}

interface OpenPage {
  readonly number: number
  readonly bytes: Buffer
  lastLsn: bigint
  lastEndLsn: bigint
  nextAt: number
  hasEnd: boolean
}

export class LogWriter {
  readonly #shape: Required<LogShape>
  readonly #pages = new Map<number, OpenPage>()
  readonly #firstPage: number
  readonly #placeBits: number
  #page: OpenPage
  #at = dataAt
  #lap: number
  #lastLsn = 0n
  #lastBytes = 0
  #checkpointLsn = 0n
  readonly #previous = new Map<number, bigint>()

  constructor(shape: LogShape = {}) {
    const { version = '1.1', pages = 64, clusterBytes = 4096, lap = 3 } = shape
    this.#firstPage = version === '1.1' ? 4 : 34
    this.#shape = { version, pages, clusterBytes, lap, startPage: shape.startPage ?? this.#firstPage }
    this.#placeBits = Math.floor(Math.log2(pages * pageBytes)) + 1 - 3
    this.#lap = lap
    this.#page = this.#newPage(this.#shape.startPage)
  }

  /** Returns its sequence number. */
  operation(spec: OperationSpec): bigint {
    const { redo, undo = op.noop, redoData = none, undoData = none, transaction = 0x18 } = spec
    const { target = 0x18, recordOffset = 0, attributeOffset = 0, entry = 0, recordBytes = 1024 } = spec
    const { clusterBytes } = this.#shape
    const byte = entry * recordBytes
    const vcn = Math.floor(byte / clusterBytes)
    const redoAt = 40
    const undoAt = redoAt + 8 * Math.ceil(redoData.length / 8)
    const data = Buffer.alloc(undoAt + 8 * Math.ceil(undoData.length / 8))
    u16(redo, undo, redoAt, redoData.length, undoAt, undoData.length, target, 1).copy(data)
    u16(recordOffset, attributeOffset, (byte % clusterBytes) / 512, recordBytes / 512).copy(data, 16)
    u64(vcn, 4 + vcn).copy(data, 24)
    data.set(redoData, redoAt)
    data.set(undoData, undoAt)
    return this.record(data, { transaction, type: 1 })
  }

  /** The table of open attributes with its names, and what says where they are. */
  checkpoint(attributes: readonly OpenAttributeSpec[]): void {
    const table = attributeTable(attributes)
    const names = Buffer.concat([
      ...attributes.flatMap(({ name }, index) =>
        name === '' ? [] : [u16(placeOf(index), 2 * name.length), wide(name), u16(0)],
      ),
      u32(0),
    ])
    const tableLsn = this.operation({ redo: op.attributeTable, redoData: table, transaction: 0 })
    const namesLsn = this.operation({ redo: op.attributeNames, redoData: names, transaction: 0 })
    this.#checkpointLsn = this.record(
      Buffer.concat([
        u32(1, 0),
        u64(tableLsn, tableLsn, namesLsn, 0, 0),
        u32(table.length, names.length, 0, 0),
        u64(0, 0),
        u32(this.#shape.clusterBytes, 0),
        u64(0, 0, 0),
      ]),
      { transaction: 0, type: 2 },
    )
  }

  record(data: Uint8Array, { transaction, type }: { transaction: number; type: number }): bigint {
    if (this.#at + headerBytes > pageBytes) this.#turn()
    const lsn = this.#lsn()
    const header = Buffer.concat([
      u64(lsn, this.#previous.get(transaction) ?? 0n, this.#previous.get(transaction) ?? 0n),
      u32(data.length, 0, type, transaction),
      u16(this.#at + headerBytes + data.length > pageBytes ? 1 : 0, 0, 0, 0),
    ])
    this.#previous.set(transaction, lsn)
    header.copy(this.#page.bytes, this.#at)
    this.#at += headerBytes
    this.#page.lastLsn = lsn
    for (let given = 0; given < data.length;) {
      if (this.#at >= pageBytes) {
        this.#turn()
        this.#page.lastLsn = lsn
      }
      const count = Math.min(data.length - given, pageBytes - this.#at)
      this.#page.bytes.set(data.subarray(given, given + count), this.#at)
      given += count
      this.#at += count
    }
    this.#at = 8 * Math.ceil(this.#at / 8)
    this.#page.lastEndLsn = lsn
    this.#page.nextAt = this.#at
    this.#page.hasEnd = true
    this.#lastLsn = lsn
    this.#lastBytes = data.length
    return lsn
  }

  /** `lastAsCopy`: the page that was written last lies only in its copy. */
  file({ lastAsCopy = false } = {}): Buffer {
    const { version, pages } = this.#shape
    const file = Buffer.alloc(pages * pageBytes, 0xff)
    for (const page of this.#pages.values()) {
      const isCopy = lastAsCopy && page === this.#page
      const at = isCopy ? copyPage(version) : page.number
      pageOf(page, { version, isCopy }).copy(file, at * pageBytes)
    }
    const restart = this.#restart()
    restart.copy(file, 0)
    restart.copy(file, pageBytes)
    return file
  }

  #lsn(): bigint {
    const place = (this.#page.number * pageBytes + this.#at) / 8
    return (BigInt(this.#lap) << BigInt(this.#placeBits)) | BigInt(place)
  }

  #turn(): void {
    const isLast = this.#page.number + 1 >= this.#shape.pages
    if (isLast) this.#lap += 1
    this.#page = this.#newPage(isLast ? this.#firstPage : this.#page.number + 1)
    this.#at = dataAt
  }

  #newPage(number: number): OpenPage {
    const page = {
      number,
      bytes: Buffer.alloc(pageBytes),
      lastLsn: 0n,
      lastEndLsn: 0n,
      nextAt: dataAt,
      hasEnd: false,
    }
    this.#pages.set(number, page)
    return page
  }

  #restart(): Buffer {
    const { version, pages } = this.#shape
    const page = Buffer.alloc(pageBytes)
    page.write('RSTR')
    u16(0x1e, 9).copy(page, 4)
    u32(pageBytes, pageBytes).copy(page, 16)
    u16(0x30, version === '1.1' ? 1 : 0, version === '1.1' ? 1 : 2).copy(page, 24)
    const none16 = 0xffff
    const area = Buffer.concat([
      u64(this.#lastLsn),
      u16(1, none16, 0, 0),
      u32(64 - this.#placeBits),
      u16(0x40 + 0xa0, 0x40),
      u64(pages * pageBytes),
      u32(this.#lastBytes),
      u16(headerBytes, dataAt),
      u32(1, 0, 0, 0, 0, 0),
      u64(this.#checkpointLsn, this.#checkpointLsn),
      u16(none16, none16, 0, 0, 0, 0),
      u32(8),
      wide('NTFS'),
    ])
    area.copy(page, 0x30)
    guard(page, 0x1e)
    return page
  }
}

/** Version 2.0 has 32 of them. */
export function copyPage(version: string): number {
  return version === '1.1' ? 2 : 20
}

function pageOf(page: OpenPage, { version, isCopy }: { version: string; isCopy: boolean }): Buffer {
  const bytes = Buffer.from(page.bytes)
  const place = page.number * pageBytes
  bytes.write('RCRD')
  u16(0x28, 9).copy(bytes, 4)
  u64(isCopy && version === '1.1' ? place : page.lastLsn).copy(bytes, 8)
  u32(page.hasEnd ? 1 : 0).copy(bytes, 16)
  u16(1, 1, page.nextAt).copy(bytes, 20)
  u64(page.lastEndLsn).copy(bytes, 32)
  if (version !== '1.1') u32(place).copy(bytes, 0x3c)
  guard(bytes, 0x28)
  return bytes
}

const none = new Uint8Array(0)

interface OpenAttributeSpec {
  readonly type: number
  readonly file: readonly [entry: number, sequence: number]
  readonly name: string
}

/** In the table of open attributes, of the entry with this number. */
export function placeOf(index: number): number {
  return 24 + 40 * index
}

export function attributeTable(attributes: readonly OpenAttributeSpec[]): Buffer {
  const entries = attributes.map(openAttribute)
  return Buffer.concat([
    u16(40, attributes.length, attributes.length, 0, 0, 0),
    u32(0xffffffff, 0, 0),
    ...entries,
  ])
}

export function openAttribute({ type, file: [entry, sequence] }: OpenAttributeSpec): Buffer {
  return Buffer.concat([
    u32(0xffffffff, type === 0xa0 ? 4096 : 0, type, 0),
    u32(entry),
    u16(0, sequence),
    u64(0, 0),
  ])
}
