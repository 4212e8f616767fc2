// The library: Engine → instance → scan → Verdict; version; unload. Scans are synchronous, so that a gate worker answers
// in one breath; N instances, also in other threads, share one compiled database. Loaded by load.ts, attached by attach.ts.

import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'

import { AppError, messageOf } from '../base/app-error.ts'
import type { CureOutcome, Verdict } from '../model/index.ts'
import type { CureRequest } from './cure/cure.ts'
import { createDetectors } from './detectors/index.ts'
import type { FileFacts } from './detectors/detector.ts'
import type { HashDatabase, SharedHashDatabase } from './detectors/hash/index.ts'
import type { Variables } from './detectors/yara/index.ts'
import type { Format } from './formats/format.ts'
import { formats } from './formats/index.ts'
import { Budget, defaultLimits, type Limits, type Pulse, type Slice } from './limits.ts'
import type { SharedImage } from './image.ts'
import { kernelModule } from './matcher/kernel/kernel.ts'
import { loadPlugins } from './plugins/load-plugins.ts'
import { Heads, type Parts, scan, type TraceStep } from './scan.ts'
import { bytesSource, maxRead } from './source/byte-source.ts'
import { fdSource } from './source/fd-source.ts'
import { type CatalogRule, rulesOf } from './signatures/catalog.ts'
import { type SevenZipFiles, sevenZipFiles } from './seven-zip/load.ts'
import type { ContentFolder } from './signatures/content.ts'
import { noCounts } from './signatures/database-counts.ts'
import type { SignatureCounts, Signatures } from './signatures/signatures.ts'

export interface EngineOptions {
  readonly limits?: Partial<Limits>
  /** Files of `hash[:size]:name` lines; see detectors/hash. */
  readonly hashLists?: readonly string[]
  /** Files and folders of YARA rules; `NAMESPACE:PATH` names the namespace of their rules. */
  readonly rules?: readonly string[]
  /** ClamAV databases: files such as `daily.cvd`, and folders of them. */
  readonly databases?: readonly string[]
  /** Folders with rules, databases and hash lists together. */
  readonly folders?: readonly ContentFolder[]
  /** External variables of YARA rules, beside filename, filepath, extension, filetype and owner. */
  readonly variables?: Variables
  /** Folder for compiled signatures; without it every load compiles them. */
  readonly cache?: string
  /** Folders with a plugin.json; see plugins/load-plugins.ts. */
  readonly plugins?: readonly string[]
  /** Tried on encrypted members. */
  readonly passwords?: readonly string[]
  readonly heuristics?: HeuristicOptions
}

export interface HeuristicOptions {
  /** Findings below this score are not told: 1–100, 101 for none at all. Default 60. */
  readonly reportScore?: number
  /** From this score on a finding ends a `firstOnly` scan, as a signature does. Default 90. */
  readonly decisiveScore?: number
}

const defaultReportScore = 60
const defaultDecisiveScore = 90

export interface EngineVersion {
  readonly engine: string
  /** Changes whenever the loaded signatures change: 16 hexadecimal digits. */
  readonly database: string
  readonly signatures: number
  /** The rules and databases came compiled from the cache. */
  readonly cached: boolean
  readonly detectors: readonly string[]
  readonly formats: readonly string[]
}

export interface EngineCounts extends SignatureCounts {
  /** Entries of hash lists. */
  readonly hashes: number
}

/** Something in a list or a rule file that could not be used; the rest was loaded. */
export interface Problem {
  readonly file: string
  /** From 1; 0 for the file as a whole. */
  readonly line: number
  /** From 1; where a place in the line is known. */
  readonly column?: number
  readonly message: string
  /** The line and a caret below the place. */
  readonly excerpt?: string
  /** Which kind of fault in a rule it is, and in which rule. */
  readonly code?: string
  readonly rule?: string
}

/** Everything another thread needs to scan with the same database; structured-cloneable, copies no tables. */
export interface SharedEngine {
  readonly options: EngineOptions
  readonly database: string
  readonly hash: SharedHashDatabase
  readonly signatures: SharedSignatures | undefined
  readonly sevenZip: SevenZipFiles
}

interface SharedSignatures {
  readonly image: SharedImage
  /** What searches in it (matcher/kernel). */
  readonly kernel: WebAssembly.Module
  readonly counts: SignatureCounts
  readonly fromCache: boolean
}

