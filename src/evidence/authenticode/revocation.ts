// Certificate revocation lists (RFC 5280, section 5) that somebody put beside the evidence: there is no network here, so
// whatever no list speaks of is "not checked".

import { readFileSync } from 'node:fs'
import { verify } from 'node:crypto'

import { AppError, messageOf } from '../../base/app-error.ts'
import { contentsOf, DerCursor, derTag, type DerItem, encodingOf, oidOf, timeOf } from '../../engine/index.ts'
import { algorithmOf } from './algorithm.ts'
import { type Certificate, latin1, serialText } from './certificate.ts'
import { type Effort, isUsableKey } from './certificate-pool.ts'
import { itemOf } from './cms.ts'

const pemBlock = /-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]*)-----END/g
const maxRevoked = 2_000_000
const reasonOid = '2.5.29.21'
const keyCompromise = 1
/** Digests of the signature algorithms that lists are signed with. */
const signatureDigests: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}

export interface Revoked {
  readonly atMs: number
  readonly isKeyCompromise: boolean
}

export interface RevocationList {
  readonly issuerKey: string
  readonly thisUpdateMs: number
  readonly nextUpdateMs: number | undefined
  /** By serial number in hexadecimal. */
  readonly revoked: ReadonlyMap<string, Revoked>
  /** Whether the issuer's key signed it; worked out once for each issuer. */
  readonly isSignedBy: (issuer: Certificate, left: Effort) => boolean
}

/** The lists in a PEM or DER file. Throws AppError when it has none or cannot be read. */
export function readRevocationLists(path: string): RevocationList[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (thrown) {
    throw new AppError('not-found', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
  }
  const blocks = [...bytes.toString('latin1').matchAll(pemBlock)]
  const encoded = blocks.length === 0 ? [bytes] : blocks.map(([, text = '']) => Buffer.from(text, 'base64'))
  const lists = encoded.flatMap((der) => revocationListOf(der) ?? [])
  if (lists.length === 0) throw new AppError('unsupported', `${path} has no certificate revocation list`)
  return lists
}

export function revocationListOf(bytes: Uint8Array): RevocationList | undefined {
  const outer = itemOf(bytes)
  if (outer?.tag !== derTag.sequence) return undefined
  const parts = DerCursor.into(outer)
  const body = parts.expect(derTag.sequence)
  const algorithm = algorithmOf(parts.next())
  const signature = parts.expect(derTag.bitString)
  if (body === undefined || algorithm === undefined || signature === undefined) return undefined
  const cursor = DerCursor.into(body)
  let first = cursor.next()
  if (first?.tag === derTag.integer) first = cursor.next()
  const issuer = cursor.expect(derTag.sequence)
  const thisUpdate = timeOf(cursor.next())
  if (first === undefined || issuer === undefined || thisUpdate === undefined) return undefined
  let next = cursor.next()
  const nextUpdate = timeOf(next)
  if (nextUpdate !== undefined) next = cursor.next()
  const checked = new Map<string, boolean>()
  const digest = signatureDigests[algorithm.oid]
  return {
    issuerKey: latin1(encodingOf(issuer)),
    thisUpdateMs: thisUpdate * 1000,
    nextUpdateMs: nextUpdate === undefined ? undefined : nextUpdate * 1000,
    revoked: next?.tagClass === 0 && next.tag === derTag.sequence ? revokedOf(next) : new Map(),
    isSignedBy: (by, left) =>
      checked.getOrInsertComputed(by.sha256, () =>
        isSigned(encodingOf(body), contentsOf(signature).subarray(1), { by, digest, left }),
      ),
  }
}

interface Claim {
  readonly by: Certificate
  readonly digest: string | undefined
  readonly left: Effort
}

function isSigned(body: Uint8Array, signature: Uint8Array, { by, digest, left }: Claim): boolean {
  if (digest === undefined || left.keys <= 0) return false
  left.keys -= 1
  try {
    const key = by.x509.publicKey
    return isUsableKey(key) && verify(digest, body, key, signature)
  } catch {
    return false
  }
}

function revokedOf(list: DerItem): Map<string, Revoked> {
  const revoked = new Map<string, Revoked>()
  const cursor = DerCursor.into(list)
  for (let next = cursor.next(); next !== undefined && revoked.size < maxRevoked; next = cursor.next()) {
    const inside = DerCursor.into(next)
    const serial = inside.expect(derTag.integer)
    const time = timeOf(inside.next())
    if (serial === undefined || time === undefined) continue
    revoked.set(serialText(contentsOf(serial)), {
      atMs: time * 1000,
      isKeyCompromise: reasonOf(inside.next()) === keyCompromise,
    })
  }
  return revoked
}

function reasonOf(extensions: DerItem | undefined): number | undefined {
  if (extensions === undefined) return undefined
  const cursor = DerCursor.into(extensions)
  for (let next = cursor.next(); next !== undefined; next = cursor.next()) {
    const inside = DerCursor.into(next)
    if (oidOf(inside.next()) !== reasonOid) continue
    const value = inside.next()
    const octets = value?.tag === derTag.boolean ? inside.next() : value
    return octets === undefined ? undefined : contentsOf(octets).at(-1)
  }
  return undefined
}
