// Shannon entropy of bytes, in bits a byte: near 8 for what is encrypted or compressed, about 6.5 for machine code.

/** Of more bytes only windows are looked at, evenly over all: the figure does not change in its second digit. */
const exactBytes = 8 * 1024 * 1024
const windowBytes = 64 * 1024
const windows = exactBytes / windowBytes

export function entropyOf(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0
  const counts = new Uint32Array(256)
  let total = bytes.length
  if (bytes.length <= exactBytes) count(bytes, counts)
  else {
    total = exactBytes
    const step = (bytes.length - windowBytes) / (windows - 1)
    for (let index = 0; index < windows; index++) {
      const from = Math.floor(index * step)
      count(bytes.subarray(from, from + windowBytes), counts)
    }
  }
  let bits = 0
  for (const times of counts) {
    if (times === 0) continue
    const share = times / total
    bits -= share * Math.log2(share)
  }
  return Math.round(bits * 1000) / 1000
}

function count(bytes: Uint8Array, counts: Uint32Array): void {
  const { length } = bytes
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0
    counts[byte] = (counts[byte] ?? 0) + 1
  }
}
