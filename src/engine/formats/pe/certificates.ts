// The certificate table (Microsoft PE Format, "The Attribute Certificate Table"). A signature does not cover the table
// itself, so whatever is put there leaves it valid: bytes behind the PKCS #7 structure of an entry, entries of other kinds,
// bytes behind the last entry.

import { u16, u32 } from '../../codecs/little-endian.ts'
import type { PeLayout } from '../../parsers/pe/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import type { Member, UnpackContext } from '../format.ts'

const headerBytes = 8
const maxEntries = 32
const typePkcs7 = 2

export function* hiddenInCertificates(
  source: ByteSource,
  layout: PeLayout,
  { budget }: UnpackContext,
): Generator<Member> {
  if (layout.certificates === undefined) return
  const { offset, size } = layout.certificates
  const end = Math.min(offset + size, source.size)
  let at = offset
  for (let index = 1; index <= maxEntries && at + headerBytes <= end; index++) {
    const header = source.read(at, headerBytes + 6).slice()
    const length = u32(header, 0)
    if (length < headerBytes || at + length > end) break
    const used = u16(header, 6) === typePkcs7 ? derLength(header.subarray(headerBytes)) : 0
    const rest = sliceSource(source, at + headerBytes + used, length - headerBytes - used)
    if (length - headerBytes > used && hasContent(rest, { budget }))
      yield { name: `certificates/${index}`, source: rest }
    // Entries begin at multiples of eight bytes from the first.
    at = offset + Math.ceil((at + length - offset) / 8) * 8
  }
  if (at >= end) return
  const rest = sliceSource(source, at, end - at)
  if (hasContent(rest, { budget })) yield { name: 'certificates/rest', source: rest }
}

/** Bytes of the DER sequence at the beginning, with its header; 0: none. */
function derLength(bytes: Uint8Array): number {
  const [tag, first = 0] = bytes
  if (tag !== 0x30) return 0
  if (first < 0x80) return 2 + first
  const count = first & 0x7f
  if (count === 0 || count > 4) return 0
  let length = 0
  for (let at = 0; at < count; at++) length = length * 256 + (bytes[2 + at] ?? 0)
  return 2 + count + length
}
