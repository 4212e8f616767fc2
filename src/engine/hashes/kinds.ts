// The kinds of hash that a list may hold. The length of the hexadecimal digits tells them apart.

import type { DigestAlgorithm } from '../source/digest.ts'

export type HashKind = DigestAlgorithm

/** In the order of the bits and tables of a database. */
export const hashKinds = ['sha256', 'sha1', 'md5'] as const satisfies readonly HashKind[]

/** The kind with so many hexadecimal digits. */
export function kindOfLength(digits: number): HashKind | undefined {
  if (digits === 64) return 'sha256'
  if (digits === 40) return 'sha1'
  return digits === 32 ? 'md5' : undefined
}

/**
 * 32-bit words kept of each digest: 128 bits, all of an MD5. Enough for the others too: to have a harmless file of
 * somebody else taken for one of 2^20 listed, 2^108 tries are needed. A pair of own files with the same 128 bits
 * costs 2^64 tries and only makes the harmless one of the two be found; no malicious file escapes by it.
 */
export const digestWords = 4

/** The size of an entry that matches objects of every size; the last in every order. */
export const anySize = 0xffff_ffff

/** The greatest size that an entry can ask for: one column of 32 bits, and `anySize` is taken. */
export const maxSize = anySize - 1
