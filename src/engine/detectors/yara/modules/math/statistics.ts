// Figures of a run of bytes. Most need no more than how often each value occurs.

/** How often each byte value occurs. */
export interface Distribution {
  readonly counts: Float64Array
  /** Bytes in all. */
  readonly total: number
}

/** Counted between two looks at the clock. */
const chunkBytes = 256 * 1024

export function distributionOf(bytes: Uint8Array, checkTime: () => void): Distribution {
  const counts = new Float64Array(256)
  const part = new Uint32Array(256)
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    checkTime()
    const end = Math.min(start + chunkBytes, bytes.length)
    part.fill(0)
    for (let index = start; index < end; index++) part[bytes[index]!]!++
    for (let value = 0; value < 256; value++) counts[value]! += part[value]!
  }
  return { counts, total: bytes.length }
}

/** Bits for each byte; 0 for no bytes. */
export function entropy({ counts, total }: Distribution): number {
  let sum = 0
  for (const count of counts) {
    if (count === 0) continue
    const share = count / total
    sum -= share * Math.log2(share)
  }
  return sum
}

/** The mean distance of the bytes from `mean`. */
export function deviation({ counts, total }: Distribution, mean: number): number | undefined {
  if (total === 0) return undefined
  let sum = 0
  for (let value = 0; value < 256; value++) sum += Math.abs(value - mean) * counts[value]!
  return sum / total
}

export function meanOf({ counts, total }: Distribution): number | undefined {
  if (total === 0) return undefined
  let sum = 0
  for (let value = 0; value < 256; value++) sum += value * counts[value]!
  return sum / total
}

/** The least of the most frequent values. */
export function mode({ counts, total }: Distribution): number | undefined {
  if (total === 0) return undefined
  let most = 0
  for (let value = 1; value < 256; value++) if (counts[value]! > counts[most]!) most = value
  return most
}

/** Of bytes that are all the same, and of none, YARA says -100000. */
const noCorrelation = -100_000

/** How far each byte depends on the one before it (Knuth, The Art of Computer Programming 2, 3.3.2 K). */
export function serialCorrelation(bytes: Uint8Array, checkTime: () => void): number {
  const total = bytes.length
  if (total === 0) return noCorrelation
  let products = bytes[total - 1]! * bytes[0]!
  let sum = 0
  let squares = 0
  for (let index = 0; index < total; index++) {
    if (index % chunkBytes === 0) checkTime()
    const value = bytes[index]!
    sum += value
    squares += value * value
    if (index > 0) products += bytes[index - 1]! * value
  }
  const square = sum * sum
  const correlation = (total * products - square) / (total * squares - square)
  return Number.isNaN(correlation) ? noCorrelation : correlation
}

/** The square of the greatest coordinate that three bytes can hold. */
const radiusSquared = (256 ** 3 - 1) ** 2

/** Takes six bytes for a point and the share of points inside the circle for π/4; tells how far off π that is. */
export function monteCarloPi(bytes: Uint8Array, checkTime: () => void): number | undefined {
  const points = Math.floor(bytes.length / 6)
  if (points === 0) return undefined
  let inside = 0
  for (let point = 0; point < points; point++) {
    if (point % chunkBytes === 0) checkTime()
    const x = coordinate(bytes, point * 6)
    const y = coordinate(bytes, point * 6 + 3)
    if (x * x + y * y < radiusSquared) inside++
  }
  return Math.abs((4 * inside) / points - Math.PI) / Math.PI
}

function coordinate(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!
}
