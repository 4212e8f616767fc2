// Checksums of ESE pages: exclusive or of their 32-bit words (checksumu.cxx of the engine's published sources). The error-correcting half of
// the newer form is not looked at.

import { u32 } from '../fields.ts'

const seed = 0x89abcdef
const newChecksumFlag = 0x2000

/** Of the little-endian words in `[from, to)`. */
export function xorOf(bytes: Uint8Array, from: number, to: number): number {
  const words = (to - from) >> 2
  if ((bytes.byteOffset + from) % 4 === 0) {
    let sum = 0
    for (const word of new Int32Array(bytes.buffer, bytes.byteOffset + from, words)) sum ^= word
    return sum >>> 0
  }
  let sum = 0
  for (let at = from; at + 4 <= to; at += 4) sum ^= u32(bytes, at)
  return sum >>> 0
}

/** 16 KiB have blocks of 4 KiB, 32 KiB of 8; smaller pages are one. */
function blockBytesOf(pageBytes: number): number {
  return pageBytes <= 8192 ? pageBytes : pageBytes / 4
}

/** Whether the page is the one with that number, whole. */
export function isWholePage(page: Uint8Array, number: number): boolean {
  if ((u32(page, 36) & newChecksumFlag) === 0) {
    return u32(page, 4) === number && (xorOf(page, 4, page.length) ^ seed) >>> 0 === u32(page, 0)
  }
  const blockBytes = blockBytesOf(page.length)
  for (let start = 0, block = 0; start < page.length; start += blockBytes, block++) {
    // The sum of the first block is in front of it, those of the others are in the extended header.
    const told = u32(page, block === 0 ? 0 : 32 + 8 * block)
    const sum = xorOf(page, block === 0 ? 8 : start, start + blockBytes)
    if ((sum ^ number) >>> 0 !== told) return false
  }
  return true
}
