// Encoded bytes in texts: a text that is base64 as a whole, and blobs inside scripts, XML, JSON and any other text (see
// format.md). Markup and mail have formats of their own, which ask for the same.

import { type Blob, blobsIn, Utf16Decoder, wholeBlob } from '../../parsers/blobs/index.ts'
import { isMarkup } from '../../parsers/html/index.ts'
import { isMailbox, isMimeDirectory, mailStartOf } from '../../parsers/mime/index.ts'
import { Budget, defaultLimits } from '../../limits.ts'
import type { ScanObject } from '../../scan-object.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { textKindOf } from '../../text-kind.ts'
import type { Format } from '../format.ts'

/** As far as signatures are searched too; a text that goes on behind it is told to be unread there. */
const searchedBytes = defaultLimits.maxMatchedBytes

/** Ordinary texts have a few, code of hexadecimal tables a thousand. */
const mostCandidates = 10_000

/** What was found when the object was asked for: `members` does not search for the first blob again. */
let last: { readonly object: ScanObject; readonly whole: Blob | undefined; readonly from: number } | undefined

export const base64: Format = {
  id: 'base64',
  kind: 'archive',

  matches(object) {
    last = undefined
    if (!isSearched(object)) return false
    const source = searched(object, new Budget(defaultLimits))
    const whole = wholeBlob(source)
    const effort = { left: mostCandidates }
    const first = whole ?? firstBlob(source, effort)
    source.release?.()
    // With so many candidates it takes a budget to say.
    if (first === undefined && effort.left >= 0) return false
    last = { object, whole, from: first?.start ?? 0 }
    return true
  },

  *members(object, { budget }) {
    const found = last?.object === object ? last : undefined
    const source = searched(object, budget)
    const whole = found === undefined ? wholeBlob(source) : found.whole
    const blobs = whole === undefined ? blobsIn({ source, budget, from: found?.from ?? 0 }) : [whole]
    try {
      for (const blob of blobs) yield { ...blob, source: blob.decoded(budget) }
    } finally {
      source.release?.()
    }
  },
}

function firstBlob(source: ByteSource, effort: { left: number }): Blob | undefined {
  for (const blob of blobsIn({ source, effort })) return blob
  return undefined
}

function isSearched(object: ScanObject): boolean {
  if (textKindOf(object) === undefined || isDocument(object.head)) return false
  return (
    mailStartOf(object.head) < 0 &&
    !isMailbox(object.head) &&
    !isMimeDirectory(object.head) &&
    !isMarkup(object)
  )
}

/** RTF and PDF are text to look at, and have readers of their own. */
function isDocument(head: Uint8Array): boolean {
  return (
    (head[0] === 0x7b && head[1] === 0x5c && head[2] === 0x72) ||
    (head[0] === 0x25 && head[1] === 0x50 && head[2] === 0x44)
  )
}

function searched(object: ScanObject, budget: Budget): ByteSource {
  const kind = textKindOf(object)
  const source = sliceSource(object.source, 0, searchedBytes)
  if (kind === undefined || kind === 'bytes') return source
  return new DecodedSource(() => new Utf16Decoder(source, kind), budget)
}
