// Texts of header fields for people: encoded words (RFC 2047), 8-bit text, and bytes in a named character set.

import { decodeName } from '../../../base/text.ts'
import { decodeBase64 } from '../../codecs/base64.ts'
import { decodeUtf7 } from './utf7.ts'

// Lazy and bounded: linear over hostile text.
const encodedWord = /=\?([^?\s]{1,64})\?([bBqQ])\?([^?]{0,4096})\?=/g
/** White space between two encoded words belongs to neither. */
const gap = /(\?=)\s{1,128}(=\?)/g

/** `text` has one character a byte. */
export function decodeHeaderText(text: string): string {
  if (!text.includes('=?')) return decodeName(Buffer.from(text, 'latin1')).text
  const joined = text.replace(gap, '$1$2')
  let decoded = ''
  let from = 0
  for (const match of joined.matchAll(encodedWord)) {
    const [whole, charset = '', encoding = '', content = ''] = match
    decoded += decodeName(Buffer.from(joined.slice(from, match.index), 'latin1')).text
    decoded += decodeCharset(bytesOfWord(content, encoding), charset)
    from = match.index + whole.length
  }
  return decoded + decodeName(Buffer.from(joined.slice(from), 'latin1')).text
}

function bytesOfWord(content: string, encoding: string): Uint8Array {
  if (encoding === 'b' || encoding === 'B') return decodeBase64(Buffer.from(content, 'latin1'))
  return percentDecoded(content.replaceAll('_', ' '), '=')
}

/** `mark` and two hexadecimal digits stand for a byte; one character a byte otherwise. */
export function percentDecoded(text: string, mark: '=' | '%'): Uint8Array {
  const escape = mark === '=' ? /=([0-9a-f]{2})/gi : /%([0-9a-f]{2})/gi
  const plain = text.replace(escape, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  return Buffer.from(plain, 'latin1')
}

/** An unknown character set counts as UTF-8 with Latin-1 for what is not. */
export function decodeCharset(bytes: Uint8Array, charset: string): string {
  // RFC 2231, 5: a language may follow.
  const label = charset.replace(/\*.*$/, '').toLowerCase()
  if (/^(?:x-)?(?:unicode-1-1-)?utf-?7$/.test(label)) return decodeUtf7(bytes)
  try {
    return new TextDecoder(label).decode(bytes)
  } catch {
    return decodeName(bytes).text
  }
}
