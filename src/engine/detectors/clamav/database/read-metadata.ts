// Metadata of archive members: .cdb, `name:type:container size:file name:compressed size:real size:encrypted:position:
// res1:res2[:MinFL[:MaxFL]]`, and the old .zmd and .rmd, `name:encrypted:file name:real size:compressed size:crc:…`. Manual,
// "Signatures based on container metadata".

import { anyFileType, isFileType } from './file-types.ts'
import { isNumber, judgeLevels } from './level.ts'
import { readLines, usualLines } from './lines.ts'
import { badName, nameFrom } from './names.ts'
import type { Reading, Verdict } from './reading.ts'
import type { ContainerRecord, Range } from './records.ts'

export function readCdb(reading: Reading): void {
  readLines(reading, usualLines, readCdbLine)
}

export function readZmd(reading: Reading): void {
  readLines(reading, usualLines, (text, line) => readOldLine(text, line, reading, 'CL_TYPE_ZIP'))
}

export function readRmd(reading: Reading): void {
  readLines(reading, usualLines, (text, line) => readOldLine(text, line, reading, 'CL_TYPE_RAR'))
}

function readCdbLine(text: string, line: number, { sink, file, ignores }: Reading): Verdict {
  const fields = text.split(':')
  if (fields.length < 10 || fields.length > 12) return { malformed: 'the line does not have 10 to 12 fields' }
  const [latin1 = '', type = '', containerSize, fileName, compressedSize, realSize, encrypted, position] =
    fields
  const level = judgeLevels(fields[10], fields[11])
  if (level === 'malformed') return { malformed: 'a functionality level is not a number' }
  if (level === 'excluded') return level
  // ClamAV takes the MD5 of the name alone here.
  if (ignores.ignores(latin1, latin1)) return 'ignored'
  const name = nameFrom(latin1)
  if (name === undefined) return { malformed: badName }
  if (type !== '*' && !isFileType(type)) return { malformed: 'the type of the container is not known' }
  if (encrypted !== '*' && encrypted !== '0' && encrypted !== '1') return { malformed: badEncrypted }
  const ranges = { containerSize, compressedSize, realSize, position }
  const parsed: { -readonly [Key in keyof typeof ranges]?: Range } = {}
  for (const key of ['containerSize', 'compressedSize', 'realSize', 'position'] as const) {
    const value = ranges[key] ?? '*'
    const range = value === '*' ? undefined : parseRange(value)
    if (value !== '*' && range === undefined)
      return { malformed: 'a size or position is neither a number nor a range' }
    if (range !== undefined) parsed[key] = range
  }
  const record: ContainerRecord = {
    name,
    line,
    type: type === '*' ? anyFileType : type,
    ...(fileName !== undefined && fileName !== '*' && { fileName }),
    ...(encrypted !== '*' && { encrypted: encrypted === '1' }),
    ...parsed,
  }
  sink.container?.(record, file)
  return 'loaded'
}

const badEncrypted = 'whether the member is encrypted is neither *, 0 nor 1'

function parseRange(text: string): Range | undefined {
  const match = /^([0-9]{0,10})(?:-([0-9]{1,10}))?$/.exec(text)
  if (match === null || (match[1] === '' && match[2] !== undefined)) return undefined
  const least = Number(match[1])
  return { least, most: Number(match[2] ?? least) }
}

/** The fields of numbers of the old format; all but these two are not used. */
const realSizeField = 3
const compressedSizeField = 4

function readOldLine(text: string, line: number, { sink, file, ignores }: Reading, type: string): Verdict {
  const fields = text.split(':')
  if (fields.length !== 9) return { malformed: 'the line does not have 9 fields' }
  const [latin1 = '', encrypted = '', fileName = '', , , crc = ''] = fields
  const numbers = [
    encrypted,
    ...[realSizeField, compressedSizeField, 6, 7, 8].map((index) => fields[index] ?? ''),
  ]
  if (!numbers.every((field) => field === '*' || isNumber(field)))
    return { malformed: 'a field is not a number' }
  if (ignores.ignores(latin1, latin1)) return 'ignored'
  const name = nameFrom(latin1)
  if (name === undefined) return { malformed: badName }
  if (crc !== '*' && !/^(?:[0-9a-f]{2}){0,4}$/i.test(crc)) return { malformed: 'the CRC is not hexadecimal' }
  const exactly = (field: number): Range | undefined => parseRange((fields[field] ?? '').replace('*', '-'))
  const realSize = exactly(realSizeField)
  const compressedSize = exactly(compressedSizeField)
  const position = exactly(7)
  const record: ContainerRecord = {
    name,
    line,
    type,
    ...(encrypted !== '*' && { encrypted: Number(encrypted) > 0 }),
    ...(fileName !== '*' && { fileName }),
    ...(realSize && { realSize }),
    ...(compressedSize && { compressedSize }),
    ...(position && { position }),
    ...(crc !== '*' && { crc32: Number.parseInt(crc === '' ? '0' : crc, 16) }),
  }
  sink.container?.(record, file)
  return 'loaded'
}
