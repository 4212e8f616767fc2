// The programs that traces name, as they lie in the examined tree: digest, signature, what they may do. Each is examined once.

import { createHash } from 'node:crypto'

import {
  AuthenticodeVerifier,
  CatalogIndex,
  catalogOf,
  type RootStore,
} from '../../evidence/authenticode/index.ts'
import type { ImageFacts } from '../../evidence/process-creation/index.ts'
import type { ImportTable } from '../../evidence/import-risk/index.ts'
import type { Notes } from '../../evidence/note.ts'
import type { EvidenceSource } from '../../evidence/source.ts'
import type { EvidenceTree } from '../../evidence/tree.ts'
import { examine, type Examined } from './examine.ts'
import { CaseFolding, treePathOf } from './windows-path.ts'

const maxPrograms = 20_000
const maxProgramBytes = 256 * 1024 * 1024
const hashChunkBytes = 1024 * 1024
const catalogFolder = '/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}'
const maxCatalogs = 8000
const maxCatalogBytes = 256 * 1024 * 1024

export interface ProgramFacts {
  /** In the tree. */
  readonly path: string
  readonly size: number
  readonly sha256?: string
  /** `unknown`: no signature of its own, and no catalogs were there to look it up. `script`: no PE file. */
  readonly status: 'valid' | 'invalid' | 'unsigned' | 'unknown' | 'script'
  readonly code?: string
  readonly signer?: string
  readonly company?: string
  readonly product?: string
  readonly risk?: { readonly score: number; readonly level: string; readonly reasons: readonly string[] }
}

interface Looked {
  readonly facts: ProgramFacts
  readonly image?: ImageFacts
}

export interface ProgramOptions {
  readonly roots: RootStore
  readonly table: ImportTable
  readonly nowMs: number
  readonly notes: Notes
}

export class Programs {
  readonly #tree: EvidenceTree
  readonly #options: ProgramOptions
  readonly #folding: CaseFolding
  readonly #known = new Map<string, Looked | undefined>()
  #verifier: AuthenticodeVerifier | undefined
  #hasCatalogs = false
  examined = 0

  constructor(tree: EvidenceTree, options: ProgramOptions) {
    this.#tree = tree
    this.#options = options
    this.#folding = new CaseFolding(tree)
  }

  get hasCatalogs(): boolean {
    return this.#hasCatalogs
  }

  /** `image`: as Windows writes it. Undefined: the file is not in the tree. */
  factsOf(image: string): ProgramFacts | undefined {
    return this.#looked(image)?.facts
  }

  /** What Sysmon would say of a program: of the file that lies there now. */
  imageOf(image: string): ImageFacts | undefined {
    return this.#looked(image)?.image
  }

  #looked(image: string): Looked | undefined {
    const wanted = treePathOf(image)
    if (wanted === undefined) return undefined
    const key = wanted.toLowerCase()
    if (this.#known.has(key)) return this.#known.get(key)
    if (this.#known.size >= maxPrograms) return undefined
    const looked = this.#look(wanted)
    this.#known.set(key, looked)
    return looked
  }

  #look(wanted: string): Looked | undefined {
    const path = this.#folding.find(wanted) ?? this.#folding.find(`${wanted}.exe`)
    if (path === undefined || this.#tree.stat(path)?.kind !== 'file') return undefined
    using source = this.#tree.open(path)
    if (source === undefined) return undefined
    this.examined += 1
    if (source.size > maxProgramBytes) return { facts: { path, size: source.size, status: 'unknown' } }
    this.#verifier ??= this.#makeVerifier()
    const verifier = this.#verifier
    const { table, nowMs } = this.#options
    const examined = examine(path, source, { verifier, table, nowMs })
    return examined === undefined
      ? { facts: { path, size: source.size, sha256: digestOf(source), status: 'script' } }
      : { facts: factsOf(examined, source.size), image: imageOf(examined) }
  }

  #makeVerifier(): AuthenticodeVerifier {
    const catalogs = this.#catalogs()
    return new AuthenticodeVerifier({
      roots: this.#options.roots,
      intermediates: [],
      revocationLists: [],
      distrusted: new Set(),
      ...(catalogs === undefined ? {} : { catalogs }),
      atMs: this.#options.nowMs,
    })
  }

  #catalogs(): CatalogIndex | undefined {
    const folder = this.#folding.find(catalogFolder)
    if (folder === undefined) return undefined
    const index = new CatalogIndex()
    let count = 0
    let bytes = 0
    for (const { name, kind } of this.#tree.list(folder)) {
      if (kind !== 'file' || !/\.cat$/i.test(name)) continue
      if (count >= maxCatalogs || bytes >= maxCatalogBytes) {
        this.#options.notes.add(`only the first ${count} catalogs of signatures were read`)
        break
      }
      using source = this.#tree.open(`${folder}/${name}`)
      if (source === undefined || source.size > maxCatalogBytes - bytes) continue
      bytes += source.size
      const catalog = catalogOf(source.read(0, source.size), name)
      if (catalog === undefined) continue
      index.add(catalog)
      count += 1
    }
    this.#hasCatalogs = count > 0
    return count === 0 ? undefined : index
  }
}

function factsOf(examined: Examined, size: number): ProgramFacts {
  const { path, hashes, trust, risk, report } = examined
  const best = trust.signatures.find(({ status }) => status === trust.status) ?? trust.signatures[0]
  const signer = /(?:^|, )CN=([^,]{1,100})/.exec(best?.signer?.subject ?? '')?.[1]
  const { CompanyName: company, ProductName: product } = report.versionInfo?.strings ?? {}
  return {
    path,
    size,
    sha256: hashes.sha256,
    // Most of Windows is signed by catalogs: without them the verifier calls nothing unsigned.
    status: trust.status,
    ...(trust.code === 'OK' ? {} : { code: trust.code }),
    ...(signer === undefined ? {} : { signer }),
    ...(company === undefined ? {} : { company }),
    ...(product === undefined ? {} : { product }),
    risk: { score: risk.score, level: risk.level, reasons: risk.reasons.slice(0, 5).map(({ text }) => text) },
  }
}

function imageOf({ report, hashes }: Examined): ImageFacts {
  const {
    FileVersion: fileVersion,
    FileDescription: description,
    ProductName: product,
    CompanyName: company,
    OriginalFilename: originalFileName,
  } = report.versionInfo?.strings ?? {}
  return {
    ...(fileVersion === undefined ? {} : { fileVersion }),
    ...(description === undefined ? {} : { description }),
    ...(product === undefined ? {} : { product }),
    ...(company === undefined ? {} : { company }),
    ...(originalFileName === undefined ? {} : { originalFileName }),
    ...(report.importHash === undefined ? {} : { importHash: report.importHash }),
    hashes,
  }
}

function digestOf(source: EvidenceSource): string {
  const hash = createHash('sha256')
  for (let at = 0; at < source.size; at += hashChunkBytes) {
    const bytes = source.read(at, hashChunkBytes)
    if (bytes.length === 0) break
    hash.update(bytes)
  }
  return hash.digest('hex')
}
