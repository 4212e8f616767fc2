// UTF-16LE text out of a chunk. Most of it is short and ASCII: that is faster in JavaScript than by a call into the runtime.

const mostShort = 32

/** `count` code units from `offset`; the caller has checked that they are there. Lone surrogates stay. */
export function utf16At(bytes: Buffer, offset: number, count: number): string {
  if (count > mostShort) return bytes.ucs2Slice(offset, offset + 2 * count)
  const end = offset + 2 * count
  let bits = 0
  for (let at = offset; at < end; at += 2) bits |= (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
  if (bits > 127) return bytes.ucs2Slice(offset, end)
  let text = ''
  let at = offset
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(bytes[at] ?? 0, bytes[at + 2] ?? 0, bytes[at + 4] ?? 0, bytes[at + 6] ?? 0)
  }
  for (; at < end; at += 2) text += String.fromCharCode(bytes[at] ?? 0)
  return text
}

declare global {
  interface Buffer {
    /** Node's own, without the look-up of the encoding's name that toString does. */
    ucs2Slice(start: number, end: number): string
  }
}
