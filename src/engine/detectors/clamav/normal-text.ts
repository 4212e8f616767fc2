// Text as signatures for target 7 see it: ASCII in lower case, each run of white space one space, all other control
// characters and all bytes beyond ASCII left out. Tried with clamscan 1.4.6 for each of the 256 bytes.

const space = 0x20
const left = 0

/** What becomes of each byte; zero: it is left out. */
const forms = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === space || (byte >= 0x09 && byte <= 0x0d)) return space
  if (byte < space || byte >= 0x80) return left
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte
})

/** Written to `out`, which must be at least as long; returns how much of it was used. */
export function normaliseText(bytes: Uint8Array, out: Uint8Array): number {
  let length = 0
  let afterSpace = false
  for (let at = 0; at < bytes.length; at++) {
    const form = forms[bytes[at]!]!
    if (form === left || (form === space && afterSpace)) continue
    afterSpace = form === space
    out[length++] = form
  }
  return length
}

/** UTF-16, little-endian, as ASCII: ClamAV adds the high byte, moved by four bits, to the low one. */
export function narrowed(bytes: Uint8Array): Uint8Array {
  const narrow = new Uint8Array(bytes.length >> 1)
  for (let at = 0; at < narrow.length; at++) narrow[at] = (bytes[at * 2 + 1]! << 4) + bytes[at * 2]!
  return narrow
}
