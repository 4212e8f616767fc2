// The start tags of a markup text (WHATWG HTML, 13.2.5), with the ranges of their attributes' values and of the text of
// scripts. Made to miss no script: what stands in comments, titles and styles is looked through as well, but a tag there
// does not reach out of them. Nothing is kept, and the time is linear.

import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { Cursor } from './cursor.ts'

export interface Attribute {
  /** Lower case. */
  readonly name: string
  /** The range of its value, without quotes. */
  readonly start: number
  readonly end: number
}

export interface ScriptText {
  readonly start: number
  readonly end: number
  /** Its end tag is there. */
  readonly isClosed: boolean
}

export interface Tag {
  /** Lower case, without a prefix. */
  readonly name: string
  readonly attributes: readonly Attribute[]
  /** Where the tag begins and ends. */
  readonly start: number
  readonly end: number
  /** The text of a script. */
  readonly content: ScriptText | undefined
}

const less = 0x3c
const greater = 0x3e
const slash = 0x2f
const bang = 0x21
const equals = 0x3d
const dash = 0x2d
const doubleQuote = 0x22
const singleQuote = 0x27
const longestName = 64
/** More attributes of one tag are passed over. */
const maxAttributes = 65_536
/** Their text is no markup, so a tag that begins in it ends in it. */
const textElements: ReadonlySet<string> = new Set(['style', 'title', 'textarea', 'xmp', 'noscript', 'iframe'])

/** All start tags in their order. */
export function* tagsOf(source: ByteSource, budget: Budget): Generator<Tag> {
  const cursor = new Cursor(source)
  yield* tagsIn({ cursor, budget, isInner: false }, 0, source.size)
}

interface Walk {
  readonly cursor: Cursor
  readonly budget: Budget
  /** Inside of a comment or a text element: these do not nest. */
  readonly isInner: boolean
}

function* tagsIn(walk: Walk, from: number, to: number): Generator<Tag> {
  const { cursor, budget, isInner } = walk
  let count = 0
  for (let at = cursor.find(less, from, to); at < to; at = cursor.find(less, at, to)) {
    if ((++count & 0xff) === 0) budget.checkTime()
    const next = cursor.byteAt(at + 1)
    if (next === bang && !isInner && cursor.byteAt(at + 2) === dash && cursor.byteAt(at + 3) === dash) {
      const end = endOfComment(cursor, at + 4, to)
      yield* tagsIn({ ...walk, isInner: true }, at + 4, end)
      at = end
      continue
    }
    if (!isLetter(next)) {
      at++
      continue
    }
    const tag = tagAt(cursor, at, to)
    at = tag.end
    if (tag.name === 'script') {
      const content = scriptText(cursor, tag, to)
      yield { ...tag, content }
      cursor.forget()
      // In SVG and XML `<script/>` is empty, in HTML it is not.
      if (tag.isSelfClosing && !isInner) yield* tagsIn({ ...walk, isInner: true }, content.start, content.end)
      at = content.end
      continue
    }
    if (tag.attributes.length > 0 || tag.name === 'job') {
      yield { ...tag, content: undefined }
      cursor.forget()
    }
    if (isInner || tag.isSelfClosing || !textElements.has(tag.name)) continue
    const end = endOfText(cursor, tag.name, tag.end, to)
    yield* tagsIn({ ...walk, isInner: true }, tag.end, end)
    at = end
  }
}

