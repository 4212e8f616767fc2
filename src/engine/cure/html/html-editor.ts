// Empties what is bad in a page, a picture or a script file (HTML, SVG, HTA, WSF): the text of a script element, the value
// of an attribute (handler, javascript: or data: URI, srcdoc), a blob in the text. Kept byte for byte, in the page's own
// encoding: all tags and everything else. Refused: pages that are encoded as a whole (UTF-7, VBScript.Encode).

import { html, partsOfPage, textSource } from '../../formats/html/html.ts'
import type { Range } from '../../parsers/blobs/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { type TextKind, textKindOf } from '../../text-kind.ts'
import { CannotCure, type Edit, type Editor } from '../editor.ts'
import { writeChanged } from '../splice.ts'
import { rangesInUtf16 } from './utf16-ranges.ts'

/** Before the value of an attribute: without quotes it would take the next attribute for its value. */
const unquoted = /=\s*$/
const longestGap = 16

export const htmlEditor: Editor = {
  format: html,

  edit(object, edit) {
    const { source } = object
    const kind = textKindOf(object) ?? 'bytes'
    const text = textSource(object, edit.context.budget)
    const bad: Range[] = []
    for (const { member, ranges } of partsOfPage(object, text, edit.context.budget)) {
      const isBad = edit.isToGo(member)
      if (member.source !== text) member.source.release?.()
      if (isBad && ranges.length === 0) throw new CannotCure('it is encoded as a whole')
      if (isBad) bad.push(...ranges)
    }
    const changes = merged(bad).map((range) => ({ ...range, bytes: emptyValue(text, range, kind) }))
    text.release?.()
    const places = inSource(source, changes, kind, edit)
    writeChanged(
      source,
      places.map(({ start, end, bytes }) => ({ from: start, to: end, bytes })),
      edit,
    )
  },
}

function merged(ranges: readonly Range[]): Range[] {
  const found: { start: number; end: number }[] = []
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = found.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else found.push({ start, end })
  }
  return found
}

function emptyValue(text: ByteSource, { start }: Range, kind: TextKind): Uint8Array {
  const from = Math.max(0, start - longestGap)
  const before = Buffer.from(text.read(from, start - from)).toString('latin1')
  if (!unquoted.test(before)) return new Uint8Array(0)
  if (kind === 'bytes') return Buffer.from('""')
  const quotes = Buffer.from('""', 'utf16le')
  return kind === 'utf-16le' ? quotes : quotes.swap16()
}

function inSource<R extends Range>(
  source: ByteSource,
  ranges: readonly R[],
  kind: TextKind,
  { context }: Edit,
): readonly R[] {
  return kind === 'bytes' ? ranges : rangesInUtf16(source, ranges, kind, context.budget)
}
