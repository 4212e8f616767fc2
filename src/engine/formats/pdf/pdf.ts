// PDF (ISO 32000-2). What a reader might show or run is found without its cross-reference tables: every stream of
// every revision, embedded files under their names, scripts and forms, and the actions in words.

import { LimitReached } from '../../limits.ts'
import { actionText, PdfDocument, type PdfStream } from '../../parsers/pdf/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { hasContent } from '../../source/padding.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import { indexOfBytes } from '../../source/search.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { type Roles, rolesIn } from './roles.ts'
import { formScripts } from './xfa.ts'

/** Readers look for the header this far (ISO 32000-1, annex H, 3.4.1). */
const headerWithin = 1024
const percent = 0x25
/** The end of `%PDF-` and `%FDF-`: one search by Node's own code costs 0.1 µs, and every object is asked. */
const headerTail = Buffer.from('DF-')
const endOfFile = Buffer.from('%%EOF')

export const pdf: Format = {
  id: 'pdf',
  kind: 'archive',

  matches: ({ head }) => hasHeader(head),

  *members({ source }, context) {
    const document = new PdfDocument(source, context.budget)
    document.read(context.passwords)
    if (document.isLocked) context.fault('(encrypted content)', 'encrypted', 'needs a password')
    yield* objectStreams(document, context)
    document.facts.follow((value) => document.resolve(value))
    const roles = rolesIn(document)
    document.close()
    if (document.facts.isCut) {
      context.fault('(objects)', 'damaged', 'objects are too large or too many to be read as a whole')
    }
    yield* contentStreams(document, roles, context)
    for (const { name, bytes } of roles.scripts) {
      yield { name, source: new ProducedSource(() => bytes, context.budget), language: 'javascript' }
    }
    const text = actionText(document.facts, roles.fileNames, document.reader)
    document.close()
    if (text !== '') {
      yield { name: 'actions', source: new ProducedSource(() => Buffer.from(text), context.budget) }
    }
    yield* trailingData(source, document.objectEnd, context)
  },
}

function hasHeader(head: Uint8Array): boolean {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, headerWithin + 5))
  for (let at = start.indexOf(headerTail); at >= 0; at = start.indexOf(headerTail, at + 1)) {
    const kind = start[at - 1]
    // `P` or `F`
    if (start[at - 2] === percent && (kind === 0x50 || kind === 0x46)) return true
  }
  return false
}

function nameOf({ number }: PdfStream): string {
  return `object ${number}`
}

/** Undefined: not readable; it has been counted. */
function opened(document: PdfDocument, stream: PdfStream, context: UnpackContext): ByteSource | undefined {
  const reported = new Set<string>()
  if (!stream.isWhole) context.fault(nameOf(stream), 'damaged', 'its end is missing')
  const source = document.open(stream, (code, message) => {
    // That the document is encrypted has been said once for all of it, a missing end just now.
    if (code === 'encrypted' || (code === 'damaged' && !stream.isWhole) || reported.has(message)) return
    reported.add(message)
    context.fault(nameOf(stream), code, message)
  })
  if (source === undefined) context.budget.countMember()
  return source
}

function* objectStreams(document: PdfDocument, context: UnpackContext): Generator<Member> {
  for (const stream of document.streams) {
    if (!stream.isObjectStream) continue
    const source = opened(document, stream, context)
    if (source === undefined) continue
    try {
      document.readObjectStream(stream, source)
    } catch (thrown) {
      // The scan meets the same limit when it reads the member, and says so.
      if (!(thrown instanceof LimitReached) || thrown.code !== 'ratio') throw thrown
    }
    yield { name: nameOf(stream), source }
  }
}

function* contentStreams(document: PdfDocument, roles: Roles, context: UnpackContext): Generator<Member> {
  for (const stream of document.streams) {
    if (stream.isObjectStream) continue
    const source = opened(document, stream, context)
    if (source === undefined) continue
    const role = roles.streams.get(stream.number)
    const name = role?.name ?? nameOf(stream)
    if (role?.kind === 'script') yield { name, source, language: 'javascript' }
    else yield { name, source }
    if (role?.kind === 'form') yield* formScripts(name, source, context)
  }
}

/** What was appended behind the end of the document: a file that is two things at once. */
function* trailingData(source: ByteSource, from: number, context: UnpackContext): Generator<Member> {
  const { size } = source
  const end = indexOfBytes(source, endOfFile, { from, to: size }, context.budget)
  if (end < 0) return
  const start = end + endOfFile.length
  const rest = sliceSource(source, start, size - start)
  if (hasContent(rest, { budget: context.budget, largest: 32 })) yield { name: 'trailing-data', source: rest }
}
