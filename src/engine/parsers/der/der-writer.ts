// Writes DER for tests: signatures and certificates are made, not stored.

export function der(identifier: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const contents = Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
  )
  return Buffer.concat([Buffer.of(identifier), lengthOf(contents.length), contents])
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x100) return Buffer.of(0x81, length)
  if (length < 0x10000) return Buffer.of(0x82, length >> 8, length & 0xff)
  return Buffer.of(0x83, length >> 16, (length >> 8) & 0xff, length & 0xff)
}

export function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts)
}

export function set(...parts: readonly Uint8Array[]): Buffer {
  return der(0x31, ...parts)
}

export function oid(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number)
  return der(0x06, Buffer.from([first! * 40 + second!, ...rest].flatMap(arcBytes)))
}

function arcBytes(arc: number): number[] {
  const bytes = [arc % 128]
  for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
    bytes.unshift((left % 128) | 0x80)
  return bytes
}

export function integer(...bytes: readonly number[]): Buffer {
  return der(0x02, Buffer.from(bytes))
}

export function octets(contents: Uint8Array): Buffer {
  return der(0x04, contents)
}

export function bits(contents: Uint8Array): Buffer {
  return der(0x03, Buffer.of(0), contents)
}
