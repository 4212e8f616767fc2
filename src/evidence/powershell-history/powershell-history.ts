// ConsoleHost_history.txt: what was typed into PowerShell, as PSReadLine keeps it: UTF-8, a line each; a line that ends with a
// backtick goes on in the next one, for that is how it writes line ends within a command. It has no times.

import type { EvidenceSource } from '../source.ts'

export interface TypedCommand {
  /** From 1: of its first line. */
  readonly line: number
  /** In bytes. */
  readonly offset: number
  readonly command: string
  /** Longer than what is kept. */
  readonly isCut?: true
}

const maxCommand = 65_536
const pieceBytes = 1 << 20
const newline = 10
const backtick = 96

/** In the order of the file: the newest last. Bounded whatever the file is. */
export function* powershellHistory(source: EvidenceSource): Generator<TypedCommand> {
  let parts: string[] = []
  let length = 0
  let isCut = false
  let first = 1
  let start = 0
  let line = 0
  for (const { bytes, offset } of linesOf(source)) {
    line += 1
    if (parts.length === 0) {
      first = line
      start = offset
    }
    const goesOn = bytes.at(-1) === backtick
    const text = Buffer.from(goesOn ? bytes.subarray(0, -1) : bytes).toString()
    const kept = text.slice(0, Math.max(0, maxCommand - length))
    isCut ||= kept.length < text.length
    if (parts.length < maxCommand) parts.push(kept)
    length += kept.length + 1
    if (goesOn) continue
    const command = parts.join('\n')
    if (command !== '')
      yield { line: first, offset: start, command, ...(isCut ? { isCut: true as const } : {}) }
    parts = []
    length = 0
    isCut = false
  }
  const command = parts.join('\n')
  if (command !== '')
    yield { line: first, offset: start, command, ...(isCut ? { isCut: true as const } : {}) }
}

/** Without line ends and the mark of the encoding; of a line without end at most a piece at a time. */
function* linesOf(
  source: EvidenceSource,
): Generator<{ readonly bytes: Uint8Array; readonly offset: number }> {
  const hasMark = Buffer.from(source.read(0, 3)).toString('hex') === 'efbbbf'
  for (let at = hasMark ? 3 : 0; at < source.size;) {
    const piece = source.read(at, pieceBytes)
    if (piece.length === 0) return
    const isLast = at + piece.length >= source.size
    let from = 0
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      const hasReturn = end > from && piece[end - 1] === 13
      yield { bytes: piece.subarray(from, hasReturn ? end - 1 : end), offset: at + from }
      from = end + 1
    }
    if (from === 0 || isLast) {
      if (from < piece.length) yield { bytes: piece.subarray(from), offset: at + from }
      from = piece.length
    }
    at += from
  }
}
