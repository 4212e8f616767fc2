// Countersignatures: what a time-stamping service says of a signature. The old kind is a signer info of PKCS #9
// (RFC 2985, 5.3.6), the new one a time-stamp token (RFC 3161) in an attribute of Microsoft's.

import { contentsOf, DerCursor, derTag, type DerItem, readItem, utcTimeOf } from '../der/index.ts'
import { type Algorithm, algorithmOf } from './algorithm.ts'
import { type Certificate, isSameSerial } from './certificate.ts'
import { chainOf } from './chain.ts'
import { oidName } from './oid-names.ts'
import {
  type Attribute,
  contentInfoOf,
  type SignedData,
  signedDataOf,
  type SignerInfo,
  signerOf,
} from './signed-data.ts'
import { type Effort, isDigestOf, isSignerVerified } from './verify.ts'

/** Of a signature and its time stamps together. */
const maxCertificates = 256
/** Of one attribute: real ones have one. */
const maxCountersignatures = 16

export const attributeOid = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  countersignature: '1.2.840.113549.1.9.6',
  timeStamp: '1.3.6.1.4.1.311.3.3.1',
} as const

export interface Countersignature {
  /** Hexadecimal: what was countersigned. */
  readonly digest: string
  readonly digestAlgorithm: string
  /** Seconds since 1970. */
  readonly signTime: number | undefined
  readonly chain: readonly Certificate[]
  /** Calculated at each call. */
  readonly isVerified: () => boolean
}

/** The signature that is countersigned, and the certificates at hand, to which those of time stamps are added. */
export interface Countersigned {
  readonly signer: SignerInfo
  readonly certificates: Certificate[]
  readonly left: Effort
}

/** A countersignature before all certificates are known: its chain may need those of later ones. */
type Draft = Omit<Countersignature, 'chain'> & { readonly signer: SignerInfo }

/** Undefined: malformed in a way that makes the whole signature doubtful. */
export function draftsOf(attribute: Attribute, countersigned: Countersigned): Draft[] | undefined {
  const drafts: Draft[] = []
  const read = attribute.type === attributeOid.timeStamp ? timeStampOf : signerInfoOf
  for (const value of attribute.values.slice(0, maxCountersignatures)) {
    const draft = read(value, countersigned)
    if (draft === 'malformed') return undefined
    if (draft !== undefined) drafts.push(draft)
  }
  return drafts
}

export function withChain(draft: Draft, certificates: readonly Certificate[]): Countersignature {
  const { serialBytes } = draft.signer
  const chain = chainOf(certificates, (certificate) => isSameSerial(certificate.serialBytes, serialBytes))
  return { ...draft, chain }
}

type Read = Draft | 'malformed' | undefined

function signerInfoOf(value: DerItem, { signer, certificates, left }: Countersigned): Read {
  const own = signerOf(value)
  if (own === undefined) return undefined
  const digest = messageDigestOf(own)
  if (digest === undefined) return 'malformed'
  const known = certificates.length
  return {
    signer: own,
    digest: hexOf(digest),
    digestAlgorithm: oidName(own.digestAlgorithm.oid),
    signTime: signTimeOf(own),
    isVerified: () =>
      isDigestOf(own.digestAlgorithm, signer.signature, digest, left) &&
      isSignerVerified(own, certificates.slice(0, known), left),
  }
}

function timeStampOf(value: DerItem, { signer, certificates, left }: Countersigned): Read {
  const token = tokenOf(value)
  if (token === undefined) return undefined
  certificates.push(...token.certificates.slice(0, maxCertificates - certificates.length))
  const own = token.signers[0]
  if (own === undefined) return undefined
  const ownDigest = messageDigestOf(own)
  if (ownDigest === undefined) return 'malformed'
  const content = contentsOf(token.content.content)
  const imprint = imprintOf(content)
  if (imprint === undefined) return undefined
  const known = certificates.length
  return {
    signer: own,
    digest: hexOf(imprint.digest),
    digestAlgorithm: oidName(imprint.algorithm.oid),
    signTime: signTimeOf(own),
    isVerified: () =>
      isDigestOf(imprint.algorithm, signer.signature, imprint.digest, left) &&
      isDigestOf(own.digestAlgorithm, content, ownDigest, left) &&
      isSignerVerified(own, certificates.slice(0, known), left),
  }
}

function tokenOf(value: DerItem): SignedData | undefined {
  const info = contentInfoOf(value)
  return info === undefined ? undefined : signedDataOf(info.content)
}

interface Imprint {
  readonly algorithm: Algorithm
  readonly digest: Uint8Array
}

/** The message imprint of a TSTInfo (RFC 3161, 2.4.2). */
function imprintOf(content: Uint8Array): Imprint | undefined {
  const info = readItem(content, 0, content.length)
  if (info?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(info)
  const version = cursor.expect(derTag.integer)
  const policy = cursor.next()
  const imprint = cursor.expect(derTag.sequence)
  if (version === undefined || policy === undefined || imprint === undefined) return undefined
  const inside = DerCursor.into(imprint)
  const algorithm = algorithmOf(inside.next())
  const digest = inside.next()
  if (algorithm === undefined || digest === undefined || digest.isConstructed) return undefined
  return { algorithm, digest: contentsOf(digest) }
}

/** The last message digest, as there should be only one. */
function messageDigestOf(signer: SignerInfo): Uint8Array | undefined {
  const attribute = signer.signedAttributes.findLast(({ type }) => type === attributeOid.messageDigest)
  const value = attribute?.values[0]
  return value === undefined ? undefined : contentsOf(value)
}

function signTimeOf(signer: SignerInfo): number | undefined {
  const attribute = signer.signedAttributes.findLast(({ type }) => type === attributeOid.signingTime)
  const value = attribute?.values[0]
  return value === undefined ? undefined : utcTimeOf(value)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
