// The checksum of the optional header: a sum of words in ones' complement, and the size of the file. Microsoft's own is
// described at bytepointer.com/resources/microsoft_pe_checksum_algo_distilled.htm.

/**
 * What the field should be, `stored` being what it is. As linkers store it; YARA-X 1.20 leaves out the last byte of a
 * file with an odd size, and the last carry.
 */
export function checksumOf(bytes: Buffer, stored: number): number {
  // The stored checksum is summed with the rest and then taken out again.
  const sum = sumOf(bytes) - stored
  let folded = sum < 0 ? sum + 0xffffffff : sum
  folded = (folded & 0xffff) + (folded >>> 16)
  folded += folded >>> 16
  return ((folded & 0xffff) + bytes.length) >>> 0
}

/** 32 bits; carries are added again. */
function sumOf(bytes: Buffer): number {
  const whole = bytes.length & ~3
  // Exact: two million words of 32 bits are less than 2^53.
  const exact = 1 << 20
  let sum = 0
  for (let from = 0; from < whole; from += exact * 4) {
    const to = Math.min(whole, from + exact * 4)
    for (let at = from; at < to; at += 4) {
      sum += (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
    }
    sum = withCarries(sum)
  }
  let last = 0
  for (let at = whole; at < bytes.length; at++) last |= bytes[at]! << (8 * (at - whole))
  return withCarries(sum + last)
}

function withCarries(sum: number): number {
  const once = (sum % 2 ** 32) + Math.floor(sum / 2 ** 32)
  return once >= 2 ** 32 ? once - 2 ** 32 + 1 : once
}
