// A parameter that is base64 as a whole, when what it holds is text: applications pass paths, queries and serialised objects so.

import { textOfBytes } from './text-of-bytes.ts'

const form = /^[A-Za-z0-9+/]{8,}={0,2}$|^[A-Za-z0-9_-]{8,}={0,2}$/

/** The text, or undefined. An ordinary word of eight letters decodes to bytes that are no text. */
export function base64Text(value: string): string | undefined {
  const length = value.length - (value.endsWith('==') ? 2 : Number(value.endsWith('=')))
  if (length < 8 || length % 4 === 1 || !form.test(value)) return undefined
  // Digits alone are a number, whatever they decode to.
  if (/^[\d]+$/.test(value)) return undefined
  const bytes = Buffer.from(value, 'base64').toString('latin1')
  return isText(bytes) ? textOfBytes(bytes) : undefined
}

/** ASCII text, or UTF-8 in which no control character and no bad byte occurs. */
function isText(bytes: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0001-\u0008\u000e-\u001f\u007f]/.test(bytes)) return false
  return !/[\u0080-\u00ff]/.test(bytes)
}
