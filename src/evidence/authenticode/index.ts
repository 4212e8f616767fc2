// Authenticode: signatures of Windows programs, verified offline.

export { addCatalogs, CatalogIndex, catalogOf } from './catalog.ts'
export { type Certificate, certificateOf } from './certificate.ts'
export type { CertificateFacts, TimeStampFacts } from './facts.ts'
export type { DigestName } from './algorithm.ts'
export { imageDigests } from './pe-digest.ts'
export { type PeLayout, peLayoutOf } from './pe-layout.ts'
export type { Reason } from './reason.ts'
export { readRevocationLists, type RevocationList } from './revocation.ts'
export { addRoots, readCertificates, RootStore } from './root-store.ts'
export type { SignatureResult } from './signature.ts'
export { AuthenticodeVerifier, type TrustReport, type TrustStatus, type VerifierOptions } from './verifier.ts'
