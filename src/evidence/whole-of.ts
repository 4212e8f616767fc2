// All bytes of a source that gives only so many at once.

const readBytes = 256 * 1024

/** At most `most`; fewer where the source ends early. */
export function wholeOf(
  source: { readonly size: number; read(at: number, length: number): Uint8Array },
  most: number,
): Uint8Array {
  const bytes = new Uint8Array(Math.min(source.size, most))
  for (let at = 0; at < bytes.length;) {
    const part = source.read(at, Math.min(readBytes, bytes.length - at))
    if (part.length === 0) return bytes.subarray(0, at)
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
