// One signature of a program, judged: what it says against what the file is, the signer's work, its time, its chain.

import { timingSafeEqual } from 'node:crypto'

import { contentsOf, timeOf } from '../../engine/index.ts'
import type { DigestName } from './algorithm.ts'
import type { Certificate } from './certificate.ts'
import type { Effort } from './certificate-pool.ts'
import { type Chain, chainOf, nameOf, type Revocation, type Trust, usage } from './chain.ts'
import { attributeValue, type SignedData, signedDataOf, type Signer } from './cms.ts'
import {
  type CertificateFacts,
  chainFacts,
  factsOf,
  timeStampFacts,
  type TimeStampFacts,
  timeText,
} from './facts.ts'
import {
  type IndirectData,
  indirectDataOf,
  indirectDataOid,
  type OpusInfo,
  opusInfoOf,
} from './indirect-data.ts'
import type { PageHashResult } from './page-hashes.ts'
import { heaviest, hresultOf, type Reason, type TrustCode } from './reason.ts'
import { attributeOid, signatureReasons, signerCertificate } from './signer.ts'
import { type TimeStamp, timeStampOf } from './time-stamp.ts'

const opusInfoOid = '1.3.6.1.4.1.311.2.1.12'
const nestedOid = '1.3.6.1.4.1.311.2.4.1'
const statementTypeOid = '1.3.6.1.4.1.311.2.1.11'
/** The signature ends with the certificate, whatever a time stamp says. */
const lifetimeSigningOid = '1.3.6.1.4.1.311.10.3.13'
const knownUnsigned = new Set([
  nestedOid,
  '1.3.6.1.4.1.311.3.3.1',
  '1.2.840.113549.1.9.6',
  '1.2.840.113549.1.9.16.2.14',
  // Microsoft's sealing of signatures, and its time-stamp root.
  '1.3.6.1.4.1.311.2.4.2',
  '1.3.6.1.4.1.311.2.4.3',
  '1.3.6.1.4.1.311.2.4.4',
])
const largestUnknownAttribute = 4096
const maxNested = 16

export interface SignatureResult {
  readonly place: 'embedded' | 'nested' | 'catalog'
  readonly status: 'valid' | 'invalid'
  /** As WinVerifyTrust would name it; `OK` where it is valid. */
  readonly code: TrustCode | 'OK'
  readonly hresult: string
  readonly reasons: readonly Reason[]
  /** What does not make it invalid, but should be known. */
  readonly remarks: readonly string[]
  /** Path of the catalog that names the file. */
  readonly catalog?: string
  readonly digestAlgorithm?: string
  /** As signed, hexadecimal. */
  readonly digest?: string
  /** Of the file, hexadecimal. */
  readonly fileDigest?: string
  readonly pageHashes?: PageHashResult
  readonly signer?: CertificateFacts
  readonly chain: readonly CertificateFacts[]
  readonly isTrustedRoot: boolean
  readonly revocation: Revocation
  readonly programName?: string
  readonly moreInfo?: string
  readonly statement?: 'individual' | 'commercial'
  /** What the signer wrote himself; proves nothing. */
  readonly signingTime?: string
  readonly timeStamp?: TimeStampFacts
}

/** What the signature is about. */
export interface Subject {
  readonly digest: (name: DigestName) => Buffer
  readonly pageHashes: (hashes: NonNullable<IndirectData['pageHashes']>) => PageHashResult
}

export interface JudgeOptions {
  readonly trust: Trust
  readonly atMs: number
  readonly left: Effort
}

/** The signature and those nested in it, the outer one first. */
export function judgeEmbedded(data: SignedData, subject: Subject, options: JudgeOptions): SignatureResult[] {
  const results = [judgeProgram(data, subject, options, 'embedded')]
  const queue = nestedOf(data)
  for (let at = 0; at < queue.length && results.length < maxNested; at++) {
    const nested = queue[at]
    if (nested === undefined) continue
    results.push(judgeProgram(nested, subject, options, 'nested'))
    queue.push(...nestedOf(nested))
  }
  return results
}

