// Writes BinHex 4.0 files (RFC 1741, appendix A), independently of the reader.

const alphabet = '!"#$%&\'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr'
const lineLength = 64

export interface BinhexFile {
  readonly name: string
  readonly data: Buffer
  readonly resource?: Buffer
}

export function binhexOf({ name, data, resource = Buffer.alloc(0) }: BinhexFile): Buffer {
  const head = Buffer.alloc(1 + name.length + 1 + 8 + 2 + 8)
  head.writeUInt8(name.length)
  head.write(`${name}\0TEXTttxt`, 1, 'latin1')
  head.writeUInt32BE(data.length, head.length - 8)
  head.writeUInt32BE(resource.length, head.length - 4)
  const stream = Buffer.concat([head, data, resource].flatMap((part) => [part, checksum(part)]))
  const text = `:${digits(runs(stream))}:`
  const lines = text.match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? []
  return Buffer.from(
    `(This file must be converted with BinHex 4.0)\r\n\r\n${lines.join('\r\n')}\r\n`,
    'latin1',
  )
}

/** Long division of the bits by x^16 + x^12 + x^5 + 1, with 16 zero bits behind. */
function checksum(bytes: Buffer): Buffer {
  let rest = 0
  for (const byte of [...bytes, 0, 0]) {
    for (let bit = 7; bit >= 0; bit--) {
      const top = rest & 0x8000
      rest = ((rest << 1) & 0xffff) | ((byte >> bit) & 1)
      if (top !== 0) rest ^= 0x1021
    }
  }
  return Buffer.of(rest >> 8, rest & 0xff)
}

function runs(bytes: Buffer): number[] {
  const out: number[] = []
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0
    let count = 1
    while (count < 255 && bytes[at + count] === byte) count++
    out.push(byte)
    if (byte === 0x90) out.push(0)
    if (count > 3) out.push(0x90, count)
    at += count > 3 ? count : 1
  }
  return out
}

function digits(bytes: readonly number[]): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  bits = bits.padEnd(Math.ceil(bits.length / 6) * 6, '0')
  return bits.replaceAll(/.{6}/g, (group) => alphabet[Number.parseInt(group, 2)] ?? '')
}
