// The package of a collection: written as one stream, verified, opened. FORMAT.md describes it.

export { readIdentities } from './age.ts'
export type { CaseFacts, CaseFile, PackageLimits } from './case-file.ts'
export type { Finding, FindingKind } from './findings.ts'
export { hostSigningKey, readPublicKey, readSigningKey } from './keys.ts'
export { type CollectedPackage, isPackageStart, openPackage, type OpenOptions } from './open-package.ts'
export { fileSink, type PackageSink, streamSink } from './sink.ts'
export type { Extent, KnowingSource } from './sparse.ts'
export { toolDigest } from './tool-digest.ts'
export { verifyPackage, type VerifyOptions, type VerifyResult } from './verify-package.ts'
export { type PackageProgress, writePackage, type WriteOptions, type WriteResult } from './write-package.ts'