function nestedOf(data: SignedData): SignedData[] {
  return data.signers.flatMap(({ unsignedAttributes }) =>
    unsignedAttributes
      .filter(({ type }) => type === nestedOid)
      .flatMap(({ values }) => values.slice(0, maxNested).flatMap((value) => signedDataOf(value) ?? [])),
  )
}

function judgeProgram(
  data: SignedData,
  subject: Subject,
  options: JudgeOptions,
  place: 'embedded' | 'nested',
): SignatureResult {
  const claim = data.contentType === indirectDataOid ? indirectDataOf(data.content) : undefined
  if (claim === undefined) return malformed(place, 'the signature says nothing about a program')
  const reasons: Reason[] = []
  const fileDigest = claim.digestName === undefined ? undefined : subject.digest(claim.digestName)
  if (fileDigest === undefined) {
    const text = `the digest algorithm ${claim.algorithm.oid} is not known`
    reasons.push({ code: 'TRUST_E_BAD_DIGEST', text })
  } else if (!isEqual(fileDigest, claim.digest)) {
    reasons.push({
      code: 'TRUST_E_BAD_DIGEST',
      text: 'the file is not the one that was signed: its digest differs',
    })
  }
  const pageHashes = claim.pageHashes === undefined ? undefined : subject.pageHashes(claim.pageHashes)
  if (pageHashes !== undefined && pageHashes !== 'match') {
    const text =
      pageHashes === 'malformed' ? 'the page hashes are malformed' : 'a page differs from its page hash'
    reasons.push({ code: 'TRUST_E_BAD_DIGEST', text })
  }
  const digests = {
    digestAlgorithm: claim.digestName ?? claim.algorithm.oid,
    digest: hexOf(claim.digest),
    ...(fileDigest === undefined ? {} : { fileDigest: hexOf(fileDigest) }),
    ...(pageHashes === undefined ? {} : { pageHashes }),
  }
  return { ...judgeSigner(data, { place, reasons, options }), ...digests }
}

/** A catalog that names the file: its own signature is what counts. */
export function judgeCatalog(data: SignedData, options: JudgeOptions, catalog: string): SignatureResult {
  return { ...judgeSigner(data, { place: 'catalog', reasons: [], options }), catalog }
}

export function malformed(place: SignatureResult['place'], text: string): SignatureResult {
  const reasons: Reason[] = [{ code: 'CRYPT_E_BAD_ENCODE', text }]
  return {
    ...verdictOf(place, reasons),
    remarks: [],
    chain: [],
    isTrustedRoot: false,
    revocation: 'not-checked',
  }
}

function verdictOf(
  place: SignatureResult['place'],
  reasons: readonly Reason[],
): Pick<SignatureResult, 'place' | 'status' | 'code' | 'hresult' | 'reasons'> {
  const code = heaviest(reasons)
  return { place, status: code === 'OK' ? 'valid' : 'invalid', code, hresult: hresultOf(code), reasons }
}

interface Draft {
  readonly place: SignatureResult['place']
  readonly reasons: Reason[]
  readonly options: JudgeOptions
}

function judgeSigner(data: SignedData, { place, reasons, options }: Draft): SignatureResult {
  const { trust, atMs, left } = options
  const signer = data.signers[0]
  if (signer === undefined || data.content === undefined)
    return malformed(place, 'the signature has no signer')
  const pool = data.certificates.flatMap((bytes) => trust.pool.read(bytes) ?? [])
  const certificate = signerCertificate(signer, [...pool, ...trust.intermediates])
  if (certificate === undefined) {
    reasons.push({
      code: 'TRUST_E_NO_SIGNER_CERT',
      text: 'the certificate of the signer is not in the signature',
    })
    return { ...malformed(place, ''), ...verdictOf(place, reasons), ...saidBy(signer) }
  }
  const content = { type: data.contentType, bytes: contentsOf(data.content) }
  reasons.push(...signatureReasons(signer, certificate, content, left))
  const stamp = timeStampOf({ signer, certificates: pool, left }, trust)
  const chain = signerChain({ certificate, pool, stamp }, { trust, atMs, left })
  reasons.push(...chain.reasons)
  // A stamp that proves nothing only matters where the time does: the certificate has expired since.
  if (stamp !== undefined && reasons.some(({ code }) => code === 'CERT_E_EXPIRED'))
    reasons.push(...stamp.reasons)
  else reasons.push(...(stamp?.reasons ?? []).filter(({ code }) => code === 'TRUST_E_TIME_STAMP'))
  return {
    ...verdictOf(place, reasons),
    remarks: remarksOf(data, signer, { certificate, chain, stamp }),
    signer: factsOf(certificate),
    chain: chainFacts(chain),
    isTrustedRoot: chain.isTrusted,
    revocation: chain.revocation,
    ...saidBy(signer),
    ...(stamp === undefined ? {} : { timeStamp: timeStampFacts(stamp) }),
  }
}

