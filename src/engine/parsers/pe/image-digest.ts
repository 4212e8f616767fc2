// The digest that Authenticode signs: the whole file without what signing changes, which is the checksum, the entry of
// the certificate table in the data directories and that table itself (Microsoft PE Format, "Process for Generating the
// Authenticode PE Image Hash").

import { createHash, type Hash } from 'node:crypto'
import type { DigestName } from '../pkcs7/index.ts'
import { directoryIndex, directoryOf, type Image } from './image.ts'

/** From the PE signature to the checksum. */
const checksumOffset = 4 + 20 + 64

/** Headers that contradict the file end the digest early: what has been hashed by then counts, as in YARA-X. */
export function imageDigest(image: Image, name: DigestName): Buffer {
  const hash = createHash(name)
  // Sections that overlap could have the file hashed a hundred times.
  let left = image.bytes.length * 2
  for (const { from, to } of rangesOf(image)) {
    left -= to - from
    if (left < 0 || !update(hash, image.bytes, from, to)) break
  }
  return hash.digest()
}

interface Range {
  readonly from: number
  readonly to: number
}

function update(hash: Hash, bytes: Buffer, from: number, to: number): boolean {
  if (from > to || to > bytes.length) return false
  hash.update(bytes.subarray(from, to))
  return true
}

function rangesOf(image: Image): Range[] {
  const { bytes, headers, sections } = image
  const table = directoryOf(image, directoryIndex.security)
  if (table === undefined || table.rva > bytes.length || headers.optional === undefined) return []
  const checksum = headers.peOffset + checksumOffset
  const entry = headers.directoriesOffset + directoryIndex.security * 8
  const { sizeOfHeaders } = headers.optional
  const ranges = [
    { from: 0, to: checksum },
    { from: checksum + 4, to: entry },
    { from: entry + 8, to: sizeOfHeaders },
  ]
  let hashed = sizeOfHeaders
  for (const { rawOffset, rawSize } of sections.toSorted((a, b) => a.rawOffset - b.rawOffset)) {
    ranges.push({ from: rawOffset, to: rawOffset + rawSize })
    hashed += rawSize
  }
  // What is behind the sections, less the size of the certificate table.
  ranges.push({ from: hashed, to: bytes.length - table.size })
  return ranges
}
