// Bytes that stand in a text in encoded form: base64 (also of URLs, of UTF-16, and from its end), hexadecimal, lists of
// numbers, data: URIs, alone or in pieces that a script puts together. Found without understanding the text's language;
// what decodes to nothing that is known by its beginning is no blob.

import { Base64Decoder, isBase64Digit } from '../../codecs/base64.ts'
import type { Budget } from '../../limits.ts'
import type { Language } from '../../scan-object.ts'
import { type ByteSource, bytesSource, sliceSource } from '../../source/byte-source.ts'
import { type Decoder, DecodedSource } from '../../source/decoded-source.ts'
import { piecesSource } from '../mime/index.ts'
import { type Candidate, CandidateFinder, isListByte, overlapBytes } from './candidates.ts'
import { dataUriAt } from './data-uri.ts'
import {
  hexValue,
  HexDecoder,
  NumberDecoder,
  PercentDecoder,
  reversedSource,
  Utf16Decoder,
} from './decoders.ts'
import { endOfRun, type Range, rangesOf } from './extent.ts'
import { isKnownHead, isPlainText, isWideText } from './signature.ts'

export interface Blob {
  /** `base64 at 120`: what it is and its offset in the text. */
  readonly name: string
  readonly language?: Language
  /** In the text. */
  readonly start: number
  readonly end: number
  /** The decoded bytes. */
  decoded(budget: Budget): ByteSource
}

export interface BlobText {
  readonly source: ByteSource
  /** Undefined where somebody only asks whether there is a blob. */
  readonly budget?: Budget
  /** Ranges that are looked at elsewhere, in their order. */
  readonly without?: readonly Range[]
  /** How many more candidates may be looked at; counted down, and the search ends behind the last. */
  readonly effort?: { left: number }
  /** Blobs that begin before it are not wanted. */
  readonly from?: number
}

const pieceBytes = 64 * 1024
/** Digits of which a smaller blob consists are not worth a look: 66 bytes. */
const fewestDigits = 88
const fewestBytes = 64
const headBytes = 1024

const isHexDigit = Uint8Array.from({ length: 256 }, (_, byte) => (hexValue(byte) >= 0 ? 1 : 0))

export function* blobsIn(text: BlobText): Generator<Blob> {
  const { source, budget, without = [], effort } = text
  const finder = new CandidateFinder()
  let skipped = 0
  let done = text.from ?? 0
  // What stands before a blob says where it begins.
  for (let at = Math.max(0, done - overlapBytes); ;) {
    budget?.checkTime()
    const view = source.read(at, pieceBytes)
    if (view.length === 0) return
    const isLast = view.length < pieceBytes
    for (const candidate of finder.candidatesIn({ view, at, isLast })) {
      while ((without[skipped]?.end ?? Number.POSITIVE_INFINITY) <= candidate.start) skipped++
      const hole = without[skipped]
      if (candidate.start < done) continue
      if (hole !== undefined && candidate.start >= hole.start) continue
      if (effort !== undefined && --effort.left < 0) return
      budget?.checkTime()
      const blob = blobAt(source, candidate, budget)
      if (blob === undefined) continue
      yield blob
      done = blob.end
    }
    if (isLast) return
    at += view.length - overlapBytes
    // Nothing inside a large blob is looked for.
    if (done > at + pieceBytes) at = done
  }
}

/** A text that is one blob as a whole; it may decode to plain text, which is too little for a part of a text. */
export function wholeBlob(source: ByteSource): Blob | undefined {
  const end = endOfRun(source, 0, inWholeBlob)
  if (end < 64 || source.read(end, 1).length > 0) return undefined
  const open = (): Decoder => new Base64Decoder(source, 0, end)
  const head = headOf(open())
  if (isWideText(head)) return wideBlob(open, { start: 0, end })
  if (!isKnownHead(head) && !isPlainText(head)) return undefined
  return { name: 'base64', start: 0, end, decoded: (budget) => new DecodedSource(open, budget) }
}

const inWholeBlob = isBase64Digit.slice()
for (const byte of [0x3d, 0x0a, 0x0d, 0x20, 0x09]) inWholeBlob[byte] = 1

function blobAt(source: ByteSource, candidate: Candidate, budget?: Budget): Blob | undefined {
  switch (candidate.kind) {
    case 'word':
    case 'literal':
      return wordBlob(source, candidate.start, budget)
    case 'reversed':
      return reversedBlob(source, candidate)
    case 'list':
      return listBlob(source, candidate.start)
    case 'uri':
      return uriBlob(source, candidate.start)
  }
}

const scratch = new Uint8Array(headBytes)

/** The first decoded bytes; valid until the next call. */
function headOf(decoder: Decoder): Uint8Array {
  let length = 0
  while (length < headBytes) {
    const count = decoder.read(scratch.subarray(length))
    if (count === 0) break
    length += count
  }
  return scratch.subarray(0, length)
}

function wordBlob(source: ByteSource, start: number, budget?: Budget): Blob | undefined {
  const isHex = source.read(start, 8).every((byte) => hexValue(byte) >= 0)
  // What begins as hexadecimal may be base64 all the same.
  return (
    (isHex ? digitBlob(source, start, 'hex', budget) : undefined) ??
    digitBlob(source, start, 'base64', budget)
  )
}

