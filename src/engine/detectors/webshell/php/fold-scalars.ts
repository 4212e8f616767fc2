// PHP's functions on known texts: what obfuscated code computes its names and payloads with. Texts are bytes (Latin-1).

import { createHash } from 'node:crypto'
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

/** Decoded layers are bounded, and so is every text on the way. */
const maxOutputLength = 4 * 1024 * 1024

type Fold = (...args: string[]) => string | undefined

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

function inflated(
  unpack: (input: Buffer, options: { maxOutputLength: number }) => Buffer,
  text: string,
): string | undefined {
  try {
    return unpack(bytes(text), { maxOutputLength }).toString('latin1')
  } catch {
    return undefined
  }
}

function rot13(text: string): string {
  return text.replaceAll(/[a-zA-Z]/g, (letter) => {
    const code = letter.charCodeAt(0)
    const base = code < 97 ? 65 : 97
    return String.fromCharCode(((code - base + 13) % 26) + base)
  })
}

/** By bytes: there are no other characters here. */
function reversed(text: string): string {
  let out = ''
  for (let at = text.length - 1; at >= 0; at--) out += text[at]
  return out
}

function slice(text: string, from: string, count?: string): string {
  const start = integer(from)
  const begin = start < 0 ? Math.max(0, text.length + start) : start
  if (count === undefined || count === '') return text.slice(begin)
  const length = integer(count)
  return length < 0
    ? text.slice(begin, Math.max(begin, text.length + length))
    : text.slice(begin, begin + length)
}

export function integer(text: string): number {
  const number = Math.trunc(Number(text))
  if (Number.isFinite(number)) return number
  return Number.parseInt(text, 10) || 0
}

function trimmed(text: string, characters: string | undefined, sides: 'left' | 'right' | 'both'): string {
  const drop = new Set(characters ?? ' \t\n\r\0\v')
  let start = 0
  let end = text.length
  if (sides !== 'right') while (start < end && drop.has(text[start]!)) start++
  if (sides !== 'left') while (end > start && drop.has(text[end - 1]!)) end--
  return text.slice(start, end)
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function formatted(format: string, ...args: string[]): string | undefined {
  let next = 0
  if (format.length > 100_000) return undefined
  return format.replaceAll(
    /%(?:(\d{1,2})\$)?(0?)(\d{0,3})(?:\.\d{1,2})?([sdcxXobu%])/g,
    (_, ...groups: (string | undefined)[]) => {
      const [position, zero, width, type] = groups
      if (type === '%') return '%'
      const value = args[position === undefined || position === '' ? next++ : Number(position) - 1] ?? ''
      const text = conversion(type ?? 's', value)
      return width === undefined || width === ''
        ? text
        : text.padStart(Number(width), zero === '0' ? '0' : ' ')
    },
  )
}

function conversion(type: string, value: string): string {
  switch (type) {
    case 'c':
      return String.fromCharCode(integer(value) & 255)
    case 'd':
    case 'u':
      return String(integer(value))
    case 'x':
      return integer(value).toString(16)
    case 'X':
      return integer(value).toString(16).toUpperCase()
    case 'o':
      return integer(value).toString(8)
    case 'b':
      return integer(value).toString(2)
    default:
      return value
  }
}

function packed(format: string, ...args: string[]): string | undefined {
  if (/^H\*?\d*$/.test(format))
    return bytes(Buffer.from(args[0] ?? '', 'hex').toString('latin1')).toString('latin1')
  if (/^[cC](?:\*|\d+)?$/.test(format) || /^[cC]+$/.test(format)) {
    return args.map((code) => String.fromCharCode(integer(code) & 255)).join('')
  }
  if (/^[aA](?:\*|\d+)?$/.test(format)) return args[0]
  if (/^h\*?$/.test(format)) {
    const swapped = (args[0] ?? '').replaceAll(/(.)(.)/g, '$2$1')
    return Buffer.from(swapped, 'hex').toString('latin1')
  }
  return undefined
}

function uudecoded(text: string): string {
  let out = ''
  for (const line of text.split('\n')) {
    const count = (line.charCodeAt(0) - 32) & 63
    if (line === '' || count === 0) continue
    let decoded = ''
    for (let at = 1; at < line.length; at += 4) {
      const code = (by: number): number => ((line.charCodeAt(at + by) || 32) - 32) & 63
      const bits = (code(0) << 18) | (code(1) << 12) | (code(2) << 6) | code(3)
      decoded += String.fromCharCode(bits >> 16, (bits >> 8) & 255, bits & 255)
    }
    out += decoded.slice(0, count)
  }
  return out
}

function entityDecoded(text: string): string {
  return text
    .replaceAll(/&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));?/g, (_, hex?: string, decimal?: string) =>
      String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)),
    )
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

