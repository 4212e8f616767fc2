// GUIDs as text.

import { u16, u32 } from '../../codecs/little-endian.ts'

/** `20d04fe0-3aea-1069-a2d8-08002b30309d`; the caller has checked that 16 bytes are there. */
export function guidText(bytes: Uint8Array, at: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
  const rest = Buffer.from(bytes.subarray(at + 8, at + 16)).toString('hex')
  return [
    hex(u32(bytes, at), 8),
    hex(u16(bytes, at + 4), 4),
    hex(u16(bytes, at + 6), 4),
    rest.slice(0, 4),
    rest.slice(4),
  ].join('-')
}