interface Signed {
  readonly certificate: Certificate
  readonly pool: readonly Certificate[]
  readonly stamp: TimeStamp | undefined
}

/** With a time stamp that holds the chain is judged at that time, unless the certificate forbids it. */
function signerChain({ certificate, pool, stamp }: Signed, { trust, atMs, left }: JudgeOptions): Chain {
  const isLifetime = certificate.extensions.extendedKeyUsage?.includes(lifetimeSigningOid) === true
  const isTimeProven = stamp?.reasons.length === 0
  return chainOf(
    {
      leaf: certificate,
      others: pool,
      usage: usage.codeSigning,
      atMs: isTimeProven && !isLifetime ? stamp.timeMs : atMs,
      isTimeProven,
      left,
    },
    trust,
  )
}

type Said = OpusInfo & Pick<SignatureResult, 'statement' | 'signingTime'>

function saidBy({ signedAttributes }: Signer): Said {
  const seconds = timeOf(attributeValue(signedAttributes, attributeOid.signingTime))
  const types = attributeValue(signedAttributes, statementTypeOid)
  const statement = types === undefined ? undefined : statementOf(contentsOf(types))
  return {
    ...opusInfoOf(attributeValue(signedAttributes, opusInfoOid)),
    ...(statement === undefined ? {} : { statement }),
    ...(seconds === undefined ? {} : { signingTime: timeText(seconds * 1000) }),
  }
}

/** 1.3.6.1.4.1.311.2.1.21 is individual, .22 commercial: the last byte tells them apart. */
function statementOf(contents: Uint8Array): 'individual' | 'commercial' | undefined {
  const last = contents.at(-1)
  if (last === 21) return 'individual'
  return last === 22 ? 'commercial' : undefined
}

/** Names that malware likes to give its own certificates. */
const coveted =
  /\b(?:microsoft|windows|google|adobe|apple|nvidia|intel|oracle|mozilla|symantec|verisign|digicert|globalsign)\b/i
const youngMs = 30 * 86_400_000

function remarksOf(
  data: SignedData,
  signer: Signer,
  { certificate, chain, stamp }: { certificate: Certificate; chain: Chain; stamp: TimeStamp | undefined },
): string[] {
  const remarks: string[] = []
  const name = nameOf(certificate.x509.subject)
  if (!chain.isTrusted && coveted.test(name)) {
    remarks.push(`the signer calls itself ${name}, and nobody who is believed says so`)
  }
  if (stamp !== undefined && stamp.timeMs - certificate.notBeforeMs < youngMs && !chain.isTrusted) {
    remarks.push('the certificate was made shortly before the program was signed')
  }
  if (data.signers.length > 1)
    remarks.push(`${data.signers.length} signers, of which Windows reads the first`)
  for (const { type, values } of signer.unsignedAttributes) {
    const bytes = values.reduce((sum, value) => sum + value.end - value.start, 0)
    if (knownUnsigned.has(type) || bytes < largestUnknownAttribute) continue
    remarks.push(
      `${bytes} bytes in the unsigned attribute ${type}: they can be changed without breaking the signature`,
    )
  }
  if (chain.revocation === 'not-checked')
    remarks.push('whether the certificates were revoked was not checked')
  return remarks
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}
