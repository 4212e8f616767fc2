// The addresses in an image packed by UPX: it takes the base away from each, turns its bytes around, and keeps the list of
// where they are in a stream of distances.

import { u16, u32 } from '../../codecs/little-endian.ts'

export interface Relocations {
  /** Where the stream of distances is, in the image. */
  readonly list: number
  readonly is64: boolean
  /** What is added to each address. */
  readonly base: bigint
}

/** Distances from here on have four bits here and two bytes more. */
const longDistance = 0xf0

/** Makes the addresses again, in place. */
export function restoreAddresses(image: Uint8Array, { list, is64, base }: Relocations): void {
  const view = new DataView(image.buffer, image.byteOffset, image.length)
  const width = is64 ? 8 : 4
  let place = -4
  for (let at = list; at < image.length; at++) {
    const code = image[at]!
    if (code === 0) return
    if (code < longDistance) place += code
    else {
      const middle = (code & 15) * 0x10000 + u16(image, at + 1)
      place += middle === 0 ? u32(image, at + 3) : middle
      at += middle === 0 ? 6 : 2
    }
    if (place < 0 || place + width > image.length) return
    // What holds the list itself is behind the image.
    if (is64) view.setBigUint64(place, view.getBigUint64(place) + base, true)
    else view.setUint32(place, Number(BigInt.asUintN(32, BigInt(view.getUint32(place)) + base)), true)
  }
}
