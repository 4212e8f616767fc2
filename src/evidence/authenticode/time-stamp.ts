// When a program was signed, as a time-stamping service says: a token of RFC 3161 in Microsoft's attribute, or a counter
// signature of PKCS #9 (RFC 2985, 5.3.6), the older way. Either is verified up to a root of its own.

import { createHash, timingSafeEqual } from 'node:crypto'

import { contentsOf, DerCursor, derTag, type DerItem, oidOf, timeOf } from '../../engine/index.ts'
import { algorithmOf, digestOf } from './algorithm.ts'
import type { Certificate } from './certificate.ts'
import type { Effort } from './certificate-pool.ts'
import { type Chain, chainOf, type Trust, usage } from './chain.ts'
import {
  attributeValue,
  itemOf,
  octetsOf,
  type SignedData,
  signedDataOf,
  type Signer,
  signerOf,
} from './cms.ts'
import type { Reason } from './reason.ts'
import { attributeOid, signatureReasons, signerCertificate } from './signer.ts'

const tokenOid = '1.3.6.1.4.1.311.3.3.1'
/** Some signers used the attribute of RFC 3161 itself. */
const rfcTokenOid = '1.2.840.113549.1.9.16.2.14'
const counterSignatureOid = '1.2.840.113549.1.9.6'
const tstInfoOid = '1.2.840.113549.1.9.16.1.4'
const signingCertificateOid = '1.2.840.113549.1.9.16.2.12'
const signingCertificateV2Oid = '1.2.840.113549.1.9.16.2.47'

export interface TimeStamp {
  readonly kind: 'rfc3161' | 'pkcs9'
  /** ISO 8601, with the fraction that the service gave. */
  readonly time: string
  readonly timeMs: number
  readonly certificate: Certificate | undefined
  readonly chain: Chain | undefined
  /** Empty: the time is proven. */
  readonly reasons: readonly Reason[]
}

export interface Stamped {
  readonly signer: Signer
  readonly certificates: readonly Certificate[]
  readonly left: Effort
}

/** The first time stamp that holds, else the first there is; undefined: none. */
export function timeStampOf(stamped: Stamped, trust: Trust): TimeStamp | undefined {
  let first: TimeStamp | undefined
  for (const { type, values } of stamped.signer.unsignedAttributes) {
    for (const value of values.slice(0, 8)) {
      const stamp = readStamp(type, value, stamped, trust)
      if (stamp?.reasons.length === 0) return stamp
      first ??= stamp
    }
  }
  return first
}

function readStamp(type: string, value: DerItem, stamped: Stamped, trust: Trust): TimeStamp | undefined {
  if (type === tokenOid || type === rfcTokenOid) return tokenStamp(value, stamped, trust)
  return type === counterSignatureOid ? counterStamp(value, stamped, trust) : undefined
}

interface TstInfo {
  readonly imprintDigest: string | undefined
  readonly imprint: Uint8Array
  readonly time: string
  readonly timeMs: number
}

function tokenStamp(
  value: DerItem,
  { signer, certificates, left }: Stamped,
  trust: Trust,
): TimeStamp | undefined {
  const token = signedDataOf(value)
  const own = token?.signers[0]
  if (token?.content === undefined || own === undefined) return undefined
  const content = octetsOf(token.content)
  const info = tstInfoOf(itemOf(content))
  if (info === undefined) return undefined
  const pool = [...readAll(token, trust), ...certificates]
  const certificate = signerCertificate(own, pool)
  const reasons: Reason[] = []
  if (info.imprintDigest === undefined || !isDigest(info.imprintDigest, signer.signature, info.imprint)) {
    reasons.push(bad('the time stamp is about another signature'))
  }
  if (token.contentType !== tstInfoOid) reasons.push(bad('the time stamp has no information about a time'))
  if (certificate !== undefined && !isNamedCertificate(own, certificate)) {
    reasons.push(bad('the time stamp names another certificate than the one that signed it'))
  }
  const signed = { type: tstInfoOid, bytes: content }
  return finish({ kind: 'rfc3161', info, own, certificate, signed, reasons }, pool, { left, trust })
}

function counterStamp(
  value: DerItem,
  { signer, certificates, left }: Stamped,
  trust: Trust,
): TimeStamp | undefined {
  const own = signerOf(value)
  if (own === undefined) return undefined
  const seconds = timeOf(attributeValue(own.signedAttributes, attributeOid.signingTime))
  if (seconds === undefined) return undefined
  const info = { time: new Date(seconds * 1000).toISOString().replace('.000Z', 'Z'), timeMs: seconds * 1000 }
  const certificate = signerCertificate(own, certificates)
  const signed = { type: undefined, bytes: signer.signature }
  return finish({ kind: 'pkcs9', info, own, certificate, signed, reasons: [] }, certificates, { left, trust })
}

