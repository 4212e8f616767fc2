// Signatures of PKCS #7 (CMS) as Authenticode uses them, and the X.509 certificates in them.

export type { DigestName } from './algorithm.ts'
export { type AuthenticodeSignature, authenticodeOf } from './authenticode.ts'
export type { Certificate } from './certificate.ts'
export type { Countersignature } from './countersignature.ts'
export { effort } from './verify.ts'
