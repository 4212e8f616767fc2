// One rule file in memory: its bytes, the same as text with one character for each byte, and where its lines are.

import type { Span } from './syntax.ts'

/** Characters of a line shown around a problem. */
const excerptBefore = 60
const excerptLength = 120

/** From here on columns are bytes: nobody counts them, and a file of one line would cost time squared. */
const longLine = 4096

const lineFeed = '\n'
const decoder = new TextDecoder()

interface Position {
  /** Both count from 1; a column is a character. */
  readonly line: number
  readonly column: number
}

/** Bytes as people read them. */
export function readable(latin1: string): string {
  for (let at = 0; at < latin1.length; at++) {
    if (latin1.charCodeAt(at) > 0x7f) return decoder.decode(Buffer.from(latin1, 'latin1'))
  }
  return latin1
}

export class SourceText {
  readonly name: string
  readonly bytes: Uint8Array
  /** One character (0–255) for each byte. */
  readonly text: string
  readonly #lineStarts: number[] = [0]
  #lastLine = 0

  constructor(name: string, bytes: Uint8Array) {
    this.name = name
    // A plain view: `slice` of a Buffer would share the file's memory.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  }

  /** From 1. Quick when the offsets asked for rise. */
  lineAt(offset: number): number {
    const starts = this.#lineStarts
    let line = this.#lastLine
    while (line > 0 && starts[line]! > offset) line--
    for (;;) {
      if (line + 1 === starts.length) {
        const feed = this.text.indexOf(lineFeed, starts[line])
        starts.push(feed < 0 ? Number.POSITIVE_INFINITY : feed + 1)
      }
      if (starts[line + 1]! > offset) break
      line++
    }
    this.#lastLine = line
    return line + 1
  }

  position(offset: number): Position {
    const line = this.lineAt(offset)
    const lineStart = this.#lineStarts[line - 1]!
    if (offset - lineStart > longLine) return { line, column: offset - lineStart + 1 }
    return { line, column: Array.from(readable(this.text.slice(lineStart, offset))).length + 1 }
  }

  /** The line (or the part of it around the place) and below it carets under the place. */
  excerpt(place: Span): string {
    const line = this.lineAt(place.start)
    const lineStart = this.#lineStarts[line - 1]!
    const lineEnd = Math.min(this.#lineStarts[line]! - 1, this.text.length)
    const from = Math.max(lineStart, place.start - excerptBefore)
    const to = Math.min(lineEnd, from + excerptLength)
    const at = Math.min(place.start, to)
    const before = this.#shown(from, at)
    const markEnd = Math.min(Math.max(place.end, at), to)
    const marked = this.#shown(at, markEnd)
    const after = this.#shown(markEnd, to)
    const indent = before.replaceAll(/[^\t]/gu, ' ')
    return `${before}${marked}${after.trimEnd()}\n${indent}${'^'.repeat(Math.max(1, Array.from(marked).length))}`
  }

  #shown(from: number, to: number): string {
    // oxlint-disable-next-line no-control-regex
    return readable(this.text.slice(from, to)).replaceAll(/[\u0000-\u0008\u000a-\u001f\u007f]/gu, ' ')
  }
}
