// What a file's records say about it: times, names, streams, reparse point, object identifier, directory entries, and whether its times
// were set by a program.

import { guid, u16, u32, u64 } from '../fields.ts'
import { type FileName, readFileName, times, type Times } from '../file-name.ts'
import { type IndexEntry, readNode } from './index-entries.ts'
import { type Attribute, eachAttribute, readHeader, type RecordHeader } from '../ntfs-record.ts'
import { type Reparse, readReparse } from '../reparse.ts'

/** A resident stream of at most so many bytes is kept; Zone.Identifier is such a one. */
const maxContentBytes = 1024
const maxNames = 1024
const maxStreams = 1024

export interface MftEntry {
  readonly entry: number
  readonly sequence: number
  /** In bytes from the beginning of the table. */
  readonly offset: number
  readonly inUse: boolean
  readonly isDirectory: boolean
  readonly links: number
  /** Of $LogFile, as a decimal number. */
  readonly lsn: string
  /** The long name's; `?` stands for directories that nobody knows any more. Absent where there is no name. */
  readonly path?: string
  /** Of hard links: all of them. */
  readonly otherPaths?: readonly string[]
  readonly standardInformation?: StandardInformation
  readonly names: readonly FileName[]
  /** Of the unnamed stream; absent for directories. */
  readonly data?: DataStream
  /** Named ones ("alternate data streams"). */
  readonly streams: readonly DataStream[]
  readonly objectId?: string
  readonly reparse?: Reparse
  /** Of a directory, as far as its index lies in the record. */
  readonly index?: readonly IndexEntry[]
  readonly timestomp: readonly TimestompHint[]
  /** What is damaged, a sentence each. */
  readonly faults: readonly string[]
}

export interface StandardInformation extends Readonly<Times> {
  readonly fileAttributes: number
  readonly ownerId?: number
  readonly securityId?: number
  /** Place of the file's last record in the change journal. */
  readonly usn?: number
}

export interface DataStream {
  readonly name: string
  readonly size: number
  readonly allocatedSize: number
  readonly isResident: boolean
  readonly isCompressed: boolean
  readonly isEncrypted: boolean
  readonly isSparse: boolean
  /** base64, of small resident named streams. */
  readonly content?: string
}

/**
 * Why times look as if a program had set them: the creation is before the name's, which the kernel keeps; or it has no
 * fraction of a second while the name's has one; or the record was last changed before its name was made.
 */
export type TimestompHint = 'created-before-name' | 'whole-seconds' | 'changed-before-name'

export interface Draft {
  readonly entry: number
  readonly offset: number
  readonly header: RecordHeader
  standardInformation: StandardInformation | undefined
  names: FileName[]
  data: DataStream | undefined
  streams: DataStream[]
  objectId: string | undefined
  reparse: Reparse | undefined
  index: IndexEntry[] | undefined
  faults: string[]
}

export function draftOf(record: Uint8Array, entry: number, offset: number): Draft {
  return {
    entry,
    offset,
    header: readHeader(record),
    standardInformation: undefined,
    names: [],
    data: undefined,
    streams: [],
    objectId: undefined,
    reparse: undefined,
    index: undefined,
    faults: [],
  }
}

/** Adds what one record of the file holds. */
export function addRecord(draft: Draft, record: Uint8Array): void {
  const isWhole = eachAttribute(record, (attribute) => {
    addAttribute(draft, record, attribute)
  })
  if (!isWhole) draft.faults.push('an attribute does not fit into the record')
}

function addAttribute(draft: Draft, record: Uint8Array, attribute: Attribute): void {
  const { type, isResident, contentAt, contentBytes, name } = attribute
  switch (type) {
    case 0x10:
      if (isResident) draft.standardInformation = standardInformation(record, contentAt, contentBytes)
      return
    case 0x30: {
      const found = readFileName(record, contentAt, contentBytes)
      if (found === undefined) draft.faults.push('a name is cut off')
      else if (draft.names.length < maxNames) draft.names.push(found)
      return
    }
    case 0x40:
      if (contentBytes >= 16) draft.objectId = guid(record, contentAt)
      return
    case 0x80:
      addStream(draft, record, attribute)
      return
    case 0x90:
      if (!isResident || name !== '$I30') return
      draft.index ??= []
      readNode(record.subarray(contentAt + 16, attribute.at + attribute.bytes), draft.index)
      return
    case 0xc0:
      if (isResident) draft.reparse = readReparse(record.subarray(contentAt, contentAt + contentBytes))
      break
    default:
  }
}

