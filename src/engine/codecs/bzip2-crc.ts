// The CRC-32 of bzip2: the polynomial of zlib's, but bits come most significant first. Four bytes a step.

const polynomial = 0x04c11db7
const tables = new Uint32Array(4 * 256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 24
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? polynomial : 0)
  tables[byte] = crc
}
for (let at = 256; at < 1024; at++) {
  const before = tables[at - 256]!
  tables[at] = (before << 8) ^ tables[before >>> 24]!
}

/** Goes on from `crc`, which is 0 at the beginning, over the first `length` bytes. */
export function bzip2Crc(bytes: Uint8Array, length: number, crc: number): number {
  let state = ~crc
  let at = 0
  for (const last = length - 3; at < last; at += 4) {
    state ^= (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    state =
      tables[768 + (state >>> 24)]! ^
      tables[512 + ((state >>> 16) & 0xff)]! ^
      tables[256 + ((state >>> 8) & 0xff)]! ^
      tables[state & 0xff]!
  }
  for (; at < length; at++) state = (state << 8) ^ tables[(state >>> 24) ^ bytes[at]!]!
  return ~state >>> 0
}
