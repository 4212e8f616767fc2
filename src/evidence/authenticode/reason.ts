// Why a signature is not valid, in the words that Windows' WinVerifyTrust has for it (winerror.h), and what else should be
// known about one that is.

/** By weight: the first that holds is the result's code. */
const codes = {
  TRUST_E_NOSIGNATURE: '0x800b0100',
  CRYPT_E_BAD_ENCODE: '0x80092002',
  TRUST_E_BAD_DIGEST: '0x80096010',
  NTE_BAD_SIGNATURE: '0x80090006',
  TRUST_E_NO_SIGNER_CERT: '0x80096002',
  TRUST_E_EXPLICIT_DISTRUST: '0x800b0111',
  CERT_E_REVOKED: '0x800b010c',
  TRUST_E_TIME_STAMP: '0x80096005',
  CERT_E_UNTRUSTEDROOT: '0x800b0109',
  CERT_E_CHAINING: '0x800b010a',
  CERT_E_WRONG_USAGE: '0x800b0110',
  CERT_E_EXPIRED: '0x800b0101',
  TRUST_E_BASIC_CONSTRAINTS: '0x80096019',
  CERT_E_INVALID_NAME: '0x800b0114',
  CERT_E_CRITICAL: '0x800b0105',
} as const

export type TrustCode = keyof typeof codes

export interface Reason {
  readonly code: TrustCode
  /** One sentence. */
  readonly text: string
}

export function hresultOf(code: TrustCode | 'OK'): string {
  return code === 'OK' ? '0x00000000' : codes[code]
}

const weights = new Map(Object.keys(codes).map((code, index) => [code, index]))

/** The code that a caller of WinVerifyTrust would be given. */
export function heaviest(reasons: readonly Reason[]): TrustCode | 'OK' {
  let found: TrustCode | 'OK' = 'OK'
  let least = Number.POSITIVE_INFINITY
  for (const { code } of reasons) {
    const weight = weights.get(code) ?? least
    if (weight >= least) continue
    least = weight
    found = code
  }
  return found
}
