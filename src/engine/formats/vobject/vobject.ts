// iCalendar (RFC 5545) and vCard (RFC 6350 and 2426, vCard 2.1): values in base64 and quoted-printable, data: URIs and
// descriptions in HTML. Values are ranges of the file: the decoders pass over the folding of lines.

import { decodeName } from '../../../base/text.ts'
import { Base64Decoder } from '../../codecs/base64.ts'
import { QuotedPrintableDecoder } from '../../codecs/quoted-printable.ts'
import { dataUriBlob } from '../../parsers/blobs/index.ts'
import { isMimeDirectory } from '../../parsers/mime/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Budget } from '../../limits.ts'
import { textKindOf } from '../../text-kind.ts'
import type { Format } from '../format.ts'
import { type ContentLine, contentLinesOf, unfolded } from './content-line.ts'

/** More of a value that is put together in memory is not read. */
const longestText = 16 * 1024 * 1024

export const vobject: Format = {
  id: 'vobject',
  kind: 'archive',

  matches: (object) => isMimeDirectory(object.head) && textKindOf(object) === 'bytes',

  *members(object, { budget }) {
    const source = timedSource(object.source, budget)
    let count = 0
    for (const line of contentLinesOf(source)) {
      if ((++count & 0x3f) === 0) budget.checkTime()
      const content = contentOf(source, line, budget)
      if (content === undefined) continue
      yield { name: nameOf(line, count), source: content }
    }
  },
}

/** The decoded value of a line that has one; undefined for plain text. */
function contentOf(source: ByteSource, line: ContentLine, budget: Budget): ByteSource | undefined {
  const { valueStart: start, end } = line
  if (end <= start) return undefined
  switch (line.encoding) {
    case 'base64':
      return new DecodedSource(() => new Base64Decoder(source, start, end), budget, end - start)
    case 'quoted-printable':
      return new DecodedSource(() => new QuotedPrintableDecoder(source, start, end), budget, end - start)
    case 'data-uri':
      return dataUriSource(source, line, budget)
    case 'html':
      return new ProducedSource(() => unescaped(unfolded(source, start, end, longestText)), budget)
    case 'plain':
      return undefined
  }
}

const longestUriHead = 256

function dataUriSource(
  source: ByteSource,
  { valueStart, end }: ContentLine,
  budget: Budget,
): ByteSource | undefined {
  const head = Buffer.from(source.read(valueStart, Math.min(longestUriHead, end - valueStart))).toString(
    'latin1',
  )
  const base64 = /^data:[^,]{0,200};base64,/i.exec(head)
  if (base64 !== null) {
    const start = valueStart + base64[0].length
    return new DecodedSource(() => new Base64Decoder(source, start, end), budget, end - start)
  }
  return dataUriBlob(unfolded(source, valueStart, end, longestText), valueStart)?.decoded(budget)
}

/** `\n`, `\,` and `\;` (RFC 5545, 3.3.11). */
function unescaped(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  const plain = text.replaceAll(/\\([nN,;\\])/g, (_, character: string) =>
    character === 'n' || character === 'N' ? '\n' : character,
  )
  return Buffer.from(plain, 'latin1')
}

function nameOf({ name, parameters }: ContentLine, count: number): string {
  const filename = /;(?:X-[A-Z-]{0,32})?FILENAME=("[^"]{1,512}"|[^;:]{1,512})/i.exec(parameters)?.[1]
  if (filename === undefined) return `${name}-${count}`
  return decodeName(Buffer.from(filename.replaceAll('"', ''), 'latin1')).text
}