/** They turn an unreadable text into a readable one. */
export const decoders: Readonly<Record<string, Fold>> = {
  base64_decode: (text) => Buffer.from(text, 'base64').toString('latin1'),
  imap_base64: (text) => Buffer.from(text, 'base64').toString('latin1'),
  gzinflate: (text) => inflated(inflateRawSync, text),
  gzuncompress: (text) => inflated(inflateSync, text),
  gzdecode: (text) => inflated(gunzipSync, text),
  zlib_decode: (text) =>
    inflated(inflateSync, text) ?? inflated(gunzipSync, text) ?? inflated(inflateRawSync, text),
  str_rot13: rot13,
  strrev: (text) => reversed(text),
  hex2bin: (text) => Buffer.from(text, 'hex').toString('latin1'),
  pack: packed,
  convert_uudecode: uudecoded,
  urldecode: (text) => percentDecoded(text.replaceAll('+', ' ')),
  rawurldecode: percentDecoded,
  html_entity_decode: entityDecoded,
  htmlspecialchars_decode: entityDecoded,
  chr: (code) => String.fromCharCode(((integer(code) % 256) + 256) % 256),
  quoted_printable_decode: (text) =>
    text.replaceAll(/=([0-9A-F]{2})|=\r?\n/g, (_, hex?: string) =>
      hex === undefined ? '' : String.fromCharCode(Number.parseInt(hex, 16)),
    ),
  strtr: (text, from, to) => {
    if (to === undefined || from === undefined) return undefined
    const table = new Map(
      from
        .slice(0, to.length)
        .split('')
        .map((letter, at) => [letter, to[at]!]),
    )
    return text
      .split('')
      .map((letter) => table.get(letter) ?? letter)
      .join('')
  },
}

export const folds: Readonly<Record<string, Fold>> = {
  ...decoders,
  ord: (text) => String(text.length === 0 ? 0 : text.charCodeAt(0)),
  substr: slice,
  mb_substr: slice,
  strlen: (text) => String(text.length),
  mb_strlen: (text) => String(text.length),
  strtolower: (text) => text.toLowerCase(),
  mb_strtolower: (text) => text.toLowerCase(),
  strtoupper: (text) => text.toUpperCase(),
  ucfirst: (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  lcfirst: (text) => text.slice(0, 1).toLowerCase() + text.slice(1),
  ucwords: (text) =>
    text.replaceAll(/(^|\s)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase()),
  trim: (text, characters) => trimmed(text, characters, 'both'),
  ltrim: (text, characters) => trimmed(text, characters, 'left'),
  rtrim: (text, characters) => trimmed(text, characters, 'right'),
  chop: (text, characters) => trimmed(text, characters, 'right'),
  substr_replace: (text, by, from, count) => {
    if (from === undefined) return undefined
    const start = integer(from)
    const begin = start < 0 ? Math.max(0, text.length + start) : Math.min(start, text.length)
    const length = count === undefined ? text.length : integer(count)
    const end = length < 0 ? Math.max(begin, text.length + length) : begin + length
    return text.slice(0, begin) + (by ?? '') + text.slice(end)
  },
  str_repeat: (text, times) =>
    text.length * integer(times ?? '0') > maxOutputLength
      ? undefined
      : text.repeat(Math.max(0, integer(times ?? '0'))),
  sprintf: formatted,
  base64_encode: (text) => bytes(text).toString('base64'),
  bin2hex: (text) => bytes(text).toString('hex'),
  urlencode: (text) =>
    text.replaceAll(
      /[^\w.-]/g,
      (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
    ),
  dechex: (number) => integer(number).toString(16),
  hexdec: (text) => String(Number.parseInt(text, 16) || 0),
  bindec: (text) => String(Number.parseInt(text, 2) || 0),
  octdec: (text) => String(Number.parseInt(text, 8) || 0),
  decbin: (number) => integer(number).toString(2),
  decoct: (number) => integer(number).toString(8),
  base_convert: (text, from, to) => {
    const [base, target] = [integer(from ?? '10'), integer(to ?? '10')]
    if (base < 2 || base > 36 || target < 2 || target > 36) return undefined
    return convertBase(text, base, target)
  },
  intval: (text) => String(integer(text)),
  floor: (text) => String(Math.floor(Number(text))),
  ceil: (text) => String(Math.ceil(Number(text))),
  round: (text) => String(Math.round(Number(text))),
  abs: (text) => String(Math.abs(Number(text))),
  sqrt: (text) => String(Math.sqrt(Number(text))),
  pow: (base, exponent) => String(Number(base) ** Number(exponent)),
  strval: (text) => text,
  stripslashes: (text) => text.replaceAll(/\\(.)/g, '$1'),
  addslashes: (text) => text.replaceAll(/['"\\]/g, String.raw`\$&`),
  md5: (text) => createHash('md5').update(bytes(text)).digest('hex'),
  sha1: (text) => createHash('sha1').update(bytes(text)).digest('hex'),
  strpos: (text, part) =>
    part === undefined || !text.includes(part) ? undefined : String(text.indexOf(part)),
  strstr: (text, part) =>
    part === undefined || !text.includes(part) ? undefined : text.slice(text.indexOf(part)),
  strrchr: (text, part) =>
    part === undefined || !text.includes(part) ? undefined : text.slice(text.lastIndexOf(part[0] ?? '')),
  chunk_split: (text, size, end) =>
    text.replaceAll(
      new RegExp(`[^]{1,${Math.max(1, integer(size ?? '76'))}}`, 'g'),
      (piece) => piece + (end ?? '\r\n'),
    ),
  nl2br: (text) => text,
  htmlspecialchars: (text) => text,
  basename: (text) => text.slice(Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1),
}

/** Through big numbers: obfuscators write names as numbers of base 36. */
function convertBase(text: string, from: number, to: number): string | undefined {
  if (text.length > 40) return undefined
  let number = 0n
  for (const digit of text.toLowerCase()) {
    const value = Number.parseInt(digit, from)
    if (!Number.isNaN(value)) number = number * BigInt(from) + BigInt(value)
  }
  return number.toString(to)
}
