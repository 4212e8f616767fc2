// TNEF (winmail.dat), as Exchange sends attachments and what plain mail cannot say ([MS-OXTNEF]).

import { decodeName } from '../../../base/text.ts'
import { compressedRtfDecoder } from '../../parsers/tnef/index.ts'
import { type ByteSource, sliceSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { timedSource } from '../../source/search.ts'
import type { Format, Member, UnpackContext } from '../format.ts'
import { type Attribute, attributesOf, signature } from './attributes.ts'
import { propertiesOf, type Property } from './properties.ts'

const attachmentBegins = 0x9002
const attachmentData = 0x800f
const attachmentTitle = 0x8010
const attachmentPicture = 0x8011
const attachmentProperties = 0x9005
const messageBody = 0x800c
const messageProperties = 0x9003

const body = 0x1000
const bodyRtf = 0x1009
const bodyHtml = 0x1013
const attachedBytes = 0x3701
const shortName = 0x3704
const longName = 0x3707
/** An object begins with the identifier of its interface. */
const interfaceBytes = 16
const longestName = 1024

export const tnef: Format = {
  id: 'tnef',
  kind: 'archive',

  matches: ({ head }) =>
    head.length >= 15 &&
    ((head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16) | ((head[3] ?? 0) << 24)) === signature,

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    const { size } = source
    let attachment: Attachment = { title: '', parts: [] }
    let count = 0
    for (const attribute of attributesOf(source)) {
      context.budget.checkTime()
      const { start } = attribute
      const length = Math.max(0, Math.min(attribute.length, size - start))
      const part = { id: attribute.id, start, length }
      if (length < attribute.length)
        context.fault(attachment.title || 'attribute', 'damaged', 'the stream is cut off')
      if (attribute.id === attachmentBegins) {
        yield* attachmentMembers(source, attachment, ++count)
        attachment = { title: '', parts: [] }
      } else if (attribute.level === 1) yield* messageMembers(source, part, context)
      else if (attribute.id === attachmentTitle)
        attachment = { ...attachment, title: textAt(source, part, 'text') }
      else attachment.parts.push(part)
    }
    yield* attachmentMembers(source, attachment, ++count)
  },
}

type Part = Pick<Attribute, 'id' | 'start' | 'length'>

interface Attachment {
  readonly title: string
  /** Data, picture and properties; names may stand behind what they name. */
  readonly parts: Part[]
}

function* messageMembers(source: ByteSource, part: Part, { budget }: UnpackContext): Generator<Member> {
  if (part.id === messageBody) yield member('body.txt', source, part)
  if (part.id !== messageProperties) return
  for (const property of propertiesOf(source, part.start, part.start + part.length)) {
    if (property.length === 0) continue
    if (property.id === body) yield member('body.txt', source, property)
    else if (property.id === bodyHtml) yield member('body.html', source, property)
    else if (property.id === bodyRtf) yield rtfMember(member('body.rtf', source, property), budget)
  }
}

function rtfMember({ name, source }: Member, budget: UnpackContext['budget']): Member {
  if (compressedRtfDecoder(source) === undefined) return { name, source }
  const empty = { consumed: 0, read: () => 0 }
  return { name, source: new DecodedSource(() => compressedRtfDecoder(source) ?? empty, budget) }
}

function* attachmentMembers(
  source: ByteSource,
  { title, parts }: Attachment,
  count: number,
): Generator<Member> {
  if (parts.length === 0) return
  const properties = parts
    .filter(({ id }) => id === attachmentProperties)
    .flatMap(({ start, length }) => [...propertiesOf(source, start, start + length)])
  const name = nameOf(source, properties) || title || `attachment-${count}`
  for (const part of parts) {
    if (part.length === 0) continue
    if (part.id === attachmentData) yield member(name, source, part)
    if (part.id === attachmentPicture) yield member(`${name} (picture)`, source, part)
  }
  for (const { id, type, start, length } of properties) {
    if (id !== attachedBytes) continue
    const skipped = type === 'object' ? interfaceBytes : 0
    if (length > skipped) yield member(name, source, { start: start + skipped, length: length - skipped })
  }
}

function member(name: string, source: ByteSource, { start, length }: Pick<Part, 'start' | 'length'>): Member {
  return { name, source: sliceSource(source, start, length) }
}

/** The long name before the short one. */
function nameOf(source: ByteSource, properties: readonly Property[]): string {
  for (const wanted of [longName, shortName]) {
    const property = properties.find(({ id }) => id === wanted)
    if (property !== undefined) return textAt(source, property, property.type)
  }
  return ''
}

function textAt(source: ByteSource, { start, length }: Pick<Part, 'start' | 'length'>, type: string): string {
  const bytes = source.read(start, Math.min(length, longestName))
  if (type === 'utf-16') return Buffer.from(bytes).toString('utf16le').replace(/\0.*$/s, '').toWellFormed()
  const end = bytes.indexOf(0)
  return decodeName(end < 0 ? bytes : bytes.subarray(0, end)).text
}
