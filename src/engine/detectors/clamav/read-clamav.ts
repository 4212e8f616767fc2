// Reads databases into memory: hashes at once into columns, everything else as the records of database/, with the names
// that clamscan prints.

import {
  type BodyRecord,
  type ContainerRecord,
  type Counts,
  type DatabaseFile,
  type FileTypeRecord,
  type HashLine,
  type LogicalRecord,
  printedName,
  type Problem,
  readDatabase,
  type ReadOptions,
  type Sink,
} from './database/index.ts'
import { createHashStaging, type HashStaging } from './hash-staging.ts'

export interface ClamavDatabase {
  readonly hashes: HashStaging
  readonly bodies: readonly BodyRecord[]
  readonly logical: readonly LogicalRecord[]
  readonly containers: readonly ContainerRecord[]
  readonly fileTypes: readonly FileTypeRecord[]
  /** Rule files found in the databases; clamscan calls a rule of theirs `YARA.name`. */
  readonly yara: readonly ClamavYara[]
  readonly problems: readonly Problem[]
  readonly counts: ReadCounts
}

export interface ClamavYara {
  /** For messages: the path. */
  readonly name: string
  readonly official: boolean
  readonly source: Uint8Array
}

export interface ReadCounts {
  /** Entries by the extension of their file: `ndb`, `ldb`. */
  readonly loaded: Readonly<Record<string, number>>
  /** Read, but of a kind that nothing here uses, by that extension. */
  readonly unsupported: Readonly<Record<string, number>>
  /** Not for this functionality level. */
  readonly excluded: number
  /** On an ignore list. */
  readonly ignored: number
  readonly malformed: number
}

/** Databases of these kinds are read and counted, nothing more. */
const unused = new Set(['cbc', 'idb', 'pdb', 'gdb', 'wdb', 'crb', 'cfg', 'pwdb', 'cat', 'ioc'])

/** Files, folders of files, or both. What cannot be read is among the problems. */
export function readClamav(paths: readonly string[], options: ReadOptions = {}): ClamavDatabase {
  const collected = new Collected()
  for (const path of paths) readDatabase(path, collected, options)
  return collected.database()
}

class Collected implements Sink {
  readonly #hashes = createHashStaging()
  readonly #bodies: BodyRecord[] = []
  readonly #logical: LogicalRecord[] = []
  readonly #containers: ContainerRecord[] = []
  readonly #fileTypes: FileTypeRecord[] = []
  readonly #yara: ClamavYara[] = []
  readonly #problems: Problem[] = []
  readonly #loaded: Record<string, number> = {}
  readonly #unsupported: Record<string, number> = {}
  #excluded = 0
  #ignored = 0
  #malformed = 0

  database(): ClamavDatabase {
    return {
      hashes: this.#hashes,
      bodies: this.#bodies,
      logical: this.#logical,
      containers: this.#containers,
      fileTypes: this.#fileTypes,
      yara: this.#yara,
      problems: this.#problems,
      counts: {
        loaded: this.#loaded,
        unsupported: this.#unsupported,
        excluded: this.#excluded,
        ignored: this.#ignored,
        malformed: this.#malformed,
      },
    }
  }

  problem(problem: Problem): void {
    this.#problems.push(problem)
  }

  end({ extension }: DatabaseFile, counts: Readonly<Counts>): void {
    const isUnused = unused.has(extension)
    add(this.#loaded, extension, isUnused ? 0 : counts.loaded)
    add(this.#unsupported, extension, counts.unsupported + (isUnused ? counts.loaded : 0))
    this.#excluded += counts.excluded
    this.#ignored += counts.ignored
    this.#malformed += counts.malformed
  }

  hash(line: Readonly<HashLine>, file: DatabaseFile): void {
    this.#hashes.add(line, file)
  }

  body(record: BodyRecord, file: DatabaseFile): void {
    this.#bodies.push({ ...record, name: printedName(record.name, file) })
  }

  logical(record: LogicalRecord, file: DatabaseFile): void {
    this.#logical.push({ ...record, name: printedName(record.name, file) })
  }

  container(record: ContainerRecord, file: DatabaseFile): void {
    this.#containers.push({ ...record, name: printedName(record.name, file) })
  }

  fileType(record: FileTypeRecord): void {
    this.#fileTypes.push(record)
  }

  yara({ source }: { readonly source: Uint8Array }, { name, official }: DatabaseFile): void {
    this.#yara.push({ name, official, source })
  }
}

function add(counts: Record<string, number>, key: string, count: number): void {
  if (count > 0) counts[key] = (counts[key] ?? 0) + count
}
