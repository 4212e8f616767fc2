// Digests of a whole object. What fits one read is digested in one call, everything else is streamed: no object is
// ever held in memory for its digest.

import { createHash, hash } from 'node:crypto'

import type { Budget } from '../limits.ts'
import { type ByteSource, maxRead } from './byte-source.ts'

export type DigestAlgorithm = 'sha256' | 'sha1' | 'md5'

/** The digests of all bytes of a source, in the order of `algorithms`, in one pass over the bytes. */
export function digestsOf(
  source: ByteSource,
  algorithms: readonly DigestAlgorithm[],
  budget: Budget,
): readonly Uint8Array[] {
  // A read is short only where the source ends, so this needs no `size`, which may decode a whole stream.
  let chunk = source.read(0, maxRead)
  if (chunk.length < maxRead) {
    budget.checkTime()
    const whole = chunk
    return algorithms.map((algorithm) => hash(algorithm, whole, 'buffer'))
  }
  const running = algorithms.map((algorithm) => createHash(algorithm))
  for (let offset = 0; chunk.length > 0; chunk = source.read(offset, maxRead)) {
    budget.checkTime()
    for (const digest of running) digest.update(chunk)
    offset += chunk.length
  }
  return running.map((digest) => digest.digest())
}

/** The SHA-256 of all bytes of a source, lower-case hexadecimal. */
export function sha256Of(source: ByteSource, budget: Budget): string {
  const [digest] = digestsOf(source, ['sha256'], budget)
  return digest === undefined ? '' : Buffer.from(digest).toString('hex')
}
