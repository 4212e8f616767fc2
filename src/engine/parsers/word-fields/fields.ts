// Field codes in the text of a Word document: between U+0013 and U+0014 or U+0015, nested ([MS-DOC] 2.8.25). OOXML
// has elements for the same marks.

import type { Budget } from '../../limits.ts'

export const fieldMarks = { begin: '\u0013', separate: '\u0014', end: '\u0015' } as const

const { begin, separate, end } = fieldMarks
/** A mark, or what stands between marks. */
const piecesOfText = new RegExp(`[${begin}-${end}]|[^${begin}-${end}]+`, 'g')
const dde = /^\s*dde(?:auto)?\b/i
const maxDepth = 20
const maxFieldLength = 16 * 1024
const maxLines = 10_000

/** The codes of all DDE fields, one a line, with the results of the fields inside them put in. */
export function ddeFields(parts: Iterable<string>, budget: Budget): string {
  const lines: string[] = []
  const open: { code: string; result: string; isCode: boolean }[] = []
  const add = (text: string): void => {
    const field = open.at(-1)
    if (field === undefined) return
    if (field.isCode) field.code = (field.code + text).slice(0, maxFieldLength)
    else field.result = (field.result + text).slice(0, maxFieldLength)
  }
  for (const part of parts) {
    budget.checkTime()
    if (open.length === 0 && !part.includes(begin)) continue
    for (const [piece] of part.matchAll(piecesOfText)) {
      if (piece === begin) {
        if (open.length < maxDepth) open.push({ code: '', result: '', isCode: true })
      } else if (piece === separate) {
        const field = open.at(-1)
        if (field !== undefined) field.isCode = false
      } else if (piece === end) {
        const field = open.pop()
        if (field === undefined) continue
        if (dde.test(field.code) && lines.length < maxLines) lines.push(field.code.trim())
        add(valueOf(field))
      } else add(piece)
    }
  }
  return lines.join('\n')
}

/** What a field gives to the one around it: QUOTE its text, or the characters with its numbers; others their result. */
function valueOf({ code, result }: { code: string; result: string }): string {
  if (dde.test(code)) return ''
  const quote = /^\s*quote\s+(.*)$/is.exec(code)?.[1]
  if (quote === undefined) return result === '' ? code : result
  if (!/^[\d\s]+$/.test(quote)) return quote.replaceAll('"', '').trim()
  return quote
    .trim()
    .split(/\s+/)
    .map((number) => String.fromCharCode(Number(number) & 0xffff))
    .join('')
}
