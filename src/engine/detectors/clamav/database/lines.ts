// Goes through the lines of a text format. A line is handed out as a string of its bytes, one a character.

import { createTally, type Reading, type Verdict } from './reading.ts'

/** The buffers of ClamAV; what does not fit is malformed there, too. Logical signatures have a longer one. */
export const maxLineBytes = 8191
export const maxLogicalLineBytes = 32_767

export interface LineRules {
  readonly maxBytes: number
  /** Whether a line without anything is no error. */
  readonly blankLines: 'skipped' | 'malformed'
}

export const usualLines: LineRules = { maxBytes: maxLineBytes, blankLines: 'malformed' }
export const blankLines: LineRules = { maxBytes: maxLineBytes, blankLines: 'skipped' }

const lineFeed = 0x0a
const carriageReturn = 0x0d
const numberSign = 0x23

/** `read` gets each line without its end, comments left out, and its number. */
export function readLines(
  reading: Reading,
  rules: LineRules,
  read: (text: string, line: number, reading: Reading) => Verdict,
): void {
  const { bytes } = reading.file
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tally = createTally(reading)
  let line = 0
  for (let start = 0, next = 0; start < buffer.length; start = next) {
    const feed = buffer.indexOf(lineFeed, start)
    const end = feed < 0 ? buffer.length : feed
    next = end + 1
    line++
    if (buffer[start] === numberSign) continue
    const to = chomped(buffer, start, end)
    if (to - start > rules.maxBytes) {
      tally.add({ malformed: `the line is longer than ${rules.maxBytes} bytes` }, line)
      continue
    }
    if (to === start && rules.blankLines === 'skipped') continue
    tally.add(readOne(buffer.toString('latin1', start, to), line, reading, read), line)
  }
  tally.close()
}

function readOne(
  text: string,
  line: number,
  reading: Reading,
  read: (text: string, line: number, reading: Reading) => Verdict,
): Verdict {
  if (text === '') return { malformed: 'the line is empty' }
  return text.includes('\0') ? { malformed: 'the line holds a zero byte' } : read(text, line, reading)
}

/** The end of the line without the carriage returns before it. */
export function chomped(bytes: Uint8Array, start: number, end: number): number {
  let to = end
  while (to > start && bytes[to - 1] === carriageReturn) to--
  return to
}
