// rpm (RPM file format 3 and 4, docs/manual/format_v4.md of RPM; LSB 5.0, 25.2): lead, signature, header, payload. The
// payload is one member; that it is a compressed cpio archive is found out by its content.

import { u32Be } from '../../codecs/big-endian.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import type { Format } from '../format.ts'

const leadBytes = 96
const leadMagic = 0xedabeedb
const signatureTypeAt = 78
/** A header in the form of the main one; before RPM 3 there was nothing, or 256 bytes of PGP. */
const signatureHeader = 5
const signaturePgp = 1
const pgpBytes = 256
/** `8E AD E8` and the version. */
const headerMagic = 0x8eade801
const introBytes = 16
const entryBytes = 16
/** RPM's own bounds. */
const mostEntries = 0x0fffff
const mostBytes = 0x0fffffff

export const rpm: Format = {
  id: 'rpm',
  kind: 'archive',

  matches: ({ head }) => u32Be(head, 0) === leadMagic && head.length >= leadBytes,

  *members({ source }, context) {
    const at = payloadStart(source)
    if (at === undefined || at >= source.size) {
      context.budget.countMember()
      context.fault(
        'payload',
        'damaged',
        at === undefined ? 'the rpm header is damaged' : 'the payload is missing',
      )
      return
    }
    yield { name: 'payload', source: sliceSource(source, at, source.size - at) }
  },
}

/** Undefined: the headers lead nowhere. */
function payloadStart(source: ByteSource): number | undefined {
  const lead = source.read(0, leadBytes)
  const type = ((lead[signatureTypeAt] ?? 0) << 8) | (lead[signatureTypeAt + 1] ?? 0)
  let at: number | undefined = leadBytes
  if (type === signatureHeader) {
    at = headerEnd(source, leadBytes)
    if (at === undefined) return undefined
    at += (8 - (at & 7)) & 7
  } else if (type === signaturePgp) at += pgpBytes
  return headerEnd(source, at)
}

/** Where the header that begins at `at` ends; those of RPM 2 have no magic. */
function headerEnd(source: ByteSource, at: number): number | undefined {
  const intro = source.read(at, introBytes)
  if (intro.length < introBytes) return undefined
  const counts = u32Be(intro, 0) === headerMagic ? 8 : 0
  const entries = u32Be(intro, counts)
  const bytes = u32Be(intro, counts + 4)
  if (entries > mostEntries || bytes > mostBytes) return undefined
  const end = at + counts + 8 + entries * entryBytes + bytes
  return end > source.size ? undefined : end
}
