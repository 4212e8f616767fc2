// From a signer's certificate to a root that is believed (RFC 5280, section 6, as Windows applies it to signed programs):
// all ways are tried, the one with the least against it counts.

import type { Certificate } from './certificate.ts'
import type { CertificatePool, Effort } from './certificate-pool.ts'
import { mayName } from './name-constraints.ts'
import type { Reason } from './reason.ts'
import type { RevocationList } from './revocation.ts'
import type { RootStore } from './root-store.ts'

const maxDepth = 10
/** Cross-signed roots make a handful of ways. */
const maxWays = 24
const maxSteps = 400
const keyCertSign = 5
const anyUsage = '2.5.29.37.0'

export const usage = { codeSigning: '1.3.6.1.5.5.7.3.3', timeStamping: '1.3.6.1.5.5.7.3.8' } as const

export interface Trust {
  readonly roots: RootStore
  readonly pool: CertificatePool
  readonly revocationLists: readonly RevocationList[]
  /** SHA-1 or SHA-256 thumbprints in lower case of certificates that nobody shall believe. */
  readonly distrusted: ReadonlySet<string>
  /** Issuers that files may have left out. */
  readonly intermediates: readonly Certificate[]
}

export interface ChainQuestion {
  readonly leaf: Certificate
  /** The certificates that came with the signature. */
  readonly others: readonly Certificate[]
  readonly usage: string
  readonly atMs: number
  /** The time is proven by a time stamp: what was revoked later does not matter. */
  readonly isTimeProven: boolean
  readonly left: Effort
}

export type Revocation = 'not-checked' | 'partly-checked' | 'good' | 'revoked'

export interface Chain {
  /** From the leaf upwards. */
  readonly path: readonly Certificate[]
  readonly isTrusted: boolean
  readonly reasons: readonly Reason[]
  readonly revocation: Revocation
}

export function chainOf(question: ChainQuestion, trust: Trust): Chain {
  const ways = waysOf(question, trust)
  let best: Chain | undefined
  for (const way of ways) {
    const chain = judge(way, question, trust)
    if (chain.reasons.length === 0) return chain
    if (best === undefined || isBetter(chain, best)) best = chain
  }
  return best ?? judge({ path: [question.leaf], end: 'cut' }, question, trust)
}

function isBetter(a: Chain, b: Chain): boolean {
  if (a.isTrusted !== b.isTrusted) return a.isTrusted
  return a.reasons.length < b.reasons.length
}

interface Way {
  readonly path: readonly Certificate[]
  readonly end: 'root' | 'self-signed' | 'cut'
}

/** Depth first, roots before what the file brings. */
function waysOf({ leaf, others, left }: ChainQuestion, { roots, pool, intermediates }: Trust): Way[] {
  const ways: Way[] = []
  const open: (readonly Certificate[])[] = [[leaf]]
  for (let steps = 0; steps < maxSteps && ways.length < maxWays; steps++) {
    const path = open.pop()
    const last = path?.at(-1)
    if (path === undefined || last === undefined) break
    if (roots.has(last)) {
      ways.push({ path, end: 'root' })
      continue
    }
    const isSelfIssued = last.issuerKey === last.subjectKey
    const issuers =
      path.length >= maxDepth
        ? []
        : [...roots.named(last.issuerKey), ...others, ...intermediates].filter(
            (issuer) =>
              issuer.subjectKey === last.issuerKey &&
              hasNamedKey(last, issuer) &&
              !path.some(({ sha256 }) => sha256 === issuer.sha256) &&
              pool.isIssuedBy(last, issuer, left),
          )
    if (issuers.length === 0) {
      const isOwnIssuer = isSelfIssued && pool.isIssuedBy(last, last, left)
      ways.push({ path, end: isOwnIssuer ? 'self-signed' : 'cut' })
    }
    for (const issuer of distinct(issuers).toReversed()) open.push([...path, issuer])
  }
  return ways
}

function hasNamedKey(certificate: Certificate, issuer: Certificate): boolean {
  const { authorityKeyId } = certificate.extensions
  const { subjectKeyId } = issuer.extensions
  return authorityKeyId === undefined || subjectKeyId === undefined || authorityKeyId === subjectKeyId
}

function distinct(certificates: readonly Certificate[]): Certificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.sha256, certificate])).values()]
}

function judge({ path, end }: Way, question: ChainQuestion, trust: Trust): Chain {
  const reasons: Reason[] = []
  const last = path.at(-1)
  if (end === 'self-signed') {
    const what = path.length === 1 ? 'the certificate signs itself and' : 'the chain ends at a root that'
    reasons.push({ code: 'CERT_E_UNTRUSTEDROOT', text: `${what} is not among the roots that are believed` })
  } else if (end === 'cut') {
    const issuer = last === undefined ? '' : `: ${nameOf(last.x509.issuer)}`
    reasons.push({ code: 'CERT_E_CHAINING', text: `the certificate of an issuer is not at hand${issuer}` })
  }
  for (const [index, certificate] of path.entries()) {
    const isAnchor = end === 'root' && index === path.length - 1
    reasons.push(...ownReasons(certificate, question, trust))
    if (!isAnchor) reasons.push(...extensionReasons(path, index))
    if (!isAnchor || index === 0) reasons.push(...usageReasons(certificate, question.usage))
  }
  const { revocation, revoked } = revocationOf(path, question, trust)
  reasons.push(...revoked)
  return { path, isTrusted: end === 'root', reasons, revocation }
}

