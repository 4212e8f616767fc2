// Big-endian numbers out of hostile bytes. Past the end there are zeros, so no read can throw.

export function u16Be(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

export function u32Be(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** Exact up to 2^53; beyond, a number that is larger than any file. */
export function u64Be(bytes: Uint8Array, at: number): number {
  return u32Be(bytes, at) * 2 ** 32 + u32Be(bytes, at + 4)
}
