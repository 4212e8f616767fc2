// RTF (Rich Text Format Specification 1.9.1): embedded objects, pictures and other data out of hexadecimal, read as
// Word reads them, whatever stands between the digits.

import { type ObjectFacts, type RtfBlob, RtfData, linkText, readRtf } from '../../parsers/rtf/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { hasContent } from '../../source/padding.ts'
import { ProducedSource } from '../../source/produced-source.ts'
import { timedSource } from '../../source/search.ts'
import { startsWith } from '../../source/starts-with.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { type Ole1Object, readOle1, readPackage } from './ole1.ts'

/** What Word asks for. */
const opening = [0x7b, 0x5c, 0x72, 0x74]
/** As far as bytes between and behind what is read say nothing: controls and the space. */
const whiteSpace = 0x20
/** White space and a mark of UTF-8 before it. */
const maxLeading = 16

export const rtf: Format = {
  id: 'rtf',
  kind: 'archive',

  matches: ({ head }) => startOf(head) >= 0,

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    const document = readRtf(source, context.budget, Math.max(0, startOf(object.head)))
    const facts: ObjectFacts = { topics: [], packages: [] }
    for (const blob of document.blobs) {
      if (blob.kind === 'object') yield* objectMembers(source, blob, { context, facts })
      else yield* dataMembers(source, blob, context)
    }
    const text = linkText(document, facts)
    if (text !== '')
      yield { name: 'links', source: new ProducedSource(() => Buffer.from(text), context.budget) }
    if (document.end === undefined) return
    const rest = sliceSource(source, document.end, Math.max(0, source.size - document.end))
    if (hasContent(rest, { largest: whiteSpace })) yield { name: 'trailing-data', source: rest }
  },
}

/** Where the document begins in its head, or -1. */
function startOf(head: Uint8Array): number {
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0
  while (at < maxLeading && (head[at] ?? 255) <= 32) at++
  return startsWith(head, opening, at) ? at : -1
}

function* dataMembers(source: ByteSource, blob: RtfBlob, context: UnpackContext): Generator<Member> {
  const data = new DecodedSource(
    () => new RtfData(source, context.budget, blob.start, 'strict'),
    context.budget,
  )
  if (data.read(0, 1).length > 0) yield { name: `${blob.kind} ${blob.number}`, source: data }
  else data.release()
}

interface Unpacking {
  readonly context: UnpackContext
  readonly facts: ObjectFacts
}

function* objectMembers(source: ByteSource, blob: RtfBlob, { context, facts }: Unpacking): Generator<Member> {
  const { data, object } = openObject(source, blob, context)
  const name = `object ${blob.number}`
  if (object === undefined) {
    if (data.read(0, 1).length > 0) yield { name, source: data }
    else data.release()
  } else if (object.isLinked) {
    facts.topics.push(`${object.className} ${object.topic}`)
    yield { name: `${name} (${object.className})`, source: data }
  } else yield* embeddedMembers(name, { data, object }, { context, facts })
}

interface OpenObject {
  readonly data: DecodedSource
  readonly object: Ole1Object | undefined
}

/** As Word reads the digits; where that makes no object, every digit that there is. */
function openObject(source: ByteSource, blob: RtfBlob, context: UnpackContext): OpenObject {
  const open = (reading: 'strict' | 'all'): OpenObject => {
    const data = new DecodedSource(
      () => new RtfData(source, context.budget, blob.start, reading),
      context.budget,
    )
    return { data, object: readOle1(data) }
  }
  const strict = open('strict')
  if (strict.object !== undefined) return strict
  const all = open('all')
  const [better, other] = all.object === undefined ? [strict, all] : [all, strict]
  other.data.release()
  return better
}

function* embeddedMembers(
  name: string,
  { data, object }: { readonly data: DecodedSource; readonly object: Ole1Object },
  { context, facts }: Unpacking,
): Generator<Member> {
  const label = `${name} (${object.className})`
  const file = /^package$/i.test(object.className) ? readPackage(data, object.start) : undefined
  const size = Math.max(0, data.size - object.start)
  if (object.size > size)
    context.fault(label, 'damaged', `its data end after ${size} of ${object.size} bytes`)
  if (file !== undefined) {
    const packed = Math.min(file.size, Math.max(0, data.size - file.start))
    facts.packages.push(file.name)
    yield { name: file.name, source: partOf(data, file.start, packed) }
  }
  yield { name: label, source: partOf(data, object.start, Math.min(object.size, size)) }
  const behind = partOf(data, object.start + object.size, size - object.size)
  if (size > object.size && hasContent(behind, { largest: whiteSpace }))
    yield { name: `${name} presentation`, source: behind }
  data.release()
}

/** Gives the whole back when it is released, so that the data are not held while nobody reads them. */
function partOf(data: DecodedSource, start: number, size: number): ByteSource {
  return { ...sliceSource(data, start, size), release: () => data.release() }
}
