// Cuts what was read into lines. Offsets count bytes of the file; text is made of one line at a time, so bytes that are
// not UTF-8 (they become U+FFFD) never shift an offset.

/** Bytes of a line that are told; the rest of a longer one is left out, and the line says so. */
export const lineMaxBytes = 65_536

/**
 * `cut`: longer than 64 KiB, the rest is left out. `partial`: the file ended without a line end. `continued`: what came
 * after a partial line.
 */
export type LineMark = 'whole' | 'cut' | 'partial' | 'continued'

/** Where the reading of a file stands: all that cutting needs to go on later. */
export interface Position {
  /** Of the first byte that is not told yet. */
  offset: number
  /** Whether the rest of a line that was cut comes next; it is left out. */
  skipping: boolean
  /** Whether the last line was told without its end. */
  midLine: boolean
}

export interface SplitCounts {
  lines: number
  /** Bytes left out of lines that were too long. */
  cutBytes: number
  /** NUL bytes before lines: the hole that a writer leaves who goes on at its old offset after a truncation. */
  nulBytes: number
}

export interface SplitSink {
  line(text: string, offset: number, mark: LineMark): void
  /** Asked every 32 lines; true ends the cutting early. */
  enough(): boolean
}

const newline = 10
const carriageReturn = 13

/**
 * Tells the whole lines of `bytes` from `start`; `position` moves with them, byte by byte. Gives the index of the first
 * byte that was not used: the beginning of a line whose end is missing, or of the first line after `enough`.
 */
export function splitLines(
  bytes: Buffer,
  start: number,
  position: Position,
  to: { readonly sink: SplitSink; readonly counts: SplitCounts },
): number {
  const { sink, counts } = to
  let at = start
  const move = (next: number): void => {
    position.offset += next - at
    at = next
  }
  let sinceAsked = 0
  while (at < bytes.length) {
    if (!position.skipping && bytes[at] === 0) {
      const next = endOfNuls(bytes, at)
      counts.nulBytes += next - at
      move(next)
      continue
    }
    const end = bytes.indexOf(newline, at)
    if (position.skipping) {
      const next = end < 0 ? bytes.length : end + 1
      counts.cutBytes += (end < 0 ? next : end) - at
      position.skipping = end < 0
      move(next)
      continue
    }
    if ((end < 0 ? bytes.length : end) - at > lineMaxBytes) {
      tell(at + lineMaxBytes, 'cut')
      position.skipping = true
      move(at + lineMaxBytes)
      continue
    }
    if (end < 0) break
    tell(bytes[end - 1] === carriageReturn && end > at ? end - 1 : end, 'whole')
    move(end + 1)
    sinceAsked++
    if (sinceAsked % 32 === 0 && sink.enough()) break
  }
  return at

  function tell(end: number, mark: LineMark): void {
    counts.lines++
    sink.line(bytes.toString('utf8', at, end), position.offset, position.midLine ? 'continued' : mark)
    position.midLine = false
  }
}

function endOfNuls(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] === 0) at++
  return at
}
