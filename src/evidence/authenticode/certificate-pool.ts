// Certificates that were read once: signers of one publisher share theirs, and one public-key calculation for an issuer
// serves all files. Also what verifying one file may cost.

import { createHash, type KeyObject } from 'node:crypto'

import { type Certificate, certificateOf } from './certificate.ts'

const maxKept = 4096
/** Larger keys are not used: verifying one takes many milliseconds, and a hostile file has thousands. */
const maxRsaBits = 8192
const maxDsaBits = 4096

/** Calculations with public keys that one file may ask for. */
export interface Effort {
  keys: number
}

export function effort(): Effort {
  return { keys: 128 }
}

export class CertificatePool {
  readonly #read = new Map<string, Certificate | undefined>()
  readonly #issued = new Map<string, boolean>()

  /** Undefined: no certificate. */
  read(bytes: Uint8Array): Certificate | undefined {
    const key = createHash('sha1').update(bytes).digest('latin1')
    if (this.#read.has(key)) return this.#read.get(key)
    if (this.#read.size >= maxKept) this.#read.clear()
    // A copy: the bytes may be a view of a whole file.
    const certificate = certificateOf(Uint8Array.from(bytes))
    this.#read.set(key, certificate)
    return certificate
  }

  /** Whether the key of `issuer` signed `certificate`. */
  isIssuedBy(certificate: Certificate, issuer: Certificate, left: Effort): boolean {
    const key = `${certificate.sha256}${issuer.sha256}`
    const known = this.#issued.get(key)
    if (known !== undefined) return known
    if (left.keys <= 0) return false
    left.keys -= 1
    if (this.#issued.size >= maxKept) this.#issued.clear()
    const isIssued = isSignedBy(certificate, issuer)
    this.#issued.set(key, isIssued)
    return isIssued
  }
}

function isSignedBy(certificate: Certificate, issuer: Certificate): boolean {
  try {
    const key = issuer.x509.publicKey
    return isUsableKey(key) && certificate.x509.verify(key)
  } catch {
    // A key or an algorithm that OpenSSL does not take.
    return false
  }
}

export function isUsableKey(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'dsa') return modulusLength <= maxDsaBits
  return modulusLength <= maxRsaBits && publicExponent < 2n ** 33n
}
