// The structures that operations carry: records of $MFT, attributes, names in directory entries, fields of
// $STANDARD_INFORMATION.

import { fixedBytes, type FileName, readFileName, times, type Times } from '../file-name.ts'
import { filetime, u16, u32 } from '../fields.ts'
import { type Attribute, eachAttribute, file as fileSignature, readHeader } from '../ntfs-record.ts'
import type { LoggedInformation } from './change.ts'
import type { Placed } from './known-files.ts'

const largestRecord = 4096
/** More resident data than any record of 4096 bytes holds is not looked at. */
const maxContentBytes = 4096
const residentHeader = 24
const informationBytes = 72

export interface CarriedAttribute {
  readonly placed: Placed
  /** Of a resident one. */
  readonly content: Uint8Array
}

export interface CarriedRecord {
  readonly entry: number | undefined
  readonly sequence: number
  readonly isDirectory: boolean
  /** It goes on where another record of the file ends. */
  readonly baseEntry: number
  readonly firstAttribute: number
  readonly attributes: readonly CarriedAttribute[]
  readonly names: readonly FileName[]
  readonly information: LoggedInformation | undefined
}

/** Of what is written when a file gets its record; undefined: it is none. */
export function recordIn(bytes: Uint8Array): CarriedRecord | undefined {
  if (bytes.length < 48 || bytes.length > largestRecord || u32(bytes, 0) !== fileSignature) return undefined
  const header = readHeader(bytes)
  const attributes: CarriedAttribute[] = []
  eachAttribute(bytes, (attribute) => {
    attributes.push(carried(bytes, attribute))
  })
  const information = attributes.find(({ placed }) => placed.type === 0x10)?.content
  return {
    // Records of NTFS 3.1 and later know their number; the sequence array lies behind it. The first is never made again.
    entry: u16(bytes, 4) >= 0x30 && u32(bytes, 0x2c) !== 0 ? u32(bytes, 0x2c) : undefined,
    sequence: header.sequence,
    isDirectory: (header.flags & 2) !== 0,
    baseEntry: header.baseEntry,
    firstAttribute: header.firstAttribute,
    attributes,
    names: attributes.flatMap(nameIn),
    information: information === undefined ? undefined : informationIn(information, 0),
  }
}

/** One attribute with its header; undefined: it is none. */
export function attributeIn(bytes: Uint8Array): CarriedAttribute | undefined {
  if (bytes.length < residentHeader || bytes.length > largestRecord) return undefined
  let found: CarriedAttribute | undefined
  // The walk over a record's attributes begins where its header says.
  const record = new Uint8Array(residentHeader + bytes.length)
  record[20] = residentHeader
  record.set(bytes, residentHeader)
  eachAttribute(record, (attribute) => {
    found ??= carried(record, attribute)
  })
  return found
}

function carried(record: Uint8Array, attribute: Attribute): CarriedAttribute {
  const { type, name, isResident, bytes, at, contentAt, contentBytes } = attribute
  return {
    placed: { type, name, isResident, bytes, contentAt: isResident ? contentAt - at : 0 },
    content: isResident
      ? record.subarray(contentAt, contentAt + Math.min(contentBytes, maxContentBytes))
      : new Uint8Array(0),
  }
}

export function nameIn({ placed, content }: CarriedAttribute): FileName[] {
  if (placed.type !== 0x30) return []
  const name = readFileName(content, 0, content.length)
  return name === undefined ? [] : [name]
}

interface CarriedEntry {
  readonly entry: number
  readonly sequence: number
  readonly name: FileName
}

/** Entry of a directory; other indexes have entries too: their keys are no names. */
export function directoryEntryIn(bytes: Uint8Array): CarriedEntry | undefined {
  const [entryBytes, keyBytes] = [u16(bytes, 8), u16(bytes, 10)]
  if (entryBytes > bytes.length || entryBytes < 16 + keyBytes || keyBytes < fixedBytes) return undefined
  const name = readFileName(bytes, 16, keyBytes)
  if (name === undefined || name.name === '' || keyBytes !== fixedBytes + 2 * name.name.length)
    return undefined
  if ((bytes[16 + 65] ?? 9) > 3) return undefined
  return { entry: u32(bytes, 0) + u16(bytes, 4) * 2 ** 32, sequence: u16(bytes, 6), name }
}

/** The copy of times in a directory's entry. */
export function duplicatedIn(bytes: Uint8Array): LoggedInformation | undefined {
  return bytes.length < 52 ? undefined : { ...times(bytes, 0), fileAttributes: u32(bytes, 48) }
}

/** What `bytes`, which lie at `at` of $STANDARD_INFORMATION, say of its fields: those that lie in them whole. */
export function informationIn(bytes: Uint8Array, at: number): LoggedInformation {
  const found: Times & { fileAttributes?: number } = {}
  const holds = (field: number, size: number): boolean => field >= at && field + size <= at + bytes.length
  const fields = ['created', 'modified', 'changed', 'accessed'] as const
  for (const [index, name] of fields.entries()) {
    const time = holds(8 * index, 8) ? filetime(bytes, 8 * index - at) : undefined
    if (time !== undefined) found[name] = time
  }
  if (holds(32, 4)) found.fileAttributes = u32(bytes, 32 - at)
  return found
}

/** Whether so many bytes from this place of the attribute lie in the content of a $STANDARD_INFORMATION. */
export function isInInformation(attributeOffset: number, bytes: number): boolean {
  return attributeOffset >= residentHeader && attributeOffset + bytes <= residentHeader + informationBytes
}

export const informationAt = residentHeader
