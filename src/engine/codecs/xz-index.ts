// The index behind the blocks of an xz stream (XZ file format 1.2.0, 4). The blocks have been read by then, so only its
// end and its integrity matter.

import { crc32 } from 'node:zlib'

import { type ByteSource, maxRead } from '../source/byte-source.ts'
import { u32 } from './little-endian.ts'
import { XzNumbers } from './xz-header.ts'

/** A record is two numbers of at most nine bytes. */
const longestRecord = 18

export interface XzIndex {
  readonly count: number
  /** Behind its CRC. */
  readonly end: number
  readonly length: number
  readonly isIntact: boolean
}

export function readXzIndex(source: ByteSource, start: number, end: number): XzIndex {
  const view = source.read(start, Math.max(0, Math.min(maxRead, end - start)))
  const head = new XzNumbers(view, 1)
  const count = head.next()
  let crc = crc32(view.subarray(0, head.at))
  let at = start + head.at
  for (let left = count; left > 0;) {
    const part = source.read(at, Math.max(0, Math.min(maxRead, end - at)))
    const numbers = new XzNumbers(part, 0)
    let used = 0
    while (left > 0 && (part.length - used >= longestRecord || part.length < maxRead)) {
      if (numbers.next() < 0 || numbers.next() < 0) return damaged(count)
      used = numbers.at
      left--
    }
    crc = crc32(part.subarray(0, used), crc)
    at += used
  }
  const padding = (4 - ((at - start) & 3)) & 3
  const tail = source.read(at, Math.max(0, Math.min(padding + 4, end - at)))
  if (count < 0 || tail.length < padding + 4) return damaged(count)
  const isIntact = crc32(tail.subarray(0, padding), crc) === u32(tail, padding)
  return { count, end: at + padding + 4, length: at + padding + 4 - start, isIntact }
}

function damaged(count: number): XzIndex {
  return { count, end: 0, length: 0, isIntact: false }
}
