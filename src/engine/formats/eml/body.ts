// The body of a part, decoded; in more than one way where its fields contradict each other or its bytes contradict them.

import type { Budget } from '../../limits.ts'
import { isBase64Digit, Base64Decoder } from '../../codecs/base64.ts'
import { QuotedPrintableDecoder } from '../../codecs/quoted-printable.ts'
import { type BodyPart, type TransferEncoding, Utf7Decoder } from '../../parsers/mime/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'

const checkedBytes = 4096
/** More bytes than this share are not base64: the part is not what it says, or not only. */
const mostForeign = 0.05

export function* decodedBodies(source: ByteSource, part: BodyPart, budget: Budget): Generator<ByteSource> {
  const encodings = new Set(part.encodings)
  if (encodings.has('base64') && !looksLikeBase64(source, part)) encodings.add('identity')
  for (const encoding of encodings) {
    const body = decodedBody(source, part, encoding, budget)
    if (/^(?:unicode-1-1-)?utf-?7$/.test(part.charset)) {
      yield new DecodedSource(() => new Utf7Decoder(body), budget)
      body.release?.()
    } else yield body
  }
}

function decodedBody(
  source: ByteSource,
  { start, end }: BodyPart,
  encoding: TransferEncoding,
  budget: Budget,
): ByteSource {
  switch (encoding) {
    case 'identity':
      return sliceSource(source, start, end - start)
    case 'base64': {
      const expected = Math.ceil(((end - start) * 3) / 4)
      return new DecodedSource(() => new Base64Decoder(source, start, end), budget, expected)
    }
    case 'quoted-printable':
      return new DecodedSource(() => new QuotedPrintableDecoder(source, start, end), budget, end - start)
  }
}

function looksLikeBase64(source: ByteSource, { start, end }: BodyPart): boolean {
  let foreign = 0
  let counted = 0
  for (const byte of source.read(start, Math.min(checkedBytes, end - start))) {
    if (byte === 0x0a || byte === 0x0d || byte === 0x3d) continue
    counted++
    if (isBase64Digit[byte] === 0) foreign++
  }
  return foreign <= counted * mostForeign
}
