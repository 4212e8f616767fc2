// One program through all readers: structure, digests, signature, risk.

import {
  type AuthenticodeVerifier,
  imageDigests,
  peLayoutOf,
  type TrustReport,
} from '../../evidence/authenticode/index.ts'
import {
  assessImports,
  findHashedNames,
  type ImportRisk,
  type ImportTable,
  type RiskFacts,
} from '../../evidence/import-risk/index.ts'
import { type FileHashes, hashesOf, type PeReport, readPe } from '../../evidence/pe/index.ts'
import { type EvidenceSource, memorySource } from '../../evidence/source.ts'

/** Held in memory while it is examined; a larger file is read again and again instead. */
const maxHeldBytes = 256 * 1024 * 1024

export interface Examined {
  readonly path: string
  readonly report: PeReport
  readonly hashes: FileHashes
  /** What Authenticode signs, hexadecimal. */
  readonly authentihash: { readonly sha1: string; readonly sha256: string }
  readonly trust: TrustReport
  readonly risk: ImportRisk
}

export interface Examiner {
  readonly verifier: AuthenticodeVerifier
  readonly table: ImportTable
  readonly nowMs: number
}

/** Undefined: not a PE file. */
export function examine(path: string, file: EvidenceSource, examiner: Examiner): Examined | undefined {
  const layout = peLayoutOf(file)
  if (layout === undefined) return undefined
  const source = file.size <= maxHeldBytes ? memorySource(file.read(0, file.size)) : file
  const report = readPe(source, examiner.nowMs)
  const trust = examiner.verifier.verify(source)
  if (report === undefined || trust === undefined) return undefined
  const digests = imageDigests(source, layout, ['sha1', 'sha256'])
  const hex = (name: 'sha1' | 'sha256'): string => digests.get(name)?.toString('hex') ?? ''
  return {
    path,
    report,
    hashes: hashesOf(source),
    authentihash: { sha1: hex('sha1'), sha256: hex('sha256') },
    trust,
    risk: assessImports(riskFacts(report, trust, source), examiner.table),
  }
}

function riskFacts(report: PeReport, trust: TrustReport, source: EvidenceSource): RiskFacts {
  const company = report.versionInfo?.strings['CompanyName']
  return {
    kind: report.kind,
    imports: report.imports,
    isDotNet: report.dotNet !== undefined,
    signature: standingOf(trust),
    anomalies: report.anomalies,
    hashed: findHashedNames(codeOf(report, source)),
    ...(company === undefined ? {} : { companyName: company }),
  }
}

function* codeOf({ sections }: PeReport, source: EvidenceSource): Generator<Uint8Array> {
  for (const { access, rawOffset, rawSize } of sections) {
    if (access.endsWith('x')) yield source.read(rawOffset, Math.min(rawSize, maxHeldBytes))
  }
}

function standingOf({ status, code }: TrustReport): RiskFacts['signature'] {
  switch (status) {
    case 'valid':
      return 'valid'
    case 'unknown':
      return 'unknown'
    case 'unsigned':
      return 'none'
    case 'invalid':
      if (code === 'TRUST_E_BAD_DIGEST' || code === 'NTE_BAD_SIGNATURE') return 'broken'
      return code === 'CERT_E_EXPIRED' ? 'expired' : 'untrusted'
  }
}
