// Rebuilds a mail message (RFC 5322, 2045, 2046) and a web archive: a bad part becomes a line of text that says what stood
// there, a rebuilt container goes back in base64. Kept byte for byte: every header, boundary and other part, in their order;
// signatures over the message break. Refused: parts of which anything is encrypted, pieces of messages, too deep nesting.

import { decodedBodies } from '../../formats/eml/body.ts'
import { eml } from '../../formats/eml/eml.ts'
import { namerOf, type PartNamer } from '../../formats/eml/part-name.ts'
import { secureContent } from '../../formats/eml/secure.ts'
import { type BodyPart, bodyPartsOf, lineEndsOf, mailStartOf } from '../../parsers/mime/index.ts'
import { headBytes } from '../../scan-object.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { timedSource } from '../../source/search.ts'
import { CannotCure, type Edit, type Editor, type Judgement } from '../editor.ts'
import { type Change, changedBytes, writeChanged } from '../splice.ts'
import { type Entity, inBase64, noticeInstead, rawBody } from './entity.ts'

/** Messages that nothing but their place makes one, inside each other (formats/eml). */
const maxBareDepth = 16

export const emlEditor: Editor = {
  format: eml,

  edit(object, edit) {
    const source = timedSource(object.source, edit.context.budget)
    const start = Math.max(0, mailStartOf(object.head))
    const changes = changesIn(source, start, { edit, nameOf: namerOf(), depth: 0 })
    writeChanged(source, changes, edit)
  },
}

interface Walk {
  readonly edit: Edit
  readonly nameOf: PartNamer
  readonly depth: number
}

function changesIn(source: ByteSource, start: number, walk: Walk): Change[] {
  const { budget } = walk.edit.context
  const ends = lineEndsOf(source.read(start, headBytes))
  const changes: Change[] = []
  for (const part of bodyPartsOf(source, { start, end: source.size }, budget)) {
    const name = walk.nameOf(part)
    if (part.type === 'message/partial') throw new CannotCure('it is one of several pieces of a message')
    if (part.kind === 'too-deep') throw new CannotCure('its multiparts are nested too deep')
    if (part.end <= part.start) continue
    const judgement = judgePart(source, part, name, walk)
    const entity: Entity = { source, part, ends }
    if (judgement.kind === 'remove') changes.push(noticeInstead(entity, name))
    else if (judgement.kind === 'replace') changes.push(replaced(entity, judgement.bytes))
  }
  return changes
}

function replaced(entity: Entity, bytes: Uint8Array): Change {
  const { type, encodings } = entity.part
  const isRaw = type.startsWith('message/') && encodings.every((encoding) => encoding === 'identity')
  return isRaw ? rawBody(entity, bytes) : inBase64(entity, bytes)
}

function judgePart(source: ByteSource, part: BodyPart, name: string, walk: Walk): Judgement {
  const { edit } = walk
  const bodies = [...decodedBodies(source, part, edit.context.budget)]
  const [body, another] = bodies
  // Who can read it in two ways, or only behind its own character set, cannot be given anything else.
  const canReplace = body !== undefined && another === undefined && !/utf-?7$/.test(part.charset)
  if (canReplace && part.kind === 'part') return judgeBody(body, part, name, walk)
  let isBad = false
  for (const reading of bodies) {
    if (edit.isToGo({ name, source: reading })) isBad = true
    reading.release?.()
  }
  return isBad ? { kind: 'remove' } : { kind: 'keep' }
}

function judgeBody(body: ByteSource, part: BodyPart, name: string, walk: Walk): Judgement {
  const { edit } = walk
  try {
    const changes = /^message\/(?:rfc822|global)$/.test(part.type) ? bareChanges(body, walk) : []
    if (changes.length > 0) return { kind: 'replace', bytes: changedBytes(body, changes, edit) }
    const judgement = edit.judge({ name, source: body })
    if (judgement.kind !== 'keep') return judgement
    return hasBadContent(body, part, name, walk) ? { kind: 'remove' } : judgement
  } finally {
    body.release?.()
  }
}

/** What S/MIME signed as a whole cannot be changed, only be taken out. */
function hasBadContent(body: ByteSource, part: BodyPart, name: string, walk: Walk): boolean {
  const content = secureContent(part, name, body, walk.edit.context)
  if (content === undefined) return false
  const isBad =
    walk.edit.isToGo({ name: `${name} content`, source: content }) || bareChanges(content, walk).length > 0
  content.release?.()
  return isBad
}

/** A message that shows what it is has been judged as an object of its own. */
function bareChanges(body: ByteSource, walk: Walk): Change[] {
  if (walk.depth >= maxBareDepth || mailStartOf(body.read(0, headBytes)) >= 0) return []
  return changesIn(body, 0, { ...walk, depth: walk.depth + 1 })
}
