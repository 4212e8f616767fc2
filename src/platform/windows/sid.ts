// Security identifiers as text: S-1-5-21-…, [MS-DTYP] 2.4.2.

/** Undefined where the bytes are none. */
export function sidText(bytes: Uint8Array): string | undefined {
  const [revision, count = 0] = bytes
  if (revision !== 1 || count > 15 || bytes.length < 8 + 4 * count) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const authority = view.getUint16(2) * 2 ** 32 + view.getUint32(4)
  const parts = Array.from({ length: count }, (_, index) => view.getUint32(8 + 4 * index, true))
  return ['S-1', authority, ...parts].join('-')
}

/** In bytes, as its second byte says. */
export function sidLength(count: number): number {
  return 8 + 4 * Math.min(count, 15)
}
