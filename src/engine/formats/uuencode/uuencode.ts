// uuencode and base64 between `begin` and `end` lines (POSIX.1-2024, uuencode), one or several in a text, anywhere in it.

import { Base64Decoder } from '../../codecs/base64.ts'
import { UuDecoder } from '../../codecs/uuencode.ts'
import { decodeHeaderText, isMailbox, lineAt, mailStartOf } from '../../parsers/mime/index.ts'
import type { ScanObject } from '../../scan-object.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { DecodedSource } from '../../source/decoded-source.ts'
import { indexOfBytes, timedSource } from '../../source/search.ts'
import { textKindOf } from '../../text-kind.ts'
import type { Format, Member, UnpackContext } from '../format.ts'

/** How far the first `begin` may stand from the beginning of a text. */
const searchedBytes = 1024 * 1024
const beginAfterLine = Buffer.from('\nbegin')
const endOfBase64 = Buffer.from('\n====')

interface Begin {
  readonly name: string
  readonly isBase64: boolean
  /** Where the encoded lines begin. */
  readonly dataStart: number
}

export const uuencode: Format = {
  id: 'uuencode',
  kind: 'archive',

  matches: (object) => isPlainText(object) && nextBegin(object.source, 0, searchedBytes) !== undefined,

  *members(object, context) {
    const source = timedSource(object.source, context.budget)
    const { size } = source
    for (let at = 0; ;) {
      const begin = nextBegin(source, at, size)
      if (begin === undefined) return
      at = yield* decoded(source, begin, context)
    }
  },
}

/** The parts of mail are asked themselves. */
function isPlainText(object: ScanObject): boolean {
  return textKindOf(object) === 'bytes' && mailStartOf(object.head) < 0 && !isMailbox(object.head)
}

/** Yields what lies behind `begin` and returns where it ends. */
function* decoded(source: ByteSource, begin: Begin, context: UnpackContext): Generator<Member, number> {
  const { name, isBase64, dataStart } = begin
  if (isBase64) {
    const end = indexOfBytes(source, endOfBase64, { from: dataStart, to: source.size }, context.budget)
    const to = end < 0 ? source.size : end
    yield { name, source: new DecodedSource(() => new Base64Decoder(source, dataStart, to), context.budget) }
    if (end < 0) context.fault(name, 'damaged', 'the end line is missing')
    return to
  }
  let decoder: UuDecoder | undefined
  const member = new DecodedSource(() => {
    decoder = new UuDecoder(source, dataStart, source.size)
    return decoder
  }, context.budget)
  yield { name, source: member }
  if (member.wasCut) return source.size
  // Only at its end it is known whether it has one.
  if (member.encodedSize === undefined) void member.size
  const fault = decoder?.fault
  if (fault !== undefined) context.fault(name, 'damaged', fault)
  const end = dataStart + (member.encodedSize ?? 0)
  member.release()
  return end
}

/** The first `begin` line in `[from, to)` that is followed by what it announces; `from` is the beginning of a line. */
function nextBegin(source: ByteSource, from: number, to: number): Begin | undefined {
  let line = from
  while (line < to) {
    const begin = beginAt(source, line)
    if (begin !== undefined) return begin
    const found = indexOfBytes(source, beginAfterLine, { from: line, to })
    if (found < 0) return undefined
    line = found + 1
  }
  return undefined
}

const beginLine = /^begin(-base64)? (?:0?[0-7]{3}) {1,8}(\S.*)$/s

function beginAt(source: ByteSource, at: number): Begin | undefined {
  const first = source.read(at, 6)
  if (first[0] !== 0x62 || first[1] !== 0x65 || first[5] === undefined) return undefined
  const line = lineAt(source, at, Number.MAX_SAFE_INTEGER, 'lf')
  const match = beginLine.exec(line?.text ?? '')
  if (line === undefined || match === null) return undefined
  let data = lineAt(source, line.next, Number.MAX_SAFE_INTEGER, 'lf')
  let dataStart = line.next
  if (data?.text === '') {
    dataStart = data.next
    data = lineAt(source, dataStart, Number.MAX_SAFE_INTEGER, 'lf')
  }
  const isBase64 = match[1] !== undefined
  if (data === undefined || !(isBase64 ? base64Line : uuLine).test(data.text)) return undefined
  if (!isBase64 && !hasItsLength(data.text)) return undefined
  return { name: decodeHeaderText((match[2] ?? '').trimEnd()), isBase64, dataStart }
}

const base64Line = /^[A-Za-z0-9+/]{1,76}={0,2}\s*$/
const uuLine = /^[!-`][ -`]{1,90}\s*$/

/** The first character counts the bytes; spaces at the end may be cut off, and a checksum may follow. */
function hasItsLength(line: string): boolean {
  const bytes = (line.charCodeAt(0) - 32) & 63
  return bytes > 0 && line.length <= 1 + Math.ceil(bytes / 3) * 4 + 2
}