function digitBlob(
  source: ByteSource,
  start: number,
  kind: 'hex' | 'base64',
  budget?: Budget,
): Blob | undefined {
  const isDigit = kind === 'hex' ? isHexDigit : isBase64Digit
  // Most candidates end at their first bytes; the rest of them is followed for none of those.
  const few = joined(source, rangesOf(source, start, isDigit, { enough: fewestDigits, budget }))
  if (few.size < fewestDigits || !isBlobHead(headOf(decoderOf(kind, few, { start: 0, end: few.size }))))
    return undefined
  const ranges = rangesOf(source, start, isDigit, { enough: Number.POSITIVE_INFINITY, budget })
  const digits = joined(source, ranges)
  const open = (): Decoder => decoderOf(kind, digits, { start: 0, end: digits.size })
  const place = { start, end: ranges.at(-1)?.end ?? start }
  if (isWideText(headOf(open()))) return wideBlob(open, place)
  return {
    name: `${kind} at ${start}`,
    ...place,
    decoded: (own) => new DecodedSource(open, own, digits.size),
  }
}

function joined(source: ByteSource, ranges: readonly Range[]): ByteSource {
  const [first] = ranges
  if (ranges.length !== 1 || first === undefined) return piecesSource(source, ranges)
  return sliceSource(source, first.start, first.end - first.start)
}

function isBlobHead(head: Uint8Array): boolean {
  return isKnownHead(head) || isWideText(head)
}

function decoderOf(kind: 'hex' | 'base64', source: ByteSource, { start, end }: Range): Decoder {
  return kind === 'hex' ? new HexDecoder(source, start, end) : new Base64Decoder(source, start, end)
}

/** A command for PowerShell, as plain text. */
function wideBlob(open: () => Decoder, { start, end }: Range): Blob {
  return {
    name: `base64 at ${start}`,
    language: 'powershell',
    start,
    end,
    decoded: (budget) => {
      const wide = new DecodedSource(open, budget)
      return new DecodedSource(() => new Utf16Decoder(wide, 'utf-16le'), budget, 0, wide)
    },
  }
}

function reversedBlob(source: ByteSource, { start, end }: Candidate): Blob | undefined {
  if (end - start < fewestDigits) return undefined
  const backward = reversedSource(source, start, end)
  const isHex = backward.read(0, 8).every((byte) => hexValue(byte) >= 0)
  for (const kind of isHex ? (['hex', 'base64'] as const) : (['base64'] as const)) {
    const open = (): Decoder => decoderOf(kind, backward, { start: 0, end: end - start })
    if (!isBlobHead(headOf(open()))) continue
    return {
      name: `${kind}, reversed, at ${start}`,
      start,
      end,
      decoded: (budget) => new DecodedSource(open, budget, end - start),
    }
  }
  return undefined
}

const firstNumber = /^[^0-9a-fA-F$&#\\-]*/

function listBlob(source: ByteSource, from: number): Blob | undefined {
  const text = Buffer.from(source.read(from, 128)).toString('latin1')
  const start = from + (firstNumber.exec(text)?.[0].length ?? 0)
  const kind = /^(?:[0-9]{1,3}|-[0-9]{1,3})[\s,;]/.test(text.slice(start - from)) ? 'numbers' : 'hex'
  const isDecimal =
    kind === 'numbers' && !/^[\s\S]{0,40}(?:0x|\\x|\b[0-9]?[a-f][0-9a-f]?\b)/i.test(text.slice(start - from))
  // Both ways where the first numbers do not tell.
  for (const isNumbers of isDecimal ? [true, false] : [false]) {
    const open = (end: number): Decoder =>
      isNumbers ? new NumberDecoder(source, start, end) : new HexDecoder(source, start, end)
    const head = headOf(open(start + headBytes * 6))
    if (!isKnownHead(head)) continue
    const end = endOfRun(source, start, isListByte)
    if (headOf(open(end)).length < fewestBytes) continue
    return {
      name: `${isNumbers ? 'numbers' : 'hex'} at ${start}`,
      start,
      end,
      decoded: (budget) => new DecodedSource(() => open(end), budget, (end - start) >> 1),
    }
  }
  return undefined
}

const languages: readonly (readonly [RegExp, Language])[] = [
  [/javascript|ecmascript|jscript/, 'javascript'],
  [/vbscript/, 'vbscript'],
  [/^application\/(?:x-)?(?:httpd-)?php$/, 'php'],
]

function uriBlob(source: ByteSource, at: number, place = at): Blob | undefined {
  const uri = dataUriAt(source, at)
  if (uri === undefined || uri.range.end - uri.range.start < fewestBytes) return undefined
  const { start, end } = uri.range
  const decoded = (budget: Budget): ByteSource => {
    if (!uri.isBase64) return new DecodedSource(() => new PercentDecoder(source, start, end), budget)
    if (!uri.isEscaped)
      return new DecodedSource(() => new Base64Decoder(source, start, end), budget, end - start)
    const plain = new DecodedSource(() => new PercentDecoder(source, start, end), budget)
    return new DecodedSource(() => new Base64Decoder(plain, 0, end - start), budget, 0, plain)
  }
  const language = languages.find(([types]) => types.test(uri.type))?.[1]
  return {
    name: `data at ${place} (${uri.type})`,
    start: at,
    end,
    decoded,
    ...(language === undefined ? {} : { language }),
  }
}

/** The blob in a text that is a data: URI as a whole, decoded from what stood at `place`; its range is its own. */
export function dataUriBlob(uri: Uint8Array, place: number): Blob | undefined {
  return uriBlob(bytesSource(uri), 0, place)
}
