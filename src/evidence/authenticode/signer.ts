// Whether a signer signed this content (RFC 5652, 5.4 and 5.6): the attributes name content type and digest, the key in the
// signer's certificate signed the attributes.

import { constants, createHash, verify } from 'node:crypto'

import { contentsOf, oidOf } from '../../engine/index.ts'
import { digestOf, pssOid, pssParametersOf } from './algorithm.ts'
import type { Certificate } from './certificate.ts'
import { type Effort, isUsableKey } from './certificate-pool.ts'
import { attributeValue, type Signer } from './cms.ts'
import type { Reason } from './reason.ts'

export const attributeOid = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
} as const

/** The certificate that the signer names. */
export function signerCertificate(signer: Signer, pool: readonly Certificate[]): Certificate | undefined {
  return pool.find(({ issuerKey, serial, extensions }) =>
    signer.subjectKeyId === undefined
      ? issuerKey === signer.issuerKey && serial === signer.serial
      : extensions.subjectKeyId === signer.subjectKeyId,
  )
}

export interface SignedContent {
  /** Undefined: any. */
  readonly type: string | undefined
  readonly bytes: Uint8Array
}

/** What is wrong with the signature over this content; empty: nothing. The certificate's own worth is another question. */
export function signatureReasons(
  signer: Signer,
  certificate: Certificate,
  content: SignedContent,
  left: Effort,
): Reason[] {
  const digest = digestOf(signer.digestAlgorithm)
  if (digest === undefined) {
    return [bad(`the digest algorithm ${signer.digestAlgorithm.oid} is not known`)]
  }
  if (signer.signedBytes !== undefined) {
    const messageDigest = attributeValue(signer.signedAttributes, attributeOid.messageDigest)
    const type = oidOf(attributeValue(signer.signedAttributes, attributeOid.contentType))
    const actual = createHash(digest).update(content.bytes).digest()
    if (messageDigest === undefined || !actual.equals(contentsOf(messageDigest)))
      return [bad('the digest of what is signed is not the one in the signed attributes')]
    if (content.type !== undefined && type !== content.type)
      return [bad('the type of what is signed is not the one in the signed attributes')]
  }
  if (left.keys <= 0) return [bad('there are too many signatures in this file to check them all')]
  left.keys -= 1
  return isKeyRight(signer, certificate, signer.signedBytes ?? content.bytes)
    ? []
    : [bad(`the signature was not made with the key of ${certificate.x509.subject.split('\n').at(-1) ?? ''}`)]
}

function bad(text: string): Reason {
  return { code: 'NTE_BAD_SIGNATURE', text }
}

function isKeyRight(signer: Signer, certificate: Certificate, signed: Uint8Array): boolean {
  const digest = digestOf(signer.digestAlgorithm)
  try {
    const key = certificate.x509.publicKey
    if (digest === undefined || !isUsableKey(key)) return false
    if (signer.signatureAlgorithm.oid !== pssOid) return verify(digest, signed, key, signer.signature)
    const parameters = pssParametersOf(signer.signatureAlgorithm)
    if (parameters === undefined) return false
    const padding = constants.RSA_PKCS1_PSS_PADDING
    const { saltLength } = parameters
    return verify(parameters.digest, signed, { key, padding, saltLength }, signer.signature)
  } catch {
    // A key or a signature that OpenSSL does not take.
    return false
  }
}
