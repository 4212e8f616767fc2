// Whether a signature is the work of the key in a certificate: RSA (PKCS #1 v1.5), DSA and ECDSA over P-256 and P-384.
// Nothing says that a certificate is trusted: there is no store of roots here, a chain ends where the file's ends.

import { constants, createHash, createPublicKey, type KeyObject, publicDecrypt, verify } from 'node:crypto'
import { DerCursor, arcsOf, derTag } from '../der/index.ts'
import { type Algorithm, type DigestName, digestOf, signatureDigestOf } from './algorithm.ts'
import { type Certificate, isSameSerial, type PublicKeyInfo } from './certificate.ts'
import { chainOf, isSame } from './chain.ts'
import type { SignerInfo } from './signed-data.ts'

const rsa = '1.2.840.113549.1.1.1'
const dsa = '1.2.840.10040.4.1'
const elliptic = '1.2.840.10045.2.1'
const curves = new Set(['1.2.840.10045.3.1.7', '1.3.132.0.34'])
/** As in YARA-X: what is larger is not used. A large exponent makes verifying as slow as signing. */
const maxRsaBits = 4096
const maxRsaExponent = 2n ** 33n - 1n

/**
 * What verifying may cost for one file: hostile ones have thousands of signatures. When it is used up nothing more is
 * verified.
 */
export interface Effort {
  /** Calculations with a public key. */
  keys: number
  /** Bytes hashed, the file itself not counted. */
  bytes: number
}

export function effort(): Effort {
  return { keys: 256, bytes: 64 * 1024 * 1024 }
}

export function isDigestOf(
  algorithm: Algorithm,
  message: Uint8Array,
  digest: Uint8Array,
  left: Effort,
): boolean {
  const name = digestOf(algorithm)
  if (name === undefined || message.length > left.bytes) return false
  left.bytes -= message.length
  return isSame(createHash(name).update(message).digest(), digest)
}

/** Whether the signed attributes are signed by the certificate that the signer names, and that one by its issuers. */
export function isSignerVerified(signer: SignerInfo, pool: readonly Certificate[], left: Effort): boolean {
  const chain = chainOf(pool, (certificate) => isSameSerial(certificate.serialBytes, signer.serialBytes))
  const first = chain[0]
  const digest = digestOf(signer.digestAlgorithm)
  if (first === undefined || digest === undefined) return false
  for (let index = 1; index < chain.length; index++) {
    if (!isIssuedBy(chain[index - 1]!, chain[index]!, left)) return false
  }
  return isSigned(
    first.publicKey,
    digest,
    { parts: setOf(signer.signedAttributesBytes), signature: signer.signature },
    left,
  )
}

/** RFC 5652, 5.4: hashed as a set, while in the file it has the tag of its place. */
function setOf(contents: Uint8Array): Uint8Array[] {
  return [Buffer.from([0x31, ...lengthOf(contents.length)]), contents]
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return [0x80 | bytes.length, ...bytes]
}

function isIssuedBy(certificate: Certificate, issuer: Certificate, left: Effort): boolean {
  const digest = signatureDigestOf(certificate.algorithm)
  if (digest === undefined) return false
  const { signedPart, signature } = certificate
  return isSigned(issuer.publicKey, digest, { parts: [signedPart], signature }, left)
}

interface Signed {
  readonly parts: readonly Uint8Array[]
  readonly signature: Uint8Array
}

function isSigned(key: PublicKeyInfo, digest: DigestName, signed: Signed, left: Effort): boolean {
  const bytes = signed.parts.reduce((sum, part) => sum + part.length, 0)
  if (left.keys <= 0 || bytes > left.bytes) return false
  left.keys--
  left.bytes -= bytes
  try {
    return key.algorithm.oid === rsa ? isRsaSigned(key, digest, signed) : isOtherSigned(key, digest, signed)
  } catch {
    // A key or a signature that OpenSSL does not take.
    return false
  }
}

/** DigestInfo up to the digest (RFC 8017, 9.2). */
const digestInfo: Readonly<Record<DigestName, string>> = {
  md5: '3020300c06082a864886f70d020505000410',
  sha1: '3021300906052b0e03021a05000414',
  sha256: '3031300d060960864801650304020105000420',
  sha384: '3041300d060960864801650304020205000430',
  sha512: '3051300d060960864801650304020305000440',
}

/** Old signers signed the bare digest, without its DigestInfo. */
function isRsaSigned(info: PublicKeyInfo, digest: DigestName, { parts, signature }: Signed): boolean {
  const key = createPublicKey({ key: Buffer.from(info.key), format: 'der', type: 'pkcs1' })
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength > maxRsaBits || publicExponent > maxRsaExponent) return false
  const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).toString('hex')
  const hash = createHash(digest)
  for (const part of parts) hash.update(part)
  const hex = hash.digest('hex')
  return opened === hex || opened === digestInfo[digest] + hex
}

function isOtherSigned(info: PublicKeyInfo, digest: DigestName, { parts, signature }: Signed): boolean {
  const key = otherKeyOf(info)
  return key !== undefined && verify(digest, Buffer.concat(parts), key, signature)
}

function otherKeyOf({ algorithm, encoding }: PublicKeyInfo): KeyObject | undefined {
  const { oid, parameters } = algorithm
  if (oid !== dsa && (oid !== elliptic || !curves.has(arcsOf(parameters) ?? ''))) return undefined
  if (oid === dsa && !isSmallDsa(parameters)) return undefined
  return createPublicKey({ key: Buffer.from(encoding), format: 'der', type: 'spki' })
}

/** DSA's prime is the signer's own choice, and its size is what verifying costs. */
function isSmallDsa(parameters: Algorithm['parameters']): boolean {
  const prime = parameters === undefined ? undefined : DerCursor.into(parameters).expect(derTag.integer)
  return prime !== undefined && (prime.to - prime.from) * 8 <= maxRsaBits + 8
}
