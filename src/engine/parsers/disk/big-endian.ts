// Big-endian numbers out of hostile bytes. Past the end there are zeros, so no read can throw.

export function be16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

export function be32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}

/** Exact up to 2^53; beyond, a number that is larger than any file. */
export function be64(bytes: Uint8Array, at: number): number {
  return be32(bytes, at) * 2 ** 32 + be32(bytes, at + 4)
}
