// Mail messages and MHTML (see format.md): every body part is a member, decoded by its transfer encoding. Parts are
// ranges of the message; nothing is copied.

import { headBytes } from '../../scan-object.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { timedSource } from '../../source/search.ts'
import { bodyPartsOf, mailStartOf } from '../../parsers/mime/index.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { decodedBodies } from './body.ts'
import { namerOf, type PartNamer } from './part-name.ts'
import { secureContent } from './secure.ts'

/** Messages without a header that is known as such, inside each other: others are objects of their own. */
const maxBareDepth = 16

export const eml: Format = {
  id: 'eml',
  kind: 'archive',

  matches: ({ head }) => mailStartOf(head) >= 0,

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    const start = Math.max(0, mailStartOf(object.head))
    yield* membersOf(source, { start, end: source.size }, { context, nameOf: namerOf(), depth: 0 })
  },
}

interface Walk {
  readonly context: UnpackContext
  readonly nameOf: PartNamer
  readonly depth: number
}

function* membersOf(
  source: ByteSource,
  range: { readonly start: number; readonly end: number },
  walk: Walk,
): Generator<Member> {
  const { context, nameOf } = walk
  for (const part of bodyPartsOf(source, range, context.budget)) {
    const name = nameOf(part)
    if (part.type === 'message/partial') {
      context.fault(name, 'missing-volume', 'a message in pieces, of which this is one')
    }
    if (part.kind === 'too-deep') {
      context.fault(name, 'unsupported-method', 'multiparts are nested too deep')
      yield { name, source: sliceSource(source, part.start, part.end - part.start) }
      continue
    }
    if (part.end <= part.start) continue
    for (const body of decodedBodies(source, part, context.budget)) {
      yield { name, source: body }
      const content = secureContent(part, name, body, context)
      if (content !== undefined) yield* contentMembers(content, name, walk)
      if (isMessage(part.type)) yield* bareMessage(body, walk)
      // What was read of it for that.
      body.release?.()
    }
  }
}

function isMessage(type: string): boolean {
  return type === 'message/rfc822' || type === 'message/global' || type === 'message/partial'
}

/** A message in a message is an object of its own and opened as that, unless nothing but its place says what it is. */
function* bareMessage(body: ByteSource, walk: Walk): Generator<Member> {
  if (walk.depth >= maxBareDepth || mailStartOf(body.read(0, headBytes)) >= 0) return
  yield* membersOf(body, { start: 0, end: body.size }, { ...walk, depth: walk.depth + 1 })
}

/** What S/MIME signs is a body part with a header of its own, of whatever fields. */
function* contentMembers(content: ByteSource, name: string, walk: Walk): Generator<Member> {
  yield { name: `${name} content`, source: content }
  yield* bareMessage(content, walk)
  content.release?.()
}
