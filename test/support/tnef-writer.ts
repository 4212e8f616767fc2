// Writes TNEF streams ([MS-OXTNEF] 2.1.1 and 2.1.3.4), independently of the reader.

export interface TnefProperty {
  readonly id: number
  readonly type: number
  readonly value: Buffer
}

export function tnefOf(attributes: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('789f3e220100', 'hex'), ...attributes])
}

export function tnefAttribute(level: 1 | 2, id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUInt8(level)
  head.writeUInt32LE(id, 1)
  head.writeUInt32LE(data.length, 5)
  const checksum = Buffer.alloc(2)
  checksum.writeUInt16LE(data.reduce((sum, byte) => (sum + byte) & 0xffff, 0))
  return Buffer.concat([head, data, checksum])
}

/** Properties of variable length, one value each. */
export function tnefProperties(properties: readonly TnefProperty[]): Buffer {
  const parts: Buffer[] = [u32(properties.length)]
  for (const { id, type, value } of properties) {
    const tag = Buffer.alloc(4)
    tag.writeUInt16LE(type)
    tag.writeUInt16LE(id, 2)
    parts.push(tag, u32(1), u32(value.length), value, Buffer.alloc((4 - (value.length % 4)) % 4))
  }
  return Buffer.concat(parts)
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
