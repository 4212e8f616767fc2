// Writes DEX files that have nothing but a header and strings (Android, "Dalvik executable format").

export function dexOf(strings: readonly string[]): Buffer {
  const header = Buffer.alloc(0x70)
  header.write('dex\n035\0', 0, 'latin1')
  header.writeUInt32LE(0x70, 0x24)
  header.writeUInt32LE(0x12345678, 0x28)
  header.writeUInt32LE(strings.length, 0x38)
  header.writeUInt32LE(0x70, 0x3c)
  const ids = Buffer.alloc(strings.length * 4)
  const data: Buffer[] = []
  let at = header.length + ids.length
  for (const [i, text] of strings.entries()) {
    ids.writeUInt32LE(at, i * 4)
    const item = Buffer.concat([leb128(text.length), Buffer.from(text), Buffer.alloc(1)])
    data.push(item)
    at += item.length
  }
  header.writeUInt32LE(at, 0x20)
  return Buffer.concat([header, ids, ...data])
}

function leb128(value: number): Buffer {
  const bytes: number[] = []
  let left = value
  do {
    bytes.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0))
    left >>>= 7
  } while (left > 0)
  return Buffer.from(bytes)
}