interface Draft {
  readonly kind: TimeStamp['kind']
  readonly info: { readonly time: string; readonly timeMs: number }
  readonly own: Signer
  readonly certificate: Certificate | undefined
  readonly signed: { readonly type: string | undefined; readonly bytes: Uint8Array }
  readonly reasons: Reason[]
}

function finish(
  { kind, info, own, certificate, signed, reasons }: Draft,
  others: readonly Certificate[],
  { left, trust }: { left: Effort; trust: Trust },
): TimeStamp {
  const { time, timeMs } = info
  if (certificate === undefined) {
    const missing = bad('the certificate of the time-stamping service is not in the signature')
    return { kind, time, timeMs, certificate, chain: undefined, reasons: [...reasons, missing] }
  }
  for (const { text } of signatureReasons(own, certificate, signed, left))
    reasons.push(bad(`time stamp: ${text}`))
  const question = {
    leaf: certificate,
    others,
    usage: usage.timeStamping,
    atMs: timeMs,
    isTimeProven: true,
    left,
  }
  const chain = chainOf(question, trust)
  const ownReasons = chain.reasons.map(({ code, text }) => ({ code, text: `time stamp: ${text}` }))
  return { kind, time, timeMs, certificate, chain, reasons: [...reasons, ...ownReasons] }
}

function bad(text: string): Reason {
  return { code: 'TRUST_E_TIME_STAMP', text }
}

function readAll(token: SignedData, { pool }: Trust): Certificate[] {
  return token.certificates.flatMap((bytes) => pool.read(bytes) ?? [])
}

function isDigest(name: string, bytes: Uint8Array, digest: Uint8Array): boolean {
  const actual = createHash(name).update(bytes).digest()
  return actual.length === digest.length && timingSafeEqual(actual, digest)
}

/** RFC 3161, 2.4.2. */
function tstInfoOf(item: DerItem | undefined): TstInfo | undefined {
  if (item?.tag !== derTag.sequence) return undefined
  const cursor = DerCursor.into(item)
  const version = cursor.expect(derTag.integer)
  const policy = cursor.next()
  const imprint = cursor.expect(derTag.sequence)
  const serial = cursor.expect(derTag.integer)
  const time = cursor.expect(derTag.generalizedTime)
  const seconds = timeOf(time)
  if (version === undefined || policy === undefined || imprint === undefined) return undefined
  if (serial === undefined || time === undefined || seconds === undefined) return undefined
  const inside = DerCursor.into(imprint)
  const algorithm = algorithmOf(inside.next())
  const digest = inside.expect(derTag.octetString)
  if (algorithm === undefined || digest === undefined) return undefined
  const fraction = /[.,](\d{1,7})/.exec(Buffer.from(contentsOf(time)).toString('latin1'))?.[1]
  const whole = new Date(seconds * 1000).toISOString().replace('.000Z', '')
  return {
    imprintDigest: digestOf(algorithm),
    imprint: contentsOf(digest),
    time: `${whole}${fraction === undefined ? '' : `.${fraction}`}Z`,
    timeMs: seconds * 1000,
  }
}

/** The token should say by which certificate it was signed (RFC 5035): a digest of it. */
function isNamedCertificate(own: Signer, certificate: Certificate): boolean {
  const second = attributeValue(own.signedAttributes, signingCertificateV2Oid)
  const named = second ?? attributeValue(own.signedAttributes, signingCertificateOid)
  const list = named === undefined ? undefined : DerCursor.into(named).next()
  const id = list === undefined ? undefined : DerCursor.into(list).next()
  if (id === undefined) return true
  const cursor = DerCursor.into(id)
  const first = cursor.next()
  const isBare = first?.tag === derTag.octetString
  const hash = isBare ? first : cursor.next()
  const algorithm = isBare ? undefined : algorithmOf(first)
  const initial = second === undefined ? 'sha1' : 'sha256'
  const name = algorithm === undefined ? initial : digestOf(algorithm)
  // A digest that is not known proves nothing, and refutes nothing.
  if (hash === undefined || oidOf(first) !== undefined || name === undefined) return true
  return isDigest(name, certificate.bytes, contentsOf(hash))
}