function isLetter(byte: number): boolean {
  return (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
}

/** 13.2.5.43 to 13.2.5.52, without the errors: `-->`, `--!>`, or nothing but `>` or `->`. */
function endOfComment(cursor: Cursor, from: number, to: number): number {
  if (cursor.byteAt(from) === greater) return from + 1
  if (cursor.byteAt(from) === dash && cursor.byteAt(from + 1) === greater) return from + 2
  for (let at = cursor.find(dash, from, to); at < to; at = cursor.find(dash, at + 1, to)) {
    if (cursor.byteAt(at + 1) !== dash) continue
    const third = cursor.byteAt(at + 2)
    if (third === greater) return at + 3
    if (third === bang && cursor.byteAt(at + 3) === greater) return at + 4
  }
  return to
}

/** Where the end tag of a text element begins, or `to`. */
function endOfText(cursor: Cursor, name: string, from: number, to: number): number {
  for (let at = cursor.find(less, from, to); at < to; at = cursor.find(less, at + 1, to)) {
    if (isEndTag(cursor, name, at)) return at
  }
  return to
}

function isEndTag(cursor: Cursor, name: string, at: number): boolean {
  if (cursor.byteAt(at + 1) !== slash || !cursor.startsWith(name, at + 2)) return false
  return endsName(cursor.byteAt(at + 2 + name.length))
}

function endsName(byte: number): boolean {
  return byte < 0 || isSpace(byte) || byte === slash || byte === greater
}

interface FoundTag {
  readonly name: string
  readonly attributes: Attribute[]
  readonly start: number
  readonly end: number
  readonly isSelfClosing: boolean
  /** As it is spelt, with a prefix: `msxsl:script`. */
  readonly fullName: string
}

/** 13.2.5.8, 13.2.5.32 to 13.2.5.40. A tag that is cut off by `to` counts. */
function tagAt(cursor: Cursor, start: number, to: number): FoundTag {
  let at = start + 1
  while (at < to && !endsName(cursor.byteAt(at))) at++
  const fullName = cursor.text(start + 1, Math.min(at, start + 1 + longestName)).toLowerCase()
  const name = fullName.slice(fullName.lastIndexOf(':') + 1)
  const attributes: Attribute[] = []
  let isSelfClosing = false
  while (at < to) {
    const byte = cursor.byteAt(at)
    if (byte < 0) break
    if (byte === greater) {
      at++
      break
    }
    if (isSpace(byte) || byte === slash) {
      isSelfClosing = byte === slash
      at++
      continue
    }
    isSelfClosing = false
    const attribute = attributeAt(cursor, at, to)
    if (attributes.length < maxAttributes) attributes.push(attribute)
    at = attribute.next
  }
  return { name, fullName, attributes, start, end: Math.min(at, to), isSelfClosing }
}

function attributeAt(cursor: Cursor, from: number, to: number): Attribute & { next: number } {
  let at = from + 1
  while (at < to && !endsName(cursor.byteAt(at)) && cursor.byteAt(at) !== equals) at++
  const name = cursor.text(from, Math.min(at, from + longestName)).toLowerCase()
  let sign = at
  while (sign < to && isSpace(cursor.byteAt(sign))) sign++
  if (cursor.byteAt(sign) !== equals) return { name, start: at, end: at, next: at }
  let start = sign + 1
  while (start < to && isSpace(cursor.byteAt(start))) start++
  const quote = cursor.byteAt(start)
  if (quote === doubleQuote || quote === singleQuote) {
    const end = cursor.find(quote, start + 1, to)
    return { name, start: start + 1, end, next: Math.min(to, end + 1) }
  }
  let end = start
  while (
    end < to &&
    !isSpace(cursor.byteAt(end)) &&
    cursor.byteAt(end) !== greater &&
    cursor.byteAt(end) >= 0
  )
    end++
  return { name, start, end, next: end }
}

/** 13.2.5.4 and the states of escaped script data: `<!-- <script>` hides one `</script>`. */
function scriptText(cursor: Cursor, tag: FoundTag, to: number): ScriptText {
  const start = tag.end
  let isEscaped = false
  let isDouble = false
  let commentEnd = start
  for (let at = cursor.find(less, start, to); at < to; at = cursor.find(less, at + 1, to)) {
    if (isEscaped && at >= commentEnd) isEscaped = false
    if (!isEscaped) isDouble = false
    if (cursor.byteAt(at + 1) === bang && cursor.byteAt(at + 2) === dash && cursor.byteAt(at + 3) === dash) {
      if (!isEscaped) commentEnd = endOfScriptComment(cursor, at + 2, to)
      isEscaped = true
    } else if (isEscaped && cursor.startsWith('script', at + 1) && endsName(cursor.byteAt(at + 7))) {
      // A comment that never ends hides nothing: the browser then ends the script at the first end tag again.
      isDouble = commentEnd < to
    } else if (isEndTag(cursor, tag.fullName, at)) {
      if (!isDouble) return { start, end: at, isClosed: true }
      isDouble = false
    }
  }
  return { start, end: to, isClosed: false }
}

function endOfScriptComment(cursor: Cursor, from: number, to: number): number {
  for (let at = cursor.find(dash, from, to); at < to; at = cursor.find(dash, at + 1, to)) {
    if (cursor.byteAt(at + 1) === dash && cursor.byteAt(at + 2) === greater) return at
  }
  return to
}
