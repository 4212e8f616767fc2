// The code signature of a Mach-O file (<kern/cs_blobs.h>): a list of blobs, big-endian in every file.

import type { Budget } from '../../limits.ts'
import { type Certificate, readCertificates } from './certificates.ts'
import type { LinkEditData } from './commands.ts'
import { readEntitlements } from './entitlements.ts'

const magicEntitlements = 0xfade7171
const magicWrapper = 0xfade0b01
const listHeaderBytes = 12
const entryBytes = 8
const blobHeaderBytes = 8
/** Real signatures have some seven blobs. */
const maxBlobs = 16
/** Real ones have up to ten kilobytes. */
const maxCmsBytes = 1024 * 1024

export interface Signature {
  readonly entitlements: readonly string[]
  readonly certificates: readonly Certificate[]
}

/** What the signature holds; nothing where it is malformed. */
export function readSignature(bytes: Uint8Array, place: LinkEditData, budget: Budget): Signature {
  const end = place.dataoff + place.datasize
  const signature = end <= bytes.length ? bytes.subarray(place.dataoff, end) : new Uint8Array(0)
  budget.checkTime()
  const blobs = blobsOf(signature)
  return {
    entitlements: blobs.flatMap(({ magic, contents }) =>
      magic === magicEntitlements ? readEntitlements(contents) : [],
    ),
    certificates: blobs.flatMap(({ magic, contents }) =>
      magic === magicWrapper && contents.length <= maxCmsBytes ? readCertificates(contents) : [],
    ),
  }
}

function blobsOf(signature: Uint8Array): { magic: number; contents: Uint8Array }[] {
  const view = new DataView(signature.buffer, signature.byteOffset, signature.length)
  const count = signature.length < listHeaderBytes ? 0 : view.getUint32(8)
  // The list is there as a whole or not at all.
  if (listHeaderBytes + count * entryBytes > signature.length) return []
  const blobs: { magic: number; contents: Uint8Array }[] = []
  for (let index = 0; index < Math.min(count, maxBlobs); index++) {
    const offset = view.getUint32(listHeaderBytes + index * entryBytes + 4)
    if (offset + blobHeaderBytes > signature.length) continue
    const length = view.getUint32(offset + 4)
    if (length < blobHeaderBytes || offset + length > signature.length) continue
    blobs.push({
      magic: view.getUint32(offset),
      contents: signature.subarray(offset + blobHeaderBytes, offset + length),
    })
  }
  return blobs
}