function ownReasons(certificate: Certificate, { atMs }: ChainQuestion, { distrusted }: Trust): Reason[] {
  const reasons: Reason[] = []
  const who = nameOf(certificate.x509.subject)
  if (distrusted.has(certificate.sha1) || distrusted.has(certificate.sha256)) {
    reasons.push({
      code: 'TRUST_E_EXPLICIT_DISTRUST',
      text: `the certificate of ${who} is on the list of distrusted ones`,
    })
  }
  if (atMs < certificate.notBeforeMs) {
    reasons.push({ code: 'CERT_E_EXPIRED', text: `the certificate of ${who} was not valid yet` })
  } else if (atMs > certificate.notAfterMs) {
    const ended = new Date(certificate.notAfterMs).toISOString().slice(0, 10)
    reasons.push({ code: 'CERT_E_EXPIRED', text: `the certificate of ${who} expired on ${ended}` })
  }
  return reasons
}

/** What a certificate may not be, given its place in the path. A root that is believed is believed as it is. */
function extensionReasons(path: readonly Certificate[], index: number): Reason[] {
  const certificate = path[index]
  if (certificate === undefined) return []
  const reasons: Reason[] = []
  const { basicConstraints, keyUsage, unknownCritical, nameConstraints } = certificate.extensions
  const who = nameOf(certificate.x509.subject)
  if (unknownCritical.length > 0) {
    const text = `the certificate of ${who} has a critical extension that is not understood: ${unknownCritical[0] ?? ''}`
    reasons.push({ code: 'CERT_E_CRITICAL', text })
  }
  if (index === 0) return reasons
  if (basicConstraints?.isCa !== true || (keyUsage !== undefined && !keyUsage.includes(keyCertSign))) {
    reasons.push({ code: 'TRUST_E_BASIC_CONSTRAINTS', text: `${who} may not issue certificates` })
  }
  const below = path.slice(1, index).filter(({ issuerKey, subjectKey }) => issuerKey !== subjectKey).length
  if (below > (basicConstraints?.pathLength ?? below)) {
    reasons.push({
      code: 'TRUST_E_BASIC_CONSTRAINTS',
      text: `there are more authorities below ${who} than it may have`,
    })
  }
  if (nameConstraints !== undefined) {
    const isOutside = path.slice(0, index).some(({ subjectKey }) => !mayName(nameConstraints, subjectKey))
    if (isOutside)
      reasons.push({ code: 'CERT_E_INVALID_NAME', text: `${who} may not issue certificates for this name` })
  }
  return reasons
}

function usageReasons(certificate: Certificate, wanted: string): Reason[] {
  const usages = certificate.extensions.extendedKeyUsage
  if (usages === undefined || usages.includes(wanted) || usages.includes(anyUsage)) return []
  const what = wanted === usage.codeSigning ? 'sign programs' : 'stamp times'
  return [
    {
      code: 'CERT_E_WRONG_USAGE',
      text: `the certificate of ${nameOf(certificate.x509.subject)} is not meant to ${what}`,
    },
  ]
}

function revocationOf(
  path: readonly Certificate[],
  { atMs, isTimeProven, left }: ChainQuestion,
  { revocationLists }: Trust,
): { revocation: Revocation; revoked: Reason[] } {
  const revoked: Reason[] = []
  let checked = 0
  for (let index = 0; index + 1 < path.length; index++) {
    const certificate = path[index]
    const issuer = path[index + 1]
    if (certificate === undefined || issuer === undefined) break
    const lists = revocationLists.filter(
      (list) => list.issuerKey === certificate.issuerKey && list.isSignedBy(issuer, left),
    )
    if (lists.length > 0) checked += 1
    for (const list of lists) {
      const entry = list.revoked.get(certificate.serial)
      if (entry === undefined || (isTimeProven && entry.atMs > atMs)) continue
      const day = new Date(entry.atMs).toISOString().slice(0, 10)
      const why = entry.isKeyCompromise ? ', because its key was stolen' : ''
      const text = `the certificate of ${nameOf(certificate.x509.subject)} was revoked on ${day}${why}`
      revoked.push({ code: 'CERT_E_REVOKED', text })
      break
    }
  }
  if (revoked.length > 0) return { revocation: 'revoked', revoked }
  if (checked === 0) return { revocation: 'not-checked', revoked }
  return { revocation: checked === path.length - 1 ? 'good' : 'partly-checked', revoked }
}

/** The common name, or the last part of a name without one. */
export function nameOf(distinguished: string): string {
  const parts = distinguished.split('\n')
  const common = parts.findLast((part) => part.startsWith('CN='))
  return (common ?? parts.findLast((part) => part.startsWith('O=')) ?? parts.at(-1) ?? '').replace(
    /^[A-Za-z0-9.]+=/,
    '',
  )
}