export interface ScanOptions {
  /** First link of the chain; without it the path's base name, or `data`. Never decides what the object is. */
  readonly name?: string
  readonly limits?: Partial<Limits>
  /** What YARA rules may ask about the file; without it the path that was given. */
  readonly file?: FileFacts
  /** Size of the object behind a descriptor, where the caller knows it already. */
  readonly size?: number
  /** End at the first detection that is decisive: a signature's, or a heuristic's with a high score. */
  readonly firstOnly?: boolean
  readonly slice?: Slice
  readonly pulse?: Pulse
  /** Told what every part did with every object. */
  readonly trace?: (step: TraceStep) => void
}

export interface CureOptions extends Pick<ScanOptions, 'name' | 'file' | 'limits'> {
  /** Takes the next bytes of the rebuilt container; they are reused after the call. */
  readonly write: (bytes: Uint8Array) => void
}

export const engineVersion = '0.1.0'

function signatureCount(counts: SignatureCounts | undefined): number {
  if (counts === undefined) return 0
  const { hashes, bodies, logical, containers } = counts.databases
  return counts.rules + hashes + bodies + logical + containers
}

const searchesLast = (one: Format, other: Format): number =>
  Number(one.kind === 'search') - Number(other.kind === 'search')

/** What the instances of an engine have in common. */
interface LoadedParts extends Omit<Parts, 'heads'> {
  readonly decisiveScore: number
  /** Whether there are rules, whose first use takes longer. */
  readonly hasRules: boolean
}

interface Database {
  readonly hash: HashDatabase
  readonly signatures: Pick<Signatures, 'image' | 'counts' | 'fromCache'> | undefined
  readonly id: string
}

type Cure = (parts: Omit<Parts, 'heads'>, request: CureRequest) => CureOutcome

export interface EngineParts {
  readonly options: EngineOptions
  readonly database: Database
  readonly problems: readonly Problem[]
  /** Absent where nothing is cured: its modules need not be loaded there. */
  readonly cure?: Cure
}

export class Engine {
  readonly problems: readonly Problem[]
  readonly #options: EngineOptions
  #parts: LoadedParts | undefined
  readonly #database: Database
  readonly #cure: Cure | undefined

  /** Use `load`, `attach` or `attachScanner`. */
  constructor({ options, database, problems, cure }: EngineParts) {
    this.problems = problems
    this.#options = options
    this.#database = database
    this.#cure = cure
    const plugins = loadPlugins(options.plugins ?? [])
    this.#parts = {
      detectors: [
        ...createDetectors({
          hash: database.hash,
          signatures: database.signatures?.image,
          variables: options.variables ?? {},
          hasHeuristics: (options.heuristics?.reportScore ?? defaultReportScore) <= 100,
        }),
        ...plugins.detectors,
      ],
      // A search looks at what nobody takes, plugins neither.
      formats: [...formats, ...plugins.formats].toSorted(searchesLast),
      passwords: options.passwords ?? [],
      reportScore: options.heuristics?.reportScore ?? defaultReportScore,
      decisiveScore: options.heuristics?.decisiveScore ?? defaultDecisiveScore,
      hasRules: database.signatures !== undefined,
    }
  }

  get shared(): SharedEngine {
    const { hash, signatures, id } = this.#database
    return {
      options: this.#options,
      database: id,
      hash: hash.shared,
      signatures:
        signatures === undefined
          ? undefined
          : {
              image: signatures.image.shared,
              kernel: kernelModule(),
              counts: signatures.counts,
              fromCache: signatures.fromCache,
            },
      sevenZip: sevenZipFiles(),
    }
  }

  /** One scanner; use as many as there are threads. An instance is not re-entrant. */
  instance(): Instance {
    return new Instance(() => this.#loaded(), this.#options.limits ?? {}, this.#cure)
  }

  version(): EngineVersion {
    const parts = this.#loaded()
    return {
      engine: engineVersion,
      database: this.#database.id,
      signatures: this.#database.hash.count + signatureCount(this.#database.signatures?.counts) + 1,
      cached: this.#database.signatures?.fromCache ?? false,
      detectors: parts.detectors.map((detector) => detector.id),
      formats: parts.formats.map((format) => format.id),
    }
  }

  /** The YARA rules, in the order of their files. */
  *rules(): Generator<CatalogRule, void> {
    const { signatures } = this.#database
    if (signatures !== undefined) yield* rulesOf(signatures.image)
  }

  get counts(): EngineCounts {
    const { hash, signatures } = this.#database
    const none = { rules: 0, strings: 0, patterns: 0, databases: noCounts }
    return { ...none, ...signatures?.counts, hashes: hash.count }
  }

  /** Drops the database. Later scans of this engine's instances throw AppError `unsupported`. */
  unload(): void {
    this.#parts = undefined
  }

  #loaded(): LoadedParts {
    if (this.#parts === undefined) throw new AppError('unsupported', 'the engine was unloaded')
    return this.#parts
  }
}

