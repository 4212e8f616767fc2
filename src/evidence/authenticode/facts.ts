// What is told of certificates and time stamps: plain data with the names that certificates themselves use.

import type { Certificate } from './certificate.ts'
import type { Chain } from './chain.ts'
import type { Reason } from './reason.ts'
import type { TimeStamp } from './time-stamp.ts'

export interface CertificateFacts {
  /** One line, `CN=Example, O=Example, C=KR`. */
  readonly subject: string
  readonly issuer: string
  /** Hexadecimal. */
  readonly serialNumber: string
  /** SHA-1, as Windows shows it. */
  readonly thumbprint: string
  readonly sha256: string
  readonly notBefore: string
  readonly notAfter: string
  readonly extendedKeyUsage?: readonly string[]
}

export function factsOf(certificate: Certificate): CertificateFacts {
  const { x509, serial, sha1, sha256, notBeforeMs, notAfterMs, extensions } = certificate
  return {
    subject: oneLine(x509.subject),
    issuer: oneLine(x509.issuer),
    serialNumber: serial,
    thumbprint: sha1,
    sha256,
    notBefore: timeText(notBeforeMs),
    notAfter: timeText(notAfterMs),
    ...(extensions.extendedKeyUsage === undefined ? {} : { extendedKeyUsage: extensions.extendedKeyUsage }),
  }
}

function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').toReversed().join(', ')
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

export interface TimeStampFacts {
  readonly kind: TimeStamp['kind']
  /** ISO 8601. */
  readonly time: string
  readonly status: 'valid' | 'invalid'
  readonly reasons: readonly Reason[]
  readonly signer?: CertificateFacts
  readonly chain: readonly CertificateFacts[]
}

export function timeStampFacts({ kind, time, reasons, certificate, chain }: TimeStamp): TimeStampFacts {
  return {
    kind,
    time,
    status: reasons.length === 0 ? 'valid' : 'invalid',
    reasons,
    ...(certificate === undefined ? {} : { signer: factsOf(certificate) }),
    chain: chainFacts(chain),
  }
}

export function chainFacts(chain: Chain | undefined): CertificateFacts[] {
  return (chain?.path ?? []).map(factsOf)
}
