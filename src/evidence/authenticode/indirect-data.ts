// SpcIndirectDataContent (Windows Authenticode Portable Executable Signature Format): the digest that is signed, and the
// page hashes that may come with it; SpcSpOpusInfo: what the publisher says about the program.

import { contentsOf, DerCursor, derTag, type DerItem, oidOf } from '../../engine/index.ts'
import { type Algorithm, algorithmOf, digestOf, type DigestName } from './algorithm.ts'
import { itemOf, itemsOf } from './cms.ts'

export const indirectDataOid = '1.3.6.1.4.1.311.2.1.4'
const pageHashesV1 = '1.3.6.1.4.1.311.2.3.1'
const pageHashesV2 = '1.3.6.1.4.1.311.2.3.2'
/** Class of the serialised object that holds page hashes. */
const pageHashesClass = 'a6b586d5b4a12466ae05a217da8e60d6'

export interface IndirectData {
  readonly algorithm: Algorithm
  /** Undefined: an algorithm that is not known. */
  readonly digestName: DigestName | undefined
  readonly digest: Uint8Array
  readonly pageHashes: { readonly digestName: DigestName; readonly table: Uint8Array } | undefined
}

/** From the content of the SignedData. */
export function indirectDataOf(item: DerItem | undefined): IndirectData | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const data = cursor.next()
  const info = cursor.expect(derTag.sequence)
  if (data === undefined || info === undefined) return undefined
  const inside = DerCursor.into(info)
  const algorithm = algorithmOf(inside.next())
  const digest = inside.expect(derTag.octetString)
  if (algorithm === undefined || digest === undefined) return undefined
  return {
    algorithm,
    digestName: digestOf(algorithm),
    digest: contentsOf(digest),
    pageHashes: pageHashesOf(data),
  }
}

function pageHashesOf(data: DerItem): IndirectData['pageHashes'] {
  const attribute = DerCursor.into(data)
  attribute.next()
  const imageData = attribute.next()
  if (imageData?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(imageData)
  let link = cursor.next()
  // Flags come first where there are any.
  if (link?.tagClass === 0) link = cursor.next()
  const moniker = link === undefined ? undefined : DerCursor.into(link).optional(1)
  if (moniker === undefined) return undefined
  const parts = DerCursor.into(moniker)
  const classId = parts.expect(derTag.octetString)
  const serialised = parts.expect(derTag.octetString)
  if (classId === undefined || serialised === undefined) return undefined
  if (Buffer.from(contentsOf(classId)).toString('hex') !== pageHashesClass) return undefined
  for (const entry of itemsOf(itemOf(contentsOf(serialised)), 8)) {
    const inside = DerCursor.into(entry)
    const type = oidOf(inside.next())
    const table = itemsOf(inside.next(), 1)[0]
    if (table === undefined || (type !== pageHashesV1 && type !== pageHashesV2)) continue
    return { digestName: type === pageHashesV1 ? 'sha1' : 'sha256', table: contentsOf(table) }
  }
  return undefined
}

export interface OpusInfo {
  readonly programName?: string
  readonly moreInfo?: string
}

const maxText = 2048

export function opusInfoOf(item: DerItem | undefined): OpusInfo {
  if (item === undefined) return {}
  const cursor = DerCursor.into(item)
  const name = cursor.optional(0)
  const link = cursor.optional(1)
  const programName = name === undefined ? undefined : spcString(DerCursor.into(name).next())
  const url = link === undefined ? undefined : DerCursor.into(link).optional(0)
  return {
    ...(programName === undefined || programName === '' ? {} : { programName }),
    ...(url === undefined
      ? {}
      : { moreInfo: Buffer.from(contentsOf(url)).toString('latin1').slice(0, maxText) }),
  }
}

/** UTF-16, big-endian, or ASCII. */
function spcString(item: DerItem | undefined): string | undefined {
  if (item === undefined) return undefined
  const bytes = Buffer.from(contentsOf(item))
  if (item.tag !== 0) return bytes.toString('latin1').slice(0, maxText)
  return bytes
    .subarray(0, bytes.length & ~1)
    .swap16()
    .toString('utf16le')
    .slice(0, maxText)
}
