// AlgorithmIdentifier (RFC 5280, 4.1.1.2), and which digest an algorithm of a signature stands for.

import { DerCursor, derTag, type DerItem, arcsOf } from '../der/index.ts'
import { invalidOid } from './oid-names.ts'

export interface Algorithm {
  readonly oid: string
  readonly parameters: DerItem | undefined
}

export type DigestName = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512'

export function algorithmOf(item: DerItem | undefined): Algorithm | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const identifier = cursor.next()
  const isBare = cursor.isAtEnd
  const parameters = cursor.next()
  if (identifier === undefined || identifier.isConstructed || (parameters === undefined && !isBare))
    return undefined
  return { oid: arcsOf(identifier) ?? invalidOid, parameters }
}

/** As a digest algorithm of a signer: its own identifier or, by mistake, that of the RSA signature with it. */
const digests: Readonly<Record<string, DigestName>> = {
  '1.2.840.113549.2.5': 'md5',
  '1.2.840.113549.1.1.4': 'md5',
  '1.3.14.3.2.26': 'sha1',
  '1.2.840.113549.1.1.5': 'sha1',
  // Obsolete, but still met.
  '1.3.14.3.2.29': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '1.2.840.113549.1.1.11': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '1.2.840.113549.1.1.12': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.840.113549.1.1.13': 'sha512',
}

/** What else the signature of a certificate can be. */
const otherSignatures: Readonly<Record<string, DigestName>> = {
  '1.2.840.10040.4.3': 'sha1',
  '2.16.840.1.101.3.4.3.2': 'sha256',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}

export function digestOf(algorithm: Algorithm): DigestName | undefined {
  return digests[algorithm.oid]
}

export function signatureDigestOf(algorithm: Algorithm): DigestName | undefined {
  return digests[algorithm.oid] ?? otherSignatures[algorithm.oid]
}
