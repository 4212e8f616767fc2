// Whole content of small files, and digests of large ones in pieces.

import { createHash } from 'node:crypto'

import type { EvidenceSource } from '../../evidence/source.ts'

const pieceBytes = 1024 * 1024

/** Of a source whose size was looked at. Throws AppError. */
export function bytesOfSource(source: EvidenceSource): Uint8Array {
  return source.read(0, source.size)
}

/** In pieces of at most 1 MiB. */
function* piecesOf(source: EvidenceSource): Generator<Uint8Array> {
  for (let offset = 0; offset < source.size;) {
    const piece = source.read(offset, pieceBytes)
    if (piece.length === 0) return
    offset += piece.length
    yield piece
  }
}

export type Algorithm = 'md5' | 'sha256'

/** Hexadecimal, in the order asked for. Throws AppError. */
export function digestsOf(source: EvidenceSource, algorithms: readonly Algorithm[]): string[] {
  const hashes = algorithms.map((algorithm) => createHash(algorithm))
  for (const piece of piecesOf(source)) for (const hash of hashes) hash.update(piece)
  return hashes.map((hash) => hash.digest('hex'))
}
