// TLSH, Trend Micro's locality-sensitive hash (https://tlsh.org/papers.html), as telfhash uses it: 128 buckets, a
// checksum of one byte, version mark T1.

/** Pearson's permutation (RFC 3074, section 6). */
// prettier-ignore
const permutation = Uint8Array.from([
  1, 87, 49, 12, 176, 178, 102, 166, 121, 193, 6, 84, 249, 230, 44, 163, 14, 197, 213, 181, 161, 85, 218, 80, 64, 239,
  24, 226, 236, 142, 38, 200, 110, 177, 104, 103, 141, 253, 255, 50, 77, 101, 81, 18, 45, 96, 31, 222, 25, 107, 190, 70,
  86, 237, 240, 34, 72, 242, 20, 214, 244, 227, 149, 235, 97, 234, 57, 22, 60, 250, 82, 175, 208, 5, 127, 199, 111, 62,
  135, 248, 174, 169, 211, 58, 66, 154, 106, 195, 245, 171, 17, 187, 182, 179, 0, 243, 132, 56, 148, 75, 128, 133, 158,
  100, 130, 126, 91, 13, 153, 246, 216, 219, 119, 68, 223, 78, 83, 88, 201, 99, 122, 11, 92, 32, 136, 114, 52, 10, 138,
  30, 48, 183, 156, 35, 61, 26, 143, 74, 251, 94, 129, 162, 63, 152, 170, 7, 115, 167, 241, 206, 3, 150, 55, 59, 151,
  220, 90, 53, 23, 131, 125, 173, 15, 238, 79, 95, 89, 16, 105, 137, 225, 224, 217, 160, 37, 123, 118, 73, 2, 157, 46,
  116, 9, 145, 134, 228, 207, 212, 202, 215, 69, 229, 27, 188, 67, 124, 168, 252, 42, 4, 29, 108, 21, 247, 19, 205, 39,
  203, 233, 40, 186, 147, 198, 192, 155, 33, 164, 191, 98, 204, 165, 180, 117, 76, 140, 36, 210, 172, 41, 54, 159, 8,
  185, 232, 113, 196, 231, 47, 146, 120, 51, 65, 28, 144, 254, 221, 93, 189, 194, 139, 112, 43, 71, 109, 184, 209,
])

const bucketCount = 128
const minBytes = 50

function pearson(salt: number, a: number, b: number, c: number): number {
  return permutation[permutation[permutation[permutation[salt]! ^ a]! ^ b]! ^ c]!
}

/** The hash of `bytes` (72 characters, upper case), or undefined: too little or too uniform. */
export function tlsh(bytes: Uint8Array): string | undefined {
  if (bytes.length < minBytes) return undefined
  const buckets = new Uint32Array(256)
  let checksum = 0
  for (let at = 4; at < bytes.length; at++) {
    const a = bytes[at]!
    const b = bytes[at - 1]!
    const c = bytes[at - 2]!
    const d = bytes[at - 3]!
    const e = bytes[at - 4]!
    checksum = pearson(0, a, b, checksum)
    buckets[pearson(2, a, b, c)]!++
    buckets[pearson(3, a, b, d)]!++
    buckets[pearson(5, a, c, d)]!++
    buckets[pearson(7, a, c, e)]!++
    buckets[pearson(11, a, b, e)]!++
    buckets[pearson(13, a, d, e)]!++
  }
  return format(buckets.subarray(0, bucketCount), checksum, bytes.length)
}

function format(buckets: Uint32Array, checksum: number, length: number): string | undefined {
  const [q1, q2, q3] = quartiles(buckets)
  if (q3 === 0) return undefined
  const q1Ratio = Math.trunc((q1 * 100) / q3) % 16
  const q2Ratio = Math.trunc((q2 * 100) / q3) % 16
  let text = `T1${hex(swapNibbles(checksum))}${hex(swapNibbles(lengthClass(length)))}${hex((q1Ratio << 4) | q2Ratio)}`
  for (let at = bucketCount - 4; at >= 0; at -= 4) {
    let code = 0
    for (let part = 3; part >= 0; part--) code = (code << 2) | quartile(buckets[at + part]!, q1, q2, q3)
    text += hex(code)
  }
  return text
}

/**
 * The three quartiles as YARA-X computes them (its `find_quartiles`): by a quickselect for the median, then within what
 * its pivots have divided. Where no pivot fell between a quartile and the median, that quartile is 0 there – in about one
 * file in fifteen – and rules are written with the hashes that come of it.
 */
function quartiles(buckets: Uint32Array): [number, number, number] {
  const first = bucketCount / 4 - 1
  const median = bucketCount / 2 - 1
  const third = (bucketCount / 4) * 3 - 1
  const counts = buckets.slice()
  let [low, high] = [0, bucketCount - 1]
  let [isFirstFound, isThirdFound] = [false, false]
  for (let pivot = partition(counts, low, high); pivot !== median; pivot = partition(counts, low, high)) {
    if (pivot < median) {
      low = pivot + 1
      isFirstFound ||= pivot >= first
    } else {
      high = pivot - 1
      isThirdFound ||= pivot <= third
    }
  }
  counts.sort()
  return [isFirstFound ? counts[first]! : 0, counts[median]!, isThirdFound ? counts[third]! : 0]
}

/** Puts what is smaller than the middle element of `[low, high]` before it; returns where it then is. */
function partition(counts: Uint32Array, low: number, high: number): number {
  // Two elements are sorted, and the first one is the pivot, whichever it was.
  if (high - low < 2) {
    counts.subarray(low, high + 1).sort()
    return low
  }
  const middle = (low + high) >> 1
  const value = counts[middle]!
  counts[middle] = counts[high]!
  let end = low
  for (let at = low; at < high; at++) {
    const count = counts[at]!
    if (count >= value) continue
    counts[at] = counts[end]!
    counts[end++] = count
  }
  counts[high] = counts[end]!
  counts[end] = value
  return end
}

function quartile(count: number, q1: number, q2: number, q3: number): number {
  if (count <= q1) return 0
  if (count <= q2) return 1
  return count <= q3 ? 2 : 3
}

/** The length on the paper's three logarithmic scales. */
function lengthClass(length: number): number {
  const log = Math.log(length)
  if (length <= 656) return Math.floor(log / Math.log(1.5)) & 0xff
  if (length <= 3199) return Math.floor(log / Math.log(1.3) - 8.72777) & 0xff
  return Math.floor(log / Math.log(1.1) - 62.5472) & 0xff
}

function swapNibbles(byte: number): number {
  return ((byte & 0xf) << 4) | (byte >> 4)
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}
