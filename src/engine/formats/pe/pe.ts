// Portable Executables (Microsoft PE Format) and DOS programs: what lies in them and behind them. The sections themselves
// are part of the file, which detectors have seen; a member is made only of what begins an object of its own.

import { u16 } from '../../codecs/little-endian.ts'
import { isReadAsZip, programEnd } from '../../parsers/containers/index.ts'
import { type PeLayout, peLayoutOf } from '../../parsers/pe/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { hiddenInCertificates } from './certificates.ts'
import { dotnetResources } from './dotnet-resources.ts'
import { resources } from './resources.ts'

const dosMagic = 0x5a4d
const dosHeaderBytes = 64
/** Linkers write 64 to 192 bytes between the DOS and the PE header, "Rich" ones up to 400. */
const longestUsualStub = 1024

export const pe: Format = {
  id: 'pe',
  kind: 'archive',

  matches: ({ head, source }) =>
    head.length > 2 && u16(head, 0) === dosMagic && programEnd(source) !== undefined,

  *members({ source }, context) {
    const layout = peLayoutOf(source)
    if (layout === undefined) {
      yield* appended(source, [{ from: programEnd(source) ?? source.size, to: source.size }], context)
      return
    }
    const { peOffset } = layout.headers
    if (peOffset - dosHeaderBytes > longestUsualStub) {
      yield { name: 'dos-stub', source: sliceSource(source, dosHeaderBytes, peOffset - dosHeaderBytes) }
    }
    yield* resources(source, layout, context)
    yield* dotnetResources(source, layout, context)
    yield* hiddenInCertificates(source, layout, context)
    yield* appended(source, overlayParts(layout, source.size), context)
  },
}

interface Range {
  readonly from: number
  readonly to: number
}

/** The certificate table lies in the overlay and is none. */
function overlayParts({ overlayStart, certificates }: PeLayout, size: number): Range[] {
  if (certificates === undefined || certificates.offset < overlayStart || certificates.offset > size) {
    return [{ from: overlayStart, to: size }]
  }
  const { offset } = certificates
  return [
    { from: overlayStart, to: offset },
    { from: offset + certificates.size, to: size },
  ]
}

function* appended(
  source: ByteSource,
  ranges: readonly Range[],
  { budget }: UnpackContext,
): Generator<Member> {
  for (const { from, to } of ranges) {
    if (from >= to) continue
    const part = sliceSource(source, from, to - from)
    if (!hasContent(part, { budget }) || isReadAsZip(source, from)) continue
    yield { name: 'overlay', source: part }
  }
}
