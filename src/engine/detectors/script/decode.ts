// What scripts carry encoded: base64, hexadecimal, compressed, in UTF-16. Results are texts of one character a byte.

import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'

const maxOutput = 1024 * 1024
const base64Text = /^[A-Za-z0-9+/_\-\s]+={0,3}\s*$/

/** Undefined: it is none. */
export function fromBase64(text: string): string | undefined {
  return text.length > 7 && base64Text.test(text) ? textOfBytes(Buffer.from(text, 'base64')) : undefined
}

export function fromHex(text: string): string | undefined {
  const digits = text.replaceAll(/(?:0x|\\x|[\s,:;-])/gi, '')
  return digits.length > 3 && /^(?:[0-9a-f]{2})+$/i.test(digits)
    ? textOfBytes(Buffer.from(digits, 'hex'))
    : undefined
}

export function fromCodes(codes: readonly number[]): string {
  return codes.map((code) => String.fromCharCode(code)).join('')
}

/** Inflated where it is compressed, decoded where it is UTF-16. */
function textOfBytes(bytes: Buffer): string {
  const plain = inflated(bytes) ?? bytes
  return isWide(plain) ? plain.toString('utf16le').replace(/^\ufeff/, '') : plain.toString('latin1')
}

function inflated(bytes: Buffer): Buffer | undefined {
  const [first = 0, second = 0] = bytes
  const options = { maxOutputLength: maxOutput }
  try {
    if (first === 0x1f && second === 0x8b) return gunzipSync(bytes, options)
    if (first === 0x78 && ((first << 8) | second) % 31 === 0) return inflateSync(bytes, options)
  } catch {
    return undefined
  }
  return undefined
}

/** A bare deflate stream, which only whoever wrote it can know to be one. */
export function inflatedText(text: string): string | undefined {
  const bytes = Buffer.from(text, 'latin1')
  try {
    return textOfBytes(inflated(bytes) ?? inflateRawSync(bytes, { maxOutputLength: maxOutput }))
  } catch {
    return undefined
  }
}

function isWide(bytes: Buffer): boolean {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return false
  const seen = Math.min(bytes.length, 400)
  let zeros = 0
  for (let at = 1; at < seen; at += 2) if (bytes[at] === 0 && bytes[at - 1] !== 0) zeros++
  return zeros >= seen * 0.4
}

/** Nearly all of it can be shown. */
export function isReadable(text: string): boolean {
  const seen = text.slice(0, 2000)
  const odd = seen.replaceAll(/[\t\r\n\u0020-\u007e]/g, '').length
  return seen.length > 3 && odd <= seen.length * 0.05
}

/** Names what a decoded text is, where it is a program. */
export function programIn(text: string): string | undefined {
  if (text.startsWith('MZ') && text.length > 64) return 'a program of Windows'
  if (text.startsWith('\u007fELF')) return 'a program of Linux'
  return undefined
}
