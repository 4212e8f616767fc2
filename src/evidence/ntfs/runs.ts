// Data runs: which clusters hold a stream, in its order, with holes.

export const maxRuns = 1_000_000

export interface Run {
  /** In bytes of the stream. */
  readonly at: number
  readonly bytes: number
  /** In bytes of the volume; undefined: a hole. */
  readonly from: number | undefined
}

/** Appends what one attribute says: a length and a signed distance from the last run, each in as many bytes as the first says. */
export function addRuns(runs: Run[], bytes: Uint8Array, clusterBytes: number): void {
  const last = runs.at(-1)
  let streamAt = last === undefined ? 0 : last.at + last.bytes
  let cluster = 0
  for (let at = 0; at < bytes.length && runs.length < maxRuns;) {
    const head = bytes[at] ?? 0
    const [lengthBytes, offsetBytes] = [head & 15, head >> 4]
    if (head === 0 || lengthBytes === 0 || lengthBytes > 6 || offsetBytes > 6) return
    const length = signed(bytes, at + 1, lengthBytes) * clusterBytes
    cluster += signed(bytes, at + 1 + lengthBytes, offsetBytes)
    if (length <= 0 || cluster < 0 || streamAt + length > Number.MAX_SAFE_INTEGER) return
    runs.push({ at: streamAt, bytes: length, from: offsetBytes === 0 ? undefined : cluster * clusterBytes })
    streamAt += length
    at += 1 + lengthBytes + offsetBytes
  }
}

function signed(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let index = count - 1; index >= 0; index--) value = value * 256 + (bytes[at + index] ?? 0)
  return count > 0 && ((bytes[at + count - 1] ?? 0) & 0x80) !== 0 ? value - 256 ** count : value
}

export function endOfRuns(runs: readonly Run[]): number {
  const last = runs.at(-1)
  return last === undefined ? 0 : last.at + last.bytes
}

/** Of the run in which the offset lies. */
export function runIndex(runs: readonly Run[], offset: number): number {
  let low = 0
  let high = runs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((runs[middle]?.at ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
