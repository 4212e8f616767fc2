// Adler-32 (RFC 1950, 8.2).

const modulus = 65_521
/** The most additions before a sum of 32 bits overflows. */
const span = 5552

/** Goes on from `sum`, which is 1 at the beginning. */
export function adler32(bytes: Uint8Array, sum = 1): number {
  let low = sum & 0xffff
  let high = sum >>> 16
  for (let from = 0; from < bytes.length; from += span) {
    const to = Math.min(bytes.length, from + span)
    for (let at = from; at < to; at++) {
      low += bytes[at]!
      high += low
    }
    low %= modulus
    high %= modulus
  }
  return high * 65_536 + low
}
