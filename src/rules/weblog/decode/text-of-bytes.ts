// Bytes to text: UTF-8 where they are valid; otherwise leniently, as attackers hope that a server does it: overlong forms
// (C0 AF for a slash, E0 80 AF …) become what they stand for, every other bad byte is a character of latin1.

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** `bytes` is a latin1 string. */
export function textOfBytes(bytes: string): string {
  // eslint-disable-next-line no-control-regex -- ASCII as a whole
  if (!/[^\u0000-\u007f]/.test(bytes)) return bytes
  try {
    return strict.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return lenient(bytes)
  }
}

function lenient(bytes: string): string {
  let out = ''
  let at = 0
  while (at < bytes.length) {
    const lead = bytes.charCodeAt(at)
    const length = sequenceLength(lead)
    const code = length === 0 ? -1 : sequenceCode(bytes, at, length)
    out += code === -1 ? bytes.charAt(at) : String.fromCodePoint(code)
    at += code === -1 ? 1 : length
  }
  return out
}

/** By the lead byte; 0 for ASCII and for a byte that begins nothing. Five and six bytes are of the old UTF-8 (RFC 2279). */
function sequenceLength(lead: number): number {
  if (lead < 0xc0 || lead >= 0xfe) return 0
  if (lead < 0xe0) return 2
  if (lead < 0xf0) return 3
  if (lead < 0xf8) return 4
  return lead < 0xfc ? 5 : 6
}

function sequenceCode(bytes: string, at: number, length: number): number {
  let code = bytes.charCodeAt(at) & (0xff >> (length + 1))
  for (let index = 1; index < length; index += 1) {
    const next = bytes.charCodeAt(at + index)
    if ((next & 0xc0) !== 0x80) return -1
    code = code * 64 + (next & 0x3f)
  }
  return code <= 0x10_ffff ? code : -1
}
