// The library: load → Engine → instance → scan → Verdict; version; unload. Scans are synchronous, so that a gate
// worker answers in one breath; N instances, also in other threads, share one compiled database.

import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { AppError, messageOf } from '../base/app-error.ts'
import type { Verdict } from '../model/index.ts'
import { createDetectors } from './detectors/index.ts'
import {
  attachHashDatabase,
  type HashDatabase,
  loadHashLists,
  type SharedHashDatabase,
} from './detectors/hash/index.ts'
import { formats } from './formats/index.ts'
import { Budget, defaultLimits, type Limits, type Pulse, type Slice } from './limits.ts'
import { loadPlugins } from './plugins/load-plugins.ts'
import { Heads, type Parts, scan, type TraceStep } from './scan.ts'
import { bytesSource, maxRead } from './source/byte-source.ts'
import { fdSource } from './source/fd-source.ts'

export interface EngineOptions {
  readonly limits?: Partial<Limits>
  /** Files of `hash[:size]:name` lines; see detectors/hash. */
  readonly hashLists?: readonly string[]
  /** Folders with a plugin.json; see plugins/load-plugins.ts. */
  readonly plugins?: readonly string[]
  /** Tried on encrypted members. */
  readonly passwords?: readonly string[]
}

export interface EngineVersion {
  readonly engine: string
  /** Changes whenever the loaded signatures change: 16 hexadecimal digits. */
  readonly database: string
  readonly signatures: number
  readonly detectors: readonly string[]
  readonly formats: readonly string[]
}

/** A line of a list that could not be used; the rest was loaded. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly message: string
}

/** Everything another thread needs to scan with the same database; structured-cloneable, copies no tables. */
export interface SharedEngine {
  readonly options: EngineOptions
  readonly database: string
  readonly hash: SharedHashDatabase
}

export interface ScanOptions {
  /** First link of the chain; without it the path's base name, or `data`. Never decides what the object is. */
  readonly name?: string
  readonly limits?: Partial<Limits>
  /** Size of the object behind a descriptor, where the caller knows it already. */
  readonly size?: number
  /** End at the first detection. */
  readonly firstOnly?: boolean
  readonly slice?: Slice
  readonly pulse?: Pulse
  /** Told what every part did with every object. */
  readonly trace?: (step: TraceStep) => void
}

export const engineVersion = '0.1.0'

/** Compiles the lists and loads the plugins. Throws AppError when a file cannot be read or a plugin is wrong. */
export function load(options: EngineOptions = {}): Engine {
  const files = (options.hashLists ?? []).map((name) => ({ name, bytes: readList(name) }))
  const { database, problems } = loadHashLists(files)
  const digest = createHash('sha256').update(engineVersion)
  for (const file of files) digest.update(createHash('sha256').update(file.bytes).digest())
  return new Engine(options, { hash: database, id: digest.digest('hex').slice(0, 16) }, problems)
}

/** The same engine in another thread. */
export function attach(shared: SharedEngine): Engine {
  return new Engine(shared.options, { hash: attachHashDatabase(shared.hash), id: shared.database }, [])
}

/** What the instances of an engine have in common. */
type LoadedParts = Omit<Parts, 'heads'>

interface Database {
  readonly hash: HashDatabase
  readonly id: string
}

export class Engine {
  readonly problems: readonly Problem[]
  readonly #options: EngineOptions
  #parts: LoadedParts | undefined
  readonly #database: Database

  /** Use `load` or `attach`. */
  constructor(options: EngineOptions, database: Database, problems: readonly Problem[]) {
    this.problems = problems
    this.#options = options
    this.#database = database
    const plugins = loadPlugins(options.plugins ?? [])
    this.#parts = {
      detectors: [...createDetectors({ hash: database.hash }), ...plugins.detectors],
      formats: [...formats, ...plugins.formats],
      passwords: options.passwords ?? [],
    }
  }

  get shared(): SharedEngine {
    return { options: this.#options, database: this.#database.id, hash: this.#database.hash.shared }
  }

  /** One scanner; use as many as there are threads. An instance is not re-entrant. */
  instance(): Instance {
    return new Instance(() => this.#loaded(), this.#options.limits ?? {})
  }

  version(): EngineVersion {
    const parts = this.#loaded()
    return {
      engine: engineVersion,
      database: this.#database.id,
      signatures: this.#database.hash.count + 1,
      detectors: parts.detectors.map((detector) => detector.id),
      formats: parts.formats.map((format) => format.id),
    }
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

export class Instance {
  readonly #parts: () => LoadedParts
  readonly #heads = new Heads()
  readonly #limits: Limits
  /** Lent to one scan after the other; made when the first descriptor comes. */
  #window: Uint8Array | undefined

  constructor(parts: () => LoadedParts, limits: Partial<Limits>) {
    this.#parts = parts
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
      return this.#scanDescriptor(fd, { ...options, name })
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
    return scan(
      { ...this.#parts(), heads: this.#heads },
      {
        ...object,
        name,
        budget: new Budget(limits, options.slice, options.pulse),
        firstOnly: options.firstOnly ?? false,
        trace: options.trace,
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

function readList(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (thrown) {
    throw new AppError('list-invalid', `cannot read the hash list ${path}: ${messageOf(thrown)}`, {
      hint: 'check the path in [engine] hash_lists or --hash-list',
      cause: thrown,
    })
  }
}
