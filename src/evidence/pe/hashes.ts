// Digests of a whole file, several in one pass.

import { createHash } from 'node:crypto'

import type { EvidenceSource } from '../source.ts'

const chunkBytes = 1 << 20

export interface FileHashes {
  readonly md5: string
  readonly sha1: string
  readonly sha256: string
}

export function hashesOf(source: EvidenceSource): FileHashes {
  const md5 = createHash('md5')
  const sha1 = createHash('sha1')
  const sha256 = createHash('sha256')
  for (let at = 0; at < source.size; at += chunkBytes) {
    const bytes = source.read(at, chunkBytes)
    if (bytes.length === 0) break
    md5.update(bytes)
    sha1.update(bytes)
    sha256.update(bytes)
  }
  return { md5: md5.digest('hex'), sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }
}