function standardInformation(record: Uint8Array, at: number, length: number): StandardInformation {
  // NTFS 3.0 and later have 72 bytes, earlier ones 48.
  const isLong = length >= 72
  return {
    ...times(record, at),
    fileAttributes: u32(record, at + 32),
    ...(isLong
      ? { ownerId: u32(record, at + 48), securityId: u32(record, at + 52), usn: u64(record, at + 64) }
      : {}),
  }
}

function addStream(
  draft: Draft,
  record: Uint8Array,
  { name, at, isResident, contentAt, contentBytes }: Attribute,
): void {
  const flags = u16(record, at + 12)
  // A stream in pieces has its sizes in the first of them.
  if (!isResident && u64(record, at + 16) !== 0) return
  const stream: DataStream = {
    name,
    size: isResident ? contentBytes : u64(record, at + 48),
    allocatedSize: isResident ? 0 : u64(record, at + 40),
    isResident,
    isCompressed: (flags & 0xff) !== 0,
    isEncrypted: (flags & 0x4000) !== 0,
    isSparse: (flags & 0x8000) !== 0,
    ...(isResident && name !== '' && contentBytes <= maxContentBytes
      ? { content: Buffer.from(record.subarray(contentAt, contentAt + contentBytes)).toString('base64') }
      : {}),
  }
  if (name === '') draft.data ??= stream
  else if (draft.streams.length < maxStreams) draft.streams.push(stream)
}

/** `pathOf` tells the path of a directory by its record's number and sequence number. */
export function entryOf(draft: Draft, pathOf: (entry: number, sequence: number) => string): MftEntry {
  const { header, names, standardInformation: info } = draft
  const paths: string[] = []
  for (const name of names) {
    if (name.namespace === 'dos') continue
    const isRoot = draft.entry === name.parentEntry && name.name === '.'
    paths.push(isRoot ? '\\' : `${pathOf(name.parentEntry, name.parentSequence)}\\${name.name}`)
  }
  const [first] = names
  if (paths.length === 0 && first !== undefined)
    paths.push(`${pathOf(first.parentEntry, first.parentSequence)}\\${first.name}`)
  const [path, ...otherPaths] = paths
  return {
    entry: draft.entry,
    sequence: header.sequence,
    offset: draft.offset,
    inUse: (header.flags & 1) !== 0,
    isDirectory: (header.flags & 2) !== 0,
    links: header.links,
    lsn: header.lsnHigh < 0x200000 ? String(header.lsnHigh * 2 ** 32 + header.lsnLow) : bigLsn(header),
    ...(path === undefined ? {} : { path }),
    ...(otherPaths.length === 0 ? {} : { otherPaths }),
    ...(info === undefined ? {} : { standardInformation: info }),
    names,
    ...(draft.data === undefined ? {} : { data: draft.data }),
    streams: draft.streams,
    ...(draft.objectId === undefined ? {} : { objectId: draft.objectId }),
    ...(draft.reparse === undefined ? {} : { reparse: draft.reparse }),
    ...(draft.index === undefined || draft.index.length === 0 ? {} : { index: draft.index }),
    timestomp: info === undefined ? [] : timestompHints(info, names),
    faults: draft.faults,
  }
}

function bigLsn({ lsnHigh, lsnLow }: RecordHeader): string {
  return String((BigInt(lsnHigh) << 32n) | BigInt(lsnLow))
}

function timestompHints(info: StandardInformation, names: readonly FileName[]): TimestompHint[] {
  const name = names.find(({ namespace }) => namespace !== 'dos')
  if (info.created === undefined || name?.created === undefined) return []
  const hints: TimestompHint[] = []
  if (info.created < name.created) hints.push('created-before-name')
  if (hasNoFraction(info.created) && !hasNoFraction(name.created)) hints.push('whole-seconds')
  if (info.changed !== undefined && info.changed < name.created) hints.push('changed-before-name')
  return hints
}

function hasNoFraction(time: string): boolean {
  return time.endsWith('.0000000Z')
}
