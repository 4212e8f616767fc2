// Secured parts: what is only signed can be read, what is encrypted is said.

import { Inflate } from '../../codecs/inflate.ts'
import { type BodyPart, cmsContentOf, piecesSource } from '../../parsers/mime/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import type { UnpackContext } from '../format.ts'

const zlibHeaderBytes = 2

/** The content of an S/MIME body, undefined where there is none that can be read. */
export function secureContent(
  part: BodyPart,
  name: string,
  body: ByteSource,
  context: UnpackContext,
): ByteSource | undefined {
  if (part.inside.at(-1) === 'multipart/encrypted' && part.type === 'application/octet-stream') {
    context.fault(name, 'encrypted', 'an encrypted message')
    return undefined
  }
  if (!isCms(part, name)) return undefined
  const content = cmsContentOf(body)
  if (content === undefined) return undefined
  if (content.kind === 'encrypted') {
    context.fault(name, 'encrypted', 'needs the private key of the recipient')
    return undefined
  }
  if (content.pieces.length === 0) return undefined
  const whole = piecesSource(body, content.pieces)
  if (content.kind === 'signed') return whole
  return new DecodedSource(() => new Inflate(whole, zlibHeaderBytes), context.budget)
}

function isCms({ type }: BodyPart, name: string): boolean {
  return /^application\/(?:x-)?pkcs7-(?:mime|signature)$/.test(type) || /\.p7[mszc]$/i.test(name)
}
