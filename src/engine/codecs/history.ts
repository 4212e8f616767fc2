// The output side of the decoders that copy matches from what they wrote before: the last bytes written, in one piece.
// The buffer grows with what is really written, so a header that claims a dictionary of 4 GB costs nothing.

/** Distances beyond it are refused as unsupported: xz -9 needs 64 MiB, zstd --ultra --long=27 needs this. */
export const longestHistory = 128 * 1024 * 1024
const firstBytes = 64 * 1024

export class History {
  /** Matches may reach back this far. */
  readonly reach: number
  buffer: Uint8Array = new Uint8Array(0)
  /** Where the next byte is written. */
  at = 0
  /** Bytes that slid out: `base + at` is the number of bytes written in all. */
  base = 0
  #delivered = 0

  /** `claimed` is the dictionary size that a header tells. */
  constructor(claimed: number) {
    this.reach = Math.min(claimed, longestHistory)
  }

  /** Written, but not taken yet. */
  get pending(): number {
    return this.at - this.#delivered
  }

  /** Makes place for `count` bytes at `at`. Everything must have been taken before. */
  makeRoom(count: number): void {
    if (this.at + count <= this.buffer.length) return
    const most = this.reach + Math.max(this.reach >> 1, 2 * count)
    if (this.buffer.length < most) {
      const bytes = Math.min(most, Math.max(firstBytes, this.buffer.length * 2, this.at + count))
      const old = this.buffer
      this.buffer = new Uint8Array(bytes)
      this.buffer.set(old.subarray(0, this.at))
      free(old)
      if (this.at + count <= bytes) return
    }
    const dropped = this.at - this.reach
    this.buffer.copyWithin(0, dropped, this.at)
    this.base += dropped
    this.at -= dropped
    this.#delivered = this.at
  }

  /** Copies what was written and not taken yet. */
  take(out: Uint8Array): number {
    const count = Math.min(out.length, this.at - this.#delivered)
    out.set(this.buffer.subarray(this.#delivered, this.#delivered + count))
    this.#delivered += count
    return count
  }

  /** Gives the memory back, once everything was taken: decoders are kept after their end to be asked about it. */
  close(): void {
    free(this.buffer)
    this.buffer = new Uint8Array(0)
    this.base += this.at
    this.at = 0
    this.#delivered = 0
  }
}

/** At once, without waiting for the garbage collector: nested decoders would hold the sum of their windows. */
function free(bytes: Uint8Array): void {
  if (bytes.length > firstBytes && bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0)
}
