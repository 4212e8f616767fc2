// One part of a message written anew: the header fields that speak of its content change with it, all others stay as they
// are spelt (RFC 2045, 5 and 6; RFC 2183).

import { type BodyPart, type LineEnds, lineAt } from '../../parsers/mime/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import type { Change } from '../splice.ts'

export interface Entity {
  readonly source: ByteSource
  readonly part: BodyPart
  readonly ends: LineEnds
}

/** Digits of a line (RFC 2045, 6.8). */
const lineDigits = 76
const longestName = 200
const ofContent: ReadonlySet<string> = new Set([
  'content-disposition',
  'content-duration',
  'content-encoding',
  'content-md5',
  'content-transfer-encoding',
  'content-type',
])
const ofEncoding: ReadonlySet<string> = new Set(['content-transfer-encoding'])
// eslint-disable-next-line no-control-regex -- a name must not begin a line of its own
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g

/** A line of text that says what stood there. */
export function noticeInstead(entity: Entity, name: string): Change {
  const { source, part } = entity
  const text = `removed by Haechi: ${name.slice(0, longestName).replaceAll(controls, ' ').trim()}`
  const isAscii = Buffer.byteLength(text) === text.length
  const fields = [
    `Content-Type: text/plain; charset=${isAscii ? 'us-ascii' : 'utf-8'}`,
    `Content-Transfer-Encoding: ${isAscii ? '7bit' : '8bit'}`,
    'Content-Disposition: inline',
  ]
  const eol = lineEndOf(entity)
  const body = Buffer.from(text + (endsLine(source, part.end) ? eol : ''))
  if (part.kind !== 'part') return { from: part.start, to: part.end, bytes: body }
  const header = headerWith(entity, fields, ofContent)
  return { from: part.headerAt, to: part.end, bytes: Buffer.concat([header, body]) }
}

export function inBase64(entity: Entity, bytes: Uint8Array): Change {
  const { source, part } = entity
  const eol = lineEndOf(entity)
  const digits = Buffer.from(bytes).toString('base64')
  const lines: string[] = []
  for (let at = 0; at < digits.length; at += lineDigits) lines.push(digits.slice(at, at + lineDigits))
  const body = Buffer.from(lines.join(eol) + (endsLine(source, part.end) ? eol : ''))
  if (part.encodings.every((encoding) => encoding === 'base64')) {
    return { from: part.start, to: part.end, bytes: body }
  }
  const header = headerWith(entity, ['Content-Transfer-Encoding: base64'], ofEncoding)
  return { from: part.headerAt, to: part.end, bytes: Buffer.concat([header, body]) }
}

export function rawBody({ part }: Entity, bytes: Uint8Array): Change {
  return { from: part.start, to: part.end, bytes }
}

function endsLine(source: ByteSource, end: number): boolean {
  const last = source.read(end - 1, 1)[0]
  return last === 0x0a || last === 0x0d
}

/** The line end of the part's header, or of the message's beginning where it has none. */
function lineEndOf({ source, part, ends }: Entity): string {
  const at = part.headerAt < part.start ? part.headerAt : 0
  const line = lineAt(source, at, source.size, ends)
  if (line === undefined) return '\r\n'
  return latin1(source, at + line.text.length, line.next) || '\r\n'
}

/** The header with `fields` in the place of those named in `old`, which they replace. */
function headerWith(entity: Entity, fields: readonly string[], old: ReadonlySet<string>): Buffer {
  const { source, part, ends } = entity
  const eol = lineEndOf(entity)
  const added = Buffer.from(fields.map((field) => field + eol).join(''))
  const pieces: Uint8Array[] = []
  let isAdded = false
  let isOld = false
  let isLineStart = true
  const add = (): void => {
    if (!isAdded) pieces.push(added)
    isAdded = true
  }
  for (let at = part.headerAt; at < part.start;) {
    const line = lineAt(source, at, part.start, ends)
    if (line === undefined) break
    const { text, next } = line
    const name = isLineStart ? /^([!-9;-~]{1,128})[ \t]{0,64}:/.exec(text)?.[1] : undefined
    if (name !== undefined) isOld = old.has(name.toLowerCase())
    const isBlank = isLineStart && text.trim() === ''
    const isRest = !isLineStart || text.startsWith(' ') || text.startsWith('\t')
    const isDropped = isOld && !isBlank && (name !== undefined || isRest)
    if (isBlank || isDropped) add()
    if (!isDropped) pieces.push(Buffer.from(latin1(source, at, next), 'latin1'))
    // A line of more than 64 KiB comes in pieces.
    isLineStart = next - at > text.length
    at = next
  }
  if (!isAdded) {
    add()
    pieces.push(Buffer.from(eol))
  }
  return Buffer.concat(pieces)
}

function latin1(source: ByteSource, from: number, to: number): string {
  return Buffer.from(source.read(from, to - from)).toString('latin1')
}
