// .ndb and .sdb, `name:target:offset:signature[:MinFL[:MaxFL]]`, and the old .db, `name=signature`. Manual, "Extended signature
// format". In .sdb are signatures against attacks on ClamAV itself; it loads them alike.

import { parsePlainBody } from './body.ts'
import { isNumber, judgeLevels } from './level.ts'
import { readLines, usualLines } from './lines.ts'
import { badName, nameFrom } from './names.ts'
import { anyOffset, parseOffset } from './offset.ts'
import type { Reading, Verdict } from './reading.ts'
import type { Offset } from './records.ts'
import { targetCount } from './target-description.ts'

export function readNdb(reading: Reading): void {
  readLines(reading, usualLines, readNdbLine)
}

export function readDb(reading: Reading): void {
  readLines(reading, usualLines, readDbLine)
}

function readNdbLine(text: string, line: number, reading: Reading): Verdict {
  const fields = text.split(':')
  const [latin1 = '', targetText = '', offsetText = '', signature] = fields
  if (signature === undefined || fields.length > 6)
    return { malformed: 'the line does not have 4 to 6 fields' }
  if (reading.ignores.ignores(latin1, text)) return 'ignored'
  const level = judgeLevels(fields[4], fields[5])
  if (level === 'malformed') return { malformed: 'a functionality level is not a number' }
  if (level === 'excluded') return level
  const target = targetText === '*' ? 0 : Number(targetText)
  if (targetText !== '*' && !isNumber(targetText)) return { malformed: 'the target is not a number' }
  if (target >= targetCount) return 'unsupported'
  const offset = parseOffset(offsetText, target)
  if (typeof offset === 'string') return { malformed: offset }
  const problem = tooShort(signature, target, offset, offsetText)
  return problem === ''
    ? addBody(latin1, signature, { target, offset, line }, reading)
    : { malformed: problem }
}

function readDbLine(text: string, line: number, reading: Reading): Verdict {
  const equals = text.indexOf('=')
  if (equals < 0) return { malformed: 'there is no equals sign' }
  const latin1 = text.slice(0, equals)
  if (reading.ignores.ignores(latin1, text)) return 'ignored'
  const signature = text.slice(equals + 1)
  if (signature.startsWith('=')) return 'nothing'
  const problem = tooShort(signature, 0, anyOffset, '*')
  if (problem !== '') return { malformed: problem }
  return addBody(latin1, signature, { target: 0, offset: anyOffset, line }, reading)
}

function addBody(
  latin1: string,
  signature: string,
  place: { readonly target: number; readonly offset: Offset; readonly line: number },
  { sink, file }: Reading,
): Verdict {
  const name = nameFrom(latin1)
  if (name === undefined) return { malformed: badName }
  const body = parsePlainBody(signature)
  if (typeof body === 'string') return { malformed: body }
  sink.body?.({ name, body, ...place }, file)
  return 'loaded'
}

/** Where ClamAV uses its second matcher, which has the greater minimum of bytes: plain signatures for all files or PE. */
function tooShort(signature: string, target: number, { kind }: Offset, offsetText: string): string {
  if (target > 1 || signature.length >= minPlainBytes * 2 || /[?([{*]/.test(signature)) return ''
  if (kind === 'version-information' || kind === 'macro') return ''
  if (target === 1 && (kind === 'any' || offsetText.includes(','))) return ''
  return `a signature without wildcards has less than ${minPlainBytes} bytes`
}

const minPlainBytes = 3
