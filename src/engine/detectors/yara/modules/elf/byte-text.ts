// Bytes and Unicode as YARA's texts: strings with one character (0–255) for each byte.

import { isUtf8 } from 'node:buffer'

export function bytesText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}

/** The UTF-8 bytes of a string; unpaired surrogates become U+FFFD. */
export function utf8Text(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Bytes that ought to be UTF-8: each ill-formed part becomes U+FFFD (Unicode, chapter 3, "maximal subparts"). */
export function repairedText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? bytesText(bytes) : utf8Text(Buffer.from(bytes).toString('utf8'))
}

/** The Unicode string whose UTF-8 bytes the text is. */
function unicodeOf(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8')
}

const ascii = /^[\0-\x7f]*$/

/** Unicode lower case. */
export function lowerText(text: string): string {
  return ascii.test(text) ? text.toLowerCase() : utf8Text(unicodeOf(text).toLowerCase())
}

/** Without Unicode white space at both ends. */
export function trimText(text: string): string {
  if (ascii.test(text)) return text.trim()
  return utf8Text(unicodeOf(text).replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ''))
}
