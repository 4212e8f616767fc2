// Authenticode signatures: SignedData over the digest of a program file (Windows Authenticode Portable Executable
// Signature Format). Reading takes what is written; whether it is true is asked separately, because it costs more.

import { contentsOf, DerCursor, derTag, type DerItem, readItem } from '../der/index.ts'
import { type Algorithm, algorithmOf, type DigestName, digestOf } from './algorithm.ts'
import type { Certificate } from './certificate.ts'
import { chainOf, isSame } from './chain.ts'
import { attributeOid, type Countersignature, draftsOf, withChain } from './countersignature.ts'
import { oidName } from './oid-names.ts'
import { type OpusInfo, opusInfoOf } from './opus-info.ts'
import {
  contentInfoOf,
  type SignedData,
  signedAttribute,
  signedDataOf,
  signedDataOid,
  type SignerInfo,
} from './signed-data.ts'
import { type Effort, isDigestOf, isSignerVerified } from './verify.ts'

const indirectDataOid = '1.3.6.1.4.1.311.2.1.4'
const opusInfoOid = '1.3.6.1.4.1.311.2.1.12'
const nestedOid = '1.3.6.1.4.1.311.2.4.1'
/** Signatures inside signatures: real files have one level. */
const maxDepth = 4
const maxNested = 32
/** Time stamps of one signature. */
const maxCountersignatures = 16

export interface AuthenticodeSignature {
  /** What the signature says the file's digest is, hexadecimal. */
  readonly digest: string
  readonly digestAlgorithm: string
  /** Digest of the content, from the signed attributes, hexadecimal. */
  readonly signerDigest: string
  readonly signerDigestAlgorithm: string
  readonly opusInfo: OpusInfo | undefined
  /** The signature's own, then those of its time stamps. */
  readonly certificates: readonly Certificate[]
  /** From the signer's certificate upwards; empty if that is not in the file. */
  readonly chain: readonly Certificate[]
  readonly countersignatures: readonly Countersignature[]
  /** Digest of the file with the signer's algorithm, hexadecimal. */
  readonly fileDigest: () => string
  /** The file has the digest, and the digest is signed by the chain. Calculated at each call. */
  readonly isVerified: () => boolean
}

/** The signed program. */
export interface SignedFile {
  /** Its digest without the parts that signing changes. */
  readonly digest: (name: DigestName) => Uint8Array
  readonly left: Effort
}

/** The signature in a DER-encoded ContentInfo, followed by those nested in it; undefined if there is none. */
export function authenticodeOf(bytes: Uint8Array, file: SignedFile): AuthenticodeSignature[] | undefined {
  return signaturesOf(readItem(bytes, 0, bytes.length), file, 0)
}

function signaturesOf(
  item: DerItem | undefined,
  file: SignedFile,
  depth: number,
): AuthenticodeSignature[] | undefined {
  const info = contentInfoOf(item)
  if (info?.type !== signedDataOid) return undefined
  const data = signedDataOf(info.content)
  const signer = data?.signers[0]
  if (data === undefined || signer === undefined || !isAuthenticode(data)) return undefined
  const signature = signatureOf(data, signer, file)
  if (signature === undefined) return undefined
  return [signature, ...(depth < maxDepth ? nestedOf(signer, file, depth + 1) : [])]
}

function isAuthenticode(data: SignedData): boolean {
  return (
    data.version === 1 &&
    data.digestAlgorithms.length === 1 &&
    data.content.type === indirectDataOid &&
    data.signers.length === 1
  )
}

function nestedOf(signer: SignerInfo, file: SignedFile, depth: number): AuthenticodeSignature[] {
  const nested: AuthenticodeSignature[] = []
  for (const attribute of signer.unsignedAttributes) {
    if (attribute.type !== nestedOid) continue
    for (const value of attribute.values) {
      nested.push(...(signaturesOf(value, file, depth) ?? []))
      if (nested.length >= maxNested) return nested
    }
  }
  return nested
}

function signatureOf(
  data: SignedData,
  signer: SignerInfo,
  file: SignedFile,
): AuthenticodeSignature | undefined {
  const digestName = digestOf(signer.digestAlgorithm)
  const messageDigest = signedAttribute(signer, attributeOid.messageDigest)
  const claim = claimOf(data.content.content)
  if (digestName === undefined || messageDigest === undefined || claim === undefined) return undefined
  if (signedAttribute(signer, attributeOid.contentType) === undefined) return undefined
  const certificates = [...data.certificates]
  const countersignatures = countersignaturesOf(signer, certificates, file.left)
  if (countersignatures === undefined) return undefined
  const opus = signedAttribute(signer, opusInfoOid)
  const content = contentsOf(data.content.content)
  const signerDigest = contentsOf(messageDigest)
  return {
    digest: hexOf(claim.digest),
    digestAlgorithm: oidName(claim.algorithm.oid),
    signerDigest: hexOf(signerDigest),
    signerDigestAlgorithm: oidName(signer.digestAlgorithm.oid),
    opusInfo: opus === undefined ? undefined : opusInfoOf(opus),
    certificates,
    chain: chainOf(certificates, ({ issuer }) => isSame(issuer.encoding, signer.issuer.encoding)),
    countersignatures,
    fileDigest: () => hexOf(file.digest(digestName)),
    isVerified: () =>
      isSame(file.digest(digestName), claim.digest) &&
      isDigestOf(signer.digestAlgorithm, content, signerDigest, file.left) &&
      isSignerVerified(signer, certificates, file.left),
  }
}

interface Claim {
  readonly algorithm: Algorithm
  readonly digest: Uint8Array
}

/** The digest in an SpcIndirectDataContent. */
function claimOf(item: DerItem): Claim | undefined {
  if (item.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const data = cursor.next()
  const info = cursor.expect(derTag.sequence)
  if (data === undefined || info === undefined) return undefined
  const inside = DerCursor.into(info)
  const algorithm = algorithmOf(inside.next())
  const digest = inside.expect(derTag.octetString)
  return algorithm === undefined || digest === undefined
    ? undefined
    : { algorithm, digest: contentsOf(digest) }
}

/** Adds the certificates of time stamps to the pool. Undefined: one of them is malformed. */
function countersignaturesOf(
  signer: SignerInfo,
  pool: Certificate[],
  left: Effort,
): Countersignature[] | undefined {
  const drafts: Parameters<typeof withChain>[0][] = []
  for (const attribute of signer.unsignedAttributes) {
    if (attribute.type !== attributeOid.timeStamp && attribute.type !== attributeOid.countersignature)
      continue
    const more = draftsOf(attribute, { signer, certificates: pool, left })
    if (more === undefined) return undefined
    drafts.push(...more)
    if (drafts.length >= maxCountersignatures) break
  }
  return drafts.map((draft) => withChain(draft, pool))
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
