// The character strings of shortcuts.

import { u16 } from '../../codecs/little-endian.ts'

/** Text of an unknown 8-bit code page, read as UTF-8; what is not becomes U+FFFD. */
export function bytesString(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}

/** The text up to a NUL, or all of it. */
export function bytesStringToNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return bytesString(end < 0 ? bytes : bytes.subarray(0, end))
}

/** UTF-16 up to a NUL, or all of it; unpaired surrogates become U+FFFD. */
export function utf16String(bytes: Uint8Array): string {
  let end = 0
  while (end + 2 <= bytes.length && u16(bytes, end) !== 0) end += 2
  return Buffer.from(bytes.subarray(0, end)).toString('utf16le').toWellFormed()
}
