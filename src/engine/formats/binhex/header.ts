// The header in a BinHex stream: name, type and creator, flags, the lengths of both forks, a checksum.

import type { ByteSource } from '../../source/byte-source.ts'

const longestName = 63
const fixedBytes = 22

export interface BinhexHeader {
  readonly name: Uint8Array
  readonly dataStart: number
  readonly dataBytes: number
  readonly resourceBytes: number
  /** Its checksum is right. */
  readonly isValid: boolean
}

/** Undefined: none, or cut off. */
export function headerOf(stream: ByteSource): BinhexHeader | undefined {
  const bytes = stream.read(0, 1 + longestName + fixedBytes).slice()
  const nameBytes = bytes[0] ?? 0
  const size = 1 + nameBytes + fixedBytes - 1
  if (nameBytes === 0 || nameBytes > longestName || bytes.length < size) return undefined
  // Behind the name: a version byte, type, creator, flags.
  const lengthsAt = 1 + nameBytes + 1 + 4 + 4 + 2
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const crcAt = lengthsAt + 8
  if (bytes.length < crcAt + 2) return undefined
  return {
    name: bytes.slice(1, 1 + nameBytes),
    dataStart: crcAt + 2,
    dataBytes: view.getUint32(lengthsAt),
    resourceBytes: view.getUint32(lengthsAt + 4),
    isValid: view.getUint16(crcAt) === crc16(bytes.subarray(0, crcAt), 0),
  }
}

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
  return crc
})

/** CRC-16 with the polynomial 0x1021, most significant bit first, from `crc` on. */
export function crc16(bytes: Uint8Array, from: number): number {
  let crc = from
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] ?? 0)
  return crc
}
