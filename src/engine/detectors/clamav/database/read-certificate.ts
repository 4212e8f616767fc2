// .crb: `name;trusted;subject;serial;modulus;exponent;codesign;timesign;certsign;notbefore;comment[;minFL[;maxFL]]`. Manual,
// "Trusted and revoked certificates". The exponent is always 65537 and notbefore is not used, as in ClamAV.

import { bytesOfHex } from './hex-run.ts'
import { judgeLevels } from './level.ts'
import { blankLines, readLines } from './lines.ts'
import type { Reading, Verdict } from './reading.ts'

export function readCrb(reading: Reading): void {
  readLines(reading, blankLines, readLine)
}

const sha1Digits = 40

function readLine(text: string, line: number, { sink, file }: Reading): Verdict {
  const fields = text.split(';')
  if (fields.length < 11 || fields.length > 13) return { malformed: 'the line does not have 11 to 13 fields' }
  const [name = '', trust = '', subjectText = '', serialText = '', modulusText = ''] = fields
  const level = judgeLevels(fields[11], fields[12])
  if (level === 'malformed') return { malformed: 'a functionality level is not a number' }
  if (level === 'excluded') return level
  const [trusted, codeSign, timeSign, certSign] = [trust, ...fields.slice(6, 9)].map(flagOf)
  if (trusted === undefined || codeSign === undefined || timeSign === undefined || certSign === undefined) {
    return { malformed: 'a flag is neither 0 nor 1' }
  }
  const subject = subjectText.length === sha1Digits ? bytesOfHex(subjectText) : undefined
  const serial = serialText.length === sha1Digits ? bytesOfHex(serialText) : undefined
  if (subject === undefined || (serial === undefined && serialText !== '')) {
    return { malformed: 'the subject or serial is not a SHA-1' }
  }
  const modulus = bytesOfHex(modulusText.length % 2 === 0 ? modulusText : `0${modulusText}`)
  if (modulus === undefined || modulus.length === 0) return { malformed: 'the public key is not hexadecimal' }
  const comment = textOf(fields[10] ?? '')
  const flags = { trusted, codeSign, timeSign, certSign }
  sink.certificate?.(
    { name: textOf(name), line, subject, modulus, comment, ...flags, ...(serial && { serial }) },
    file,
  )
  return 'loaded'
}

/** Only the first character counts. */
function flagOf(text: string): boolean | undefined {
  if (text.startsWith('1')) return true
  return text.startsWith('0') ? false : undefined
}

function textOf(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
