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
/** What every Windows has: who has it has the whole disk. */
const wholeMarks = [
  '/Windows/System32/ntdll.dll',
  '/Windows/System32/kernel32.dll',
  '/Windows/System32/NTOSKRNL.EXE',
]
/** Where a program without a folder is looked for, beside System32. */
const searched = [
  '/Windows',
  '/Windows/System32/wbem',
  '/Windows/System32/WindowsPowerShell/v1.0',
  '/Windows/SysWOW64',
]
const maxCatalogs = 8000
const maxCatalogBytes = 256 * 1024 * 1024

export interface ProgramFacts {
  /** In the tree. */
  readonly path: string
  readonly size: number
  /** Last change of the file. */
  readonly modified?: string
  readonly sha256?: string
  readonly sha1?: string
  /** `unknown`: no signature of its own, and no catalogs were there to look it up. `script`: no PE file. */
  readonly status: 'valid' | 'invalid' | 'unsigned' | 'unknown' | 'script'
  readonly code?: string
  readonly signer?: string
  readonly company?: string
  readonly product?: string
  readonly version?: string
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
  #isWhole: boolean | undefined
  #verifier: AuthenticodeVerifier | undefined
  #hasCatalogs = false
  examined = 0

  constructor(tree: EvidenceTree, options: ProgramOptions, folding = new CaseFolding(tree)) {
    this.#tree = tree
    this.#options = options
    this.#folding = folding
  }

  get hasCatalogs(): boolean {
    return this.#hasCatalogs
  }

  /** `image`: as Windows writes it; `home`: folder of the user whose variables it has. Undefined: the file is not in the tree. */
  factsOf(image: string, home?: string): ProgramFacts | undefined {
    return this.#looked(image, home)?.facts
  }

  /**
   * Whether a program is named that the disk does not have. Never where the tree holds a part of a disk only, as a collection
   * does, nor of what lies elsewhere.
   */
  isMissing(image: string, home?: string): boolean {
    if (image === '') return false
    const wanted = treePathOf(image, home)
    if (wanted === undefined || this.#pathOf(wanted) !== undefined) return false
    this.#isWhole ??= wholeMarks.some((path) => this.#folding.has(path))
    return this.#isWhole
  }

  /** What Sysmon would say of a program: of the file that lies there now. */
  imageOf(image: string): ImageFacts | undefined {
    return this.#looked(image)?.image
  }

  #looked(image: string, home?: string): Looked | undefined {
    const wanted = treePathOf(image, home)
    if (wanted === undefined) return undefined
    const key = wanted.toLowerCase()
    if (this.#known.has(key)) return this.#known.get(key)
    if (this.#known.size >= maxPrograms) return undefined
    const looked = this.#look(wanted)
    this.#known.set(key, looked)
    return looked
  }

  /** As the tree writes it, with the ending and the folders that Windows tries. */
  #pathOf(wanted: string): string | undefined {
    const bare = /^\/Windows\/System32\/([^/]+)$/.exec(wanted)?.[1]
    const places = bare === undefined ? [wanted] : [wanted, ...searched.map((folder) => `${folder}/${bare}`)]
    for (const place of places) {
      const path = this.#folding.locate(place) ?? this.#folding.locate(`${place}.exe`)
      if (path !== undefined && this.#tree.stat(path)?.kind === 'file') return path
    }
    return undefined
  }

  #look(wanted: string): Looked | undefined {
    const path = this.#pathOf(wanted)
    if (path === undefined) return undefined
    using source = this.#tree.open(path)
    if (source === undefined) return undefined
    this.examined += 1
    const { modified } = this.#tree.stat(path)?.times ?? {}
    const file = { path, size: source.size, ...(modified === undefined ? {} : { modified }) }
    if (source.size > maxProgramBytes) return { facts: { ...file, status: 'unknown' } }
    this.#verifier ??= this.#makeVerifier()
    const verifier = this.#verifier
    const { table, nowMs } = this.#options
    const examined = examine(path, source, { verifier, table, nowMs })
    return examined === undefined
      ? { facts: { ...file, sha256: digestOf(source), status: 'script' } }
      : { facts: { ...file, ...factsOf(examined) }, image: imageOf(examined) }
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
    const folder = this.#folding.locate(catalogFolder)
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

function factsOf({ hashes, trust, risk, report }: Examined): Omit<ProgramFacts, 'path' | 'size'> {
  const best = trust.signatures.find(({ status }) => status === trust.status) ?? trust.signatures[0]
  const signer = /(?:^|, )CN=([^,]{1,100})/.exec(best?.signer?.subject ?? '')?.[1]
  const { CompanyName: company, ProductName: product } = report.versionInfo?.strings ?? {}
  const version = report.versionInfo?.fileVersion
  return {
    sha256: hashes.sha256,
    sha1: hashes.sha1,
    // Most of Windows is signed by catalogs: without them the verifier calls nothing unsigned.
    status: trust.status,
    ...(trust.code === 'OK' ? {} : { code: trust.code }),
    ...(signer === undefined ? {} : { signer }),
    ...(company === undefined ? {} : { company }),
    ...(product === undefined ? {} : { product }),
    ...(version === undefined ? {} : { version }),
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
