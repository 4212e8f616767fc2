// Algorithms of digests and signatures by object identifier (RFC 5754, RFC 8017, RFC 5758), as node:crypto names them.

import { DerCursor, derTag, type DerItem, int32Of, oidOf } from '../../engine/index.ts'

export type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512'

const digests: Readonly<Record<string, DigestName>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  // By mistake some signers name the signature's algorithm in the place of its digest.
  '1.2.840.113549.1.1.4': 'md5',
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
}

export const digestBytes: Readonly<Record<DigestName, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

export interface Algorithm {
  readonly oid: string
  readonly parameters: DerItem | undefined
}

/** AlgorithmIdentifier (RFC 5280, 4.1.1.2). */
export function algorithmOf(item: DerItem | undefined): Algorithm | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const oid = oidOf(cursor.next())
  return oid === undefined ? undefined : { oid, parameters: cursor.next() }
}

export function digestOf(algorithm: Algorithm): DigestName | undefined {
  return digests[algorithm.oid]
}

export const pssOid = '1.2.840.113549.1.1.10'

export interface PssParameters {
  readonly digest: DigestName
  readonly saltLength: number
}

/** RSASSA-PSS-params (RFC 8017, A.2.3): what is absent has SHA-1's values. */
export function pssParametersOf({ parameters }: Algorithm): PssParameters | undefined {
  if (parameters?.tag !== derTag.sequence) return { digest: 'sha1', saltLength: 20 }
  const cursor = DerCursor.into(parameters)
  const hash = cursor.optional(0)
  cursor.optional(1)
  const salt = cursor.optional(2)
  const algorithm = hash === undefined ? undefined : algorithmOf(DerCursor.into(hash).next())
  const digest = algorithm === undefined ? 'sha1' : digestOf(algorithm)
  const saltLength = salt === undefined ? 20 : int32Of(DerCursor.into(salt).next())
  if (digest === undefined || saltLength === undefined || saltLength < 0) return undefined
  return { digest, saltLength }
}
