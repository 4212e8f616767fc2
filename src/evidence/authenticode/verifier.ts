// Authenticode, offline: the signatures in a program and the catalogs that name it, against roots that somebody chose.

import type { EvidenceSource } from '../source.ts'
import type { DigestName } from './algorithm.ts'
import type { CatalogIndex } from './catalog.ts'
import type { Certificate } from './certificate.ts'
import { CertificatePool, effort } from './certificate-pool.ts'
import { readCertificateTable } from './certificate-table.ts'
import type { Trust } from './chain.ts'
import { itemOf, signedDataOf } from './cms.ts'
import { checkPageHashes } from './page-hashes.ts'
import { imageDigests } from './pe-digest.ts'
import { type PeLayout, peLayoutOf } from './pe-layout.ts'
import { hresultOf, type Reason, type TrustCode } from './reason.ts'
import type { RevocationList } from './revocation.ts'
import { revocationListOf } from './revocation.ts'
import type { RootStore } from './root-store.ts'
import { judgeCatalog, judgeEmbedded, malformed, type SignatureResult, type Subject } from './signature.ts'

export interface VerifierOptions {
  readonly roots: RootStore
  readonly intermediates?: readonly Certificate[]
  readonly revocationLists?: readonly RevocationList[]
  readonly distrusted?: ReadonlySet<string>
  /** Undefined: none were given, so a file without a signature of its own is `unknown`. */
  readonly catalogs?: CatalogIndex
  /** The time that counts where no time stamp does. */
  readonly atMs: number
}

/**
 * `valid`: a signature holds, up to a root that is believed. `invalid`: there are signatures, none holds. `unsigned`: there is
 * none, and no catalog of those given names the file. `unknown`: there is none, but no catalogs were given.
 */
export type TrustStatus = 'valid' | 'invalid' | 'unsigned' | 'unknown'

export interface TrustReport {
  readonly status: TrustStatus
  readonly code: TrustCode | 'OK'
  readonly hresult: string
  readonly reasons: readonly Reason[]
  /** What is odd about the certificate table; one sentence each. */
  readonly oddities: readonly string[]
  /** In the order of the file, nested ones behind the one that they are in; catalogs last. */
  readonly signatures: readonly SignatureResult[]
}

export class AuthenticodeVerifier {
  readonly #options: VerifierOptions
  readonly #pool = new CertificatePool()

  constructor(options: VerifierOptions) {
    this.#options = options
  }

  /** Undefined: not a PE file. Never throws for what the bytes are. */
  verify(source: EvidenceSource): TrustReport | undefined {
    const layout = peLayoutOf(source)
    if (layout === undefined) return undefined
    const table = readCertificateTable(source, layout)
    const subject = subjectOf(source, layout)
    const results: SignatureResult[] = []
    const left = effort()
    for (const { bytes } of table?.entries ?? []) {
      const data = signedDataOf(itemOf(bytes))
      if (data === undefined)
        results.push(malformed('embedded', 'an entry of the certificate table is no signature'))
      else {
        const trust = this.#trust(data.revocationLists)
        results.push(...judgeEmbedded(data, subject, { trust, atMs: this.#options.atMs, left }))
      }
    }
    const catalog = this.#byCatalog(source, layout, subject)
    if (catalog !== undefined) results.push(catalog)
    return reportOf(results, table?.oddities ?? [], {
      hasTable: table !== undefined,
      catalogs: this.#options.catalogs?.size,
    })
  }

  #trust(own: readonly Uint8Array[]): Trust {
    const { roots, intermediates = [], distrusted = new Set(), revocationLists = [] } = this.#options
    const brought = own.flatMap((bytes) => revocationListOf(bytes) ?? [])
    return {
      roots,
      intermediates,
      distrusted,
      pool: this.#pool,
      revocationLists: [...revocationLists, ...brought],
    }
  }

  #byCatalog(source: EvidenceSource, layout: PeLayout, subject: Subject): SignatureResult | undefined {
    const { catalogs, atMs } = this.#options
    if (catalogs === undefined || catalogs.size === 0) return undefined
    const names: DigestName[] = ['sha256', 'sha1']
    const unpadded = (): Buffer[] =>
      layout.table === undefined && layout.size % 8 !== 0
        ? [...imageDigests(source, layout, names, { isPadded: false }).values()]
        : []
    const digests = [...names.map((name) => subject.digest(name)), ...unpadded()]
    for (const digest of digests) {
      const catalog = catalogs.find(digest.toString('hex'))
      if (catalog === undefined) continue
      const trust = this.#trust(catalog.signedData.revocationLists)
      return judgeCatalog(catalog.signedData, { trust, atMs, left: effort() }, catalog.path)
    }
    return undefined
  }
}

function subjectOf(source: EvidenceSource, layout: PeLayout): Subject {
  const known = new Map<DigestName, Buffer>()
  return {
    digest: (name) =>
      known.getOrInsertComputed(
        name,
        () => imageDigests(source, layout, [name]).get(name) ?? Buffer.alloc(0),
      ),
    pageHashes: (hashes) => checkPageHashes(source, layout, hashes),
  }
}

interface Looked {
  readonly hasTable: boolean
  /** Undefined: none were given. */
  readonly catalogs: number | undefined
}

function reportOf(
  signatures: readonly SignatureResult[],
  oddities: readonly string[],
  { hasTable, catalogs }: Looked,
): TrustReport {
  const best = signatures.find(({ status }) => status === 'valid') ?? signatures[0]
  if (best !== undefined) {
    const { code, hresult, reasons } = best
    return { status: best.status, code, hresult, reasons, oddities, signatures }
  }
  const code = 'TRUST_E_NOSIGNATURE'
  const none = (text: string): Pick<TrustReport, 'code' | 'hresult' | 'reasons'> => ({
    code,
    hresult: hresultOf(code),
    reasons: [{ code, text }],
  })
  if (hasTable) {
    return {
      status: 'invalid',
      ...none('the certificate table has no signature that can be read'),
      oddities,
      signatures,
    }
  }
  if (catalogs === undefined || catalogs === 0) {
    const text = 'there is no signature in the file; it may be signed by a catalog that is not here'
    return { status: 'unknown', ...none(text), oddities, signatures }
  }
  const text = `there is no signature in the file, and none of ${catalogs} catalogs names it`
  return { status: 'unsigned', ...none(text), oddities, signatures }
}