/** One small object of each kind that rules are told apart by. */
const warmingHeads = ['MZ', '\x7fELF', '#!/bin/sh\n'].map((head) =>
  Buffer.from(head.padEnd(128, '\0'), 'latin1'),
)

export class Instance {
  readonly #parts: () => LoadedParts
  readonly #heads = new Heads()
  readonly #limits: Limits
  readonly #cure: Cure | undefined
  /** Lent to one scan after the other; made when the first descriptor comes. */
  #window: Uint8Array | undefined

  constructor(parts: () => LoadedParts, limits: Partial<Limits>, cure: Cure | undefined) {
    this.#parts = parts
    this.#cure = cure
    this.#limits = { ...defaultLimits, ...limits }
  }

  /**
   * Judges a path, an open descriptor (read by position, never closed) or bytes. What it contains never makes
   * this throw: a path that cannot be opened is `failed`.
   */
  scan(source: string | number | Uint8Array, options: ScanOptions = {}): Verdict {
    if (typeof source === 'string') return this.#scanPath(source, options)
    if (typeof source === 'number') return this.#scanDescriptor(source, options)
    return this.#run({ source: bytesSource(source), size: source.length }, options.name ?? 'data', options)
  }

  /** Does once what first scans do: whoever cannot wait calls it before. A few tens of milliseconds with many rules. */
  warm(): void {
    if (this.#parts().hasRules) for (const head of warmingHeads) this.scan(head)
  }

  /**
   * Writes the container behind a descriptor anew without what is malicious in it. What was written is to be scanned
   * before it is used; after `refused` it is worth nothing. Throws what `write` throws, and AppError `unsupported` where
   * the engine was attached to scan only.
   */
  cure(fd: number, options: CureOptions): CureOutcome {
    if (this.#cure === undefined) throw new AppError('unsupported', 'this engine was attached to scan only')
    const { write, name = 'data', file = { path: '', owner: '' } } = options
    const parts = this.#parts()
    const { passwords, decisiveScore } = parts
    const budget = (): Budget => new Budget({ ...this.#limits, ...options.limits })
    const source = fdSource(fd, fstatSync(fd).size, new Uint8Array(maxRead))
    return this.#cure(parts, { source, name, file, passwords, decisiveScore, budget, write })
  }

  #scanPath(path: string, options: ScanOptions): Verdict {
    const name = options.name ?? basename(path)
    let fd: number
    try {
      // O_NONBLOCK: a pipe without a writer must not hang the scanner; it has no meaning on regular files.
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    } catch (thrown) {
      return unreadable(name, messageOf(thrown))
    }
    try {
      return this.#scanDescriptor(fd, { file: { path, owner: '' }, ...options, name })
    } finally {
      closeSync(fd)
    }
  }

  #scanDescriptor(fd: number, options: ScanOptions): Verdict {
    const name = options.name ?? 'data'
    let { size } = options
    if (size === undefined) {
      try {
        const stat = fstatSync(fd)
        if (!stat.isFile()) return unreadable(name, 'not a regular file')
        size = stat.size
      } catch (thrown) {
        return unreadable(name, messageOf(thrown))
      }
    }
    this.#window ??= new Uint8Array(maxRead)
    return this.#run({ source: fdSource(fd, size, this.#window), size }, name, options)
  }

  #run(
    object: Pick<Parameters<typeof scan>[1], 'source' | 'size'>,
    name: string,
    options: ScanOptions,
  ): Verdict {
    const limits = options.limits === undefined ? this.#limits : { ...this.#limits, ...options.limits }
    const parts = this.#parts()
    return scan(
      { ...parts, heads: this.#heads },
      {
        ...object,
        name,
        budget: new Budget(limits, options.slice, options.pulse),
        firstOnly: options.firstOnly ?? false,
        decisiveScore: parts.decisiveScore,
        trace: options.trace,
        file: options.file ?? { path: '', owner: '' },
      },
    )
  }
}

function unreadable(name: string, message: string): Verdict {
  return {
    status: 'failed',
    detections: [],
    reasons: [{ code: 'unreadable', chain: [name], message }],
    size: 0,
    ms: 0,
  }
}
