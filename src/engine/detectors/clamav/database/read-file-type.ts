// .ftm: `magic kind:offset:magic:name:required type:detected type[:MinFL[:MaxFL]]`. Manual, "File type magic". Kind 0 compares
// bytes at a place, 4 does so for partitions, 1 is a body signature.

import { parsePlainBody } from './body.ts'
import { isFileType } from './file-types.ts'
import { bytesOfHex } from './hex-run.ts'
import { isNumber, judgeLevels } from './level.ts'
import { readLines, usualLines } from './lines.ts'
import { parseOffset } from './offset.ts'
import type { Reading, Verdict } from './reading.ts'
import type { FileTypeRecord } from './records.ts'

export function readFtm(reading: Reading): void {
  readLines(reading, usualLines, readLine)
}

function readLine(text: string, line: number, { sink, file }: Reading): Verdict {
  const fields = text.split(':')
  if (fields.length < 6 || fields.length > 8) return { malformed: 'the line does not have 6 to 8 fields' }
  const [kind = '', offset = '', magicText = '', name = '', required = '', detected = ''] = fields
  const level = judgeLevels(fields[6], fields[7])
  if (level === 'malformed') return { malformed: 'a functionality level is not a number' }
  if (level === 'excluded') return level
  if (!isFileType(required) || !isFileType(detected)) return { malformed: 'a file type is not known' }
  if (!isNumber(kind)) return { malformed: 'the kind of magic is not a number' }
  const magic = parseMagic(Number(kind), offset, magicText)
  if (magic === undefined) return 'unsupported'
  if (typeof magic === 'string') return { malformed: magic }
  sink.fileType?.(
    { name: Buffer.from(name, 'latin1').toString('utf8'), line, required, detected, magic },
    file,
  )
  return 'loaded'
}

/** Undefined for kinds that ClamAV skips. */
function parseMagic(
  kind: number,
  offsetText: string,
  text: string,
): FileTypeRecord['magic'] | string | undefined {
  if (kind === 1) {
    const offset = parseOffset(offsetText, 0)
    if (typeof offset === 'string') return offset
    const body = parsePlainBody(text)
    return typeof body === 'string' ? body : { kind: 'body', offset, body }
  }
  if (kind !== 0 && kind !== 4) return undefined
  const bytes = bytesOfHex(text)
  if (!isNumber(offsetText)) return 'the offset is not a number'
  if (bytes === undefined) return 'the magic is not a sequence of hexadecimal bytes'
  return { kind: 'bytes', of: kind === 4 ? 'partition' : 'file', offset: Number(offsetText), bytes }
}
