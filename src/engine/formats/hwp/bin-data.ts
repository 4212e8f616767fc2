// The BIN_DATA records of DocInfo (4.2.3) tell of each stream of BinData whether it is compressed.

import { u16 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { startsWith } from '../../source/starts-with.ts'
import { readRecord } from './file-header.ts'

const tagBinData = 0x12
const typeLink = 0
const maxRecords = 200_000

export type Compression = 'as-document' | 'always' | 'never'

/** By the number in the stream's name. */
export function readBinData(docInfo: ByteSource, budget: Budget): Map<number, Compression> {
  const found = new Map<number, Compression>()
  let at = 0
  for (let count = 0; count < maxRecords; count++) {
    if (count % 1024 === 0) budget.checkTime()
    const record = readRecord(docInfo, at)
    if (record === undefined) break
    if (record.tag === tagBinData) {
      const data = docInfo.read(record.start, Math.min(record.size, 4))
      const attributes = u16(data, 0)
      if ((attributes & 0xf) !== typeLink && data.length === 4)
        found.set(u16(data, 2), compressionOf(attributes))
    }
    at = record.start + record.size
  }
  return found
}

function compressionOf(attributes: number): Compression {
  const mode = (attributes >>> 4) & 3
  if (mode === 1) return 'always'
  return mode === 2 ? 'never' : 'as-document'
}

/** The number in `BIN0001.jpg`, written in hexadecimal; -1: another name. */
export function binDataNumber(name: string): number {
  const digits = /^bin([0-9a-f]{4})/i.exec(name)?.[1]
  return digits === undefined ? -1 : Number.parseInt(digits, 16)
}

const plainBeginnings = [
  'ffd8ff', // JPEG
  '89504e47',
  '47494638', // GIF
  '424d', // BMP
  'd7cdc69a', // WMF
  '01000900',
  '01000000', // EMF
  '49492a00', // TIFF
  '4d4d002a',
  '25215053', // PostScript
  'c5d0d3c6',
  'd0cf11e0',
  '504b0304',
  '3c',
].map((hex) => Buffer.from(hex, 'hex'))

/** Plain data of a kind that documents hold. */
export function isPlainData(head: Uint8Array): boolean {
  return plainBeginnings.some((beginning) => startsWith(head, beginning)) || hasOlePrefix(head)
}

const oleMagic = Buffer.from('d0cf11e0a1b11ae1', 'hex')
/** An embedded object is its size and a compound file. */
export const olePrefixBytes = 4

export function hasOlePrefix(head: Uint8Array): boolean {
  return startsWith(head, oleMagic, olePrefixBytes)
}

const postScript = Buffer.from('%!PS')
/** "DOS EPS Binary File": a header, then PostScript and a preview. */
const binaryEps = Buffer.from('c5d0d3c6', 'hex')

export function isPostScript(head: Uint8Array, name: string): boolean {
  return startsWith(head, postScript) || startsWith(head, binaryEps) || /\.(eps|ps)$/i.test(name)
}
