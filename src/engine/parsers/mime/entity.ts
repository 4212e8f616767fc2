// The body parts of a message (RFC 2045, 2046), in order and by offset: nothing is decoded and nothing is kept, so that a
// message with a large attachment costs no more memory than a small one. Where readers of mail differ, every reading
// that yields other content is followed.

import type { ByteSource } from '../../source/byte-source.ts'
import { boundariesOf, guessBoundary, nextDelimiter } from './boundary.ts'
import { decodeHeaderText } from './encoded-word.ts'
import { type Header, readHeader, type Text, valuesOf } from './header.ts'
import { lineEndsOf } from './lines.ts'
import { parseField, type StructuredField, textOfParameter } from './parameters.ts'
import { headBytes } from '../../scan-object.ts'
import type { Budget } from '../../limits.ts'

/** Multiparts inside each other, in one message; what lies deeper is a part of its own, unread. */
const maxDepth = 64

export type TransferEncoding = 'identity' | 'base64' | 'quoted-printable'

export interface BodyPart {
  readonly kind: 'part' | 'preamble' | 'epilogue' | 'too-deep'
  /** As its fields say, for people; empty where they say nothing. */
  readonly name: string
  /** `text/plain`, lower case. */
  readonly type: string
  readonly charset: string
  readonly field: StructuredField
  /** More than one where the fields contradict each other. */
  readonly encodings: readonly TransferEncoding[]
  /** Where its header begins; `start` where it has none. */
  readonly headerAt: number
  /** The encoded body: `[start, end)` of the source. */
  readonly start: number
  readonly end: number
  /** Types of the multiparts around it, the outermost first. */
  readonly inside: readonly string[]
}

interface Place {
  readonly start: number
  readonly end: number
  readonly inside: readonly string[]
  /** The type of a part that says nothing (RFC 2046, 5.1.5). */
  readonly defaultType: string
}

/** All parts of the entity at `start` that are no multiparts, with what stands around them. */
export function* bodyPartsOf(
  source: ByteSource,
  range: { readonly start: number; readonly end: number },
  budget: Budget,
): Generator<BodyPart> {
  const ends = lineEndsOf(source.read(range.start, headBytes))
  const place = { ...range, inside: [], defaultType: 'text/plain' }
  yield* partsAt({ source, ends, budget }, place)
}

function* partsAt(text: Text, place: Place): Generator<BodyPart> {
  text.budget.checkTime()
  const header = readHeader(text, place.start, place.end)
  const entity = describe(header, place)
  const multipart = multipartTypeOf(header)
  if (multipart === undefined) {
    yield entity
    return
  }
  if (place.inside.length >= maxDepth) {
    yield { ...entity, kind: 'too-deep' }
    return
  }
  const body = { ...place, start: header.bodyAt, inside: [...place.inside, multipart] }
  const boundaries = boundariesOf(valuesOf(header, 'content-type'))
  let count = 0
  for (const part of splitAt(text, boundaries, body)) {
    count++
    yield part
  }
  if (count > 0) return
  const guess = guessBoundary(text, body.start, body.end)
  if (guess === undefined) yield entity
  else yield* splitAt(text, [guess], body)
}

/** Nothing where the boundary does not occur. */
function* splitAt(text: Text, boundaries: readonly string[], body: Place): Generator<BodyPart> {
  if (boundaries.length === 0) return
  let delimiter = nextDelimiter(text, boundaries, body.start, body.end)
  if (delimiter === undefined) return
  const defaultType = body.inside.at(-1) === 'multipart/digest' ? 'message/rfc822' : 'text/plain'
  yield* around('preamble', text, { ...body, end: delimiter.at })
  while (delimiter !== undefined) {
    const { next, isClosing } = delimiter
    delimiter = nextDelimiter(text, boundaries, next, body.end)
    const range = {
      start: next,
      end: Math.max(next, delimiter?.at ?? body.end),
      inside: body.inside,
      defaultType,
    }
    // Some programs go on behind the closing delimiter: what looks like a part there is one.
    if (isClosing && delimiter === undefined) yield* around('epilogue', text, range)
    else if (range.end > range.start) yield* partsAt(text, range)
  }
}

/** What stands before the first and behind the last part, unless it is blank. */
function* around(kind: 'preamble' | 'epilogue', text: Text, place: Place): Generator<BodyPart> {
  const { start, end } = place
  if (end <= start) return
  const head = text.source.read(start, Math.min(headBytes, end - start))
  if (head.length === end - start && head.every((byte) => byte <= 0x20)) return
  const field = parseField('text/plain')
  yield {
    kind,
    name: kind,
    type: 'text/plain',
    charset: '',
    field,
    encodings: ['identity'],
    headerAt: start,
    start,
    end,
    inside: place.inside,
  }
}

function describe(header: Header, { start, end, inside, defaultType }: Place): BodyPart {
  const [contentType = defaultType] = valuesOf(header, 'content-type')
  const field = parseField(contentType)
  return {
    kind: 'part',
    name: nameOf(header, field),
    type: field.value,
    charset: (textOfParameter(field, 'charset') ?? '').toLowerCase(),
    field,
    encodings: encodingsOf(header),
    headerAt: start,
    start: header.bodyAt,
    end,
    inside,
  }
}

/** Of several Content-Type fields, any that is a multipart. */
function multipartTypeOf(header: Header): string | undefined {
  for (const contentType of valuesOf(header, 'content-type')) {
    const { value } = parseField(contentType)
    if (value.startsWith('multipart/') || value === 'multipart') return value
  }
  return undefined
}

function nameOf(header: Header, type: StructuredField): string {
  for (const disposition of valuesOf(header, 'content-disposition')) {
    const name = textOfParameter(parseField(disposition), 'filename')
    if (name !== undefined && name !== '') return name
  }
  const name = textOfParameter(type, 'name')
  if (name !== undefined && name !== '') return name
  const [location = ''] = valuesOf(header, 'content-location')
  if (location !== '')
    return (
      decodeHeaderText(location.split(/[?#]/, 1)[0] ?? '')
        .split('/')
        .at(-1) ?? ''
    )
  return ''
}

function encodingsOf(header: Header): TransferEncoding[] {
  const found = new Set<TransferEncoding>()
  for (const value of valuesOf(header, 'content-transfer-encoding')) found.add(encodingOf(value))
  return found.size === 0 ? ['identity'] : [...found]
}

/** What programs accept: `"base64"`, `base64;`, `quoted_printable`. */
function encodingOf(value: string): TransferEncoding {
  const name = parseField(value).value.replaceAll(/["'_.]/g, '')
  if (name.startsWith('base64') || name === 'b') return 'base64'
  if (name.replaceAll('-', '').startsWith('quotedprintable') || name === 'q' || name === 'qp')
    return 'quoted-printable'
  return 'identity'
}
