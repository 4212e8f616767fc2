// Big-endian numbers out of hostile bytes. Past the end there are zeros, so no read can throw.

export function u32Be(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
}
