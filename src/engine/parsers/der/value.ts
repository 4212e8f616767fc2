// Contents of the universal types that certificates use (ITU-T X.690 section 8, X.680): object identifiers, integers,
// character strings and times. Texts have one character (0–255) for each byte.

import { isAscii, isUtf8 } from 'node:buffer'
import type { DerItem } from './item.ts'

/** Universal tags. */
export const derTag = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  oid: 6,
  utf8String: 12,
  sequence: 16,
  set: 17,
  printableString: 19,
  teletexString: 20,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
} as const

/** An object identifier that is longer is not decoded. */
const maxOidBytes = 128

export function contentsOf(item: DerItem): Uint8Array {
  return item.bytes.subarray(item.from, item.to)
}

/** The whole element: identifier, length and contents. */
export function encodingOf(item: DerItem): Uint8Array {
  return item.bytes.subarray(item.start, item.end)
}

export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** `1.2.840.113549`; undefined if the element is no object identifier. */
export function oidOf(item: DerItem | undefined): string | undefined {
  return item?.tag === derTag.oid ? arcsOf(item) : undefined
}

/** The same of any element, whatever its tag says. */
export function arcsOf(item: DerItem | undefined): string | undefined {
  if (item === undefined) return undefined
  const { bytes, from, to } = item
  if (from === to || to - from > maxOidBytes || bytes[to - 1]! >= 0x80) return undefined
  const first = bytes[from]!
  let text =
    first < 0x80 ? `${Math.min(2, Math.trunc(first / 40))}.${first < 80 ? first % 40 : first - 80}` : ''
  let arc = 0n
  for (let at = first < 0x80 ? from + 1 : from; at < to; at++) {
    const byte = bytes[at]!
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    text = text === '' ? `2.${arc - 80n}` : `${text}.${arc}`
    arc = 0n
  }
  return text
}

/** A small integer, -2^31 to 2^31-1. */
export function int32Of(item: DerItem | undefined): number | undefined {
  if (item?.tag !== derTag.integer) return undefined
  const { bytes, from, to } = item
  if (from === to) return undefined
  let value = bytes[from]! >= 0x80 ? -1 : 0
  for (let at = from; at < to; at++) {
    value = value * 256 + bytes[at]!
    if (value > 0x7fffffff || value < -0x80000000) return undefined
  }
  return value
}

const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/
/** The part of T.61 that all readers agree on. */
const visible = /^[ -\x7f]*$/

/** A character string as the bytes of UTF-8; undefined if it is of a kind with other bytes, or not well-formed. */
export function textOf(item: DerItem): string | undefined {
  const contents = contentsOf(item)
  switch (item.tag) {
    case derTag.utf8String:
      return isUtf8(contents) ? latin1Of(contents) : undefined
    case derTag.ia5String:
      return isAscii(contents) ? latin1Of(contents) : undefined
    case derTag.teletexString:
      return matching(contents, visible)
    case derTag.printableString:
      return matching(contents, printable)
    default:
      return undefined
  }
}

function matching(contents: Uint8Array, allowed: RegExp): string | undefined {
  const text = latin1Of(contents)
  return allowed.test(text) ? text : undefined
}

const utcTime = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:Z|([+-])(\d\d)(\d\d))$/
const generalizedTime = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?(?:[.,]\d+)?(?:Z|([+-])(\d\d)(\d\d))?$/

/** Seconds since 1970 of a UTCTime (years 1950 to 2049) or a GeneralizedTime. */
export function timeOf(item: DerItem | undefined): number | undefined {
  if (item === undefined || item.to - item.from > 64) return undefined
  if (item.tag === derTag.utcTime) return utcTimeOf(item)
  if (item.tag !== derTag.generalizedTime) return undefined
  const match = generalizedTime.exec(latin1Of(contentsOf(item)))
  return match === null ? undefined : secondsOf(Number(match[1]), match)
}

/** Seconds since 1970 of a UTCTime. */
export function utcTimeOf(item: DerItem): number | undefined {
  if (item.tag !== derTag.utcTime || item.to - item.from > 64) return undefined
  const match = utcTime.exec(latin1Of(contentsOf(item)))
  if (match === null) return undefined
  const year = Number(match[1])
  return secondsOf(year >= 50 ? 1900 + year : 2000 + year, match)
}

function secondsOf(year: number, match: readonly (string | undefined)[]): number | undefined {
  const month = Number(match[2])
  const day = Number(match[3])
  const hour = Number(match[4])
  const minute = Number(match[5] ?? 0)
  const second = Number(match[6] ?? 0)
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const shift = (Number(match[8] ?? 0) * 60 + Number(match[9] ?? 0)) * (match[7] === '-' ? -60 : 60)
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second - shift
}
