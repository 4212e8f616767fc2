// Operations of one transaction together: a name that goes and one that comes are a renaming only when both are known.

import type { FileName } from '../file-name.ts'
import { isSameName, type LogFileChange, type LogFileChangeKind, type Telling } from './change.ts'
import type { KnownFiles } from './known-files.ts'
import type { LogOperation } from './operation.ts'
import { operationName } from './operations.ts'

/** Rows and names of one transaction before it ends. */
const maxHeld = 1024

/** An operation without what it carries, which would keep its page in memory. */
type Head = Omit<LogFileChange, keyof Telling>

interface Told {
  readonly head: Head
  readonly lsn: bigint
}

interface Touched extends Told {
  isMade: boolean
  isFreed: boolean
  readonly added: FileName[]
  readonly removed: FileName[]
  more: Partial<Telling>
}

export class Transaction {
  readonly #known: KnownFiles
  readonly #files = new Map<number, Touched>()
  readonly #rows: (Told & { readonly telling: Telling })[] = []
  #held = 0

  constructor(known: KnownFiles) {
    this.#known = known
  }

  /** Rows and names that wait for its end. */
  get held(): number {
    return this.#held
  }

  /** It holds as much as it may: to be ended early. */
  get isFull(): boolean {
    return this.#held >= maxHeld
  }

  made(operation: LogOperation, entry: number, more: Partial<Telling>): void {
    const touched = this.#touch(operation, entry)
    touched.isMade = true
    touched.more = { ...touched.more, ...more }
  }

  freed(operation: LogOperation, entry: number): void {
    this.#touch(operation, entry).isFreed = true
  }

  nameAdded(operation: LogOperation, entry: number, name: FileName): void {
    const { added, removed } = this.#touch(operation, entry)
    take(added, removed, name)
    this.#held += 1
  }

  nameRemoved(operation: LogOperation, entry: number, name: FileName): void {
    const { added, removed } = this.#touch(operation, entry)
    take(removed, added, name)
    this.#held += 1
  }

  tell(operation: LogOperation, telling: Telling): void {
    this.#rows.push({ head: headOf(operation), lsn: operation.lsn, telling })
    this.#held += 1
  }

  #touch(operation: LogOperation, entry: number): Touched {
    const known = this.#files.get(entry)
    if (known !== undefined) return known
    const touched: Touched = {
      head: headOf(operation),
      lsn: operation.lsn,
      isMade: false,
      isFreed: false,
      added: [],
      removed: [],
      more: {},
    }
    this.#files.set(entry, touched)
    this.#held += 1
    return touched
  }

  /** What it did, in the order of its operations. */
  end(): LogFileChange[] {
    const ofFiles = [...this.#files].flatMap(([entry, touched]) =>
      [...tellingsOf(entry, touched)].map((telling) => ({ head: touched.head, lsn: touched.lsn, telling })),
    )
    return [...ofFiles, ...this.#rows]
      .toSorted((a, b) => Number(a.lsn - b.lsn))
      .map(({ head, telling }) => this.#row(head, telling))
  }

  #row(head: Head, telling: Telling): LogFileChange {
    const file = telling.mftEntry === undefined ? undefined : this.#known.get(telling.mftEntry)
    const name = telling.name === undefined && file?.name !== undefined ? named(file.name) : {}
    const full = { ...name, ...telling }
    const path = this.#pathOf(full, file?.name)
    return {
      ...head,
      ...(file?.sequence === undefined ? {} : { mftSequence: file.sequence }),
      ...(file?.isDirectory === undefined ? {} : { isDirectory: file.isDirectory }),
      ...full,
      ...(path === undefined ? {} : { path }),
    }
  }

  #pathOf({ name, parentEntry }: Partial<Telling>, known: FileName | undefined): string | undefined {
    if (name === undefined || parentEntry === undefined) return undefined
    const base = known ?? { allocatedSize: 0, size: 0, fileAttributes: 0, namespace: 'win32' as const }
    return this.#known.pathOf({ ...base, parentSequence: 0, name, parentEntry })
  }
}

function* tellingsOf(entry: number, { isMade, isFreed, added, removed, more }: Touched): Generator<Telling> {
  const come = longNames(added)
  const gone = longNames(removed)
  if (isMade) {
    const name = come.shift()
    yield { change: 'file-created', mftEntry: entry, ...(name === undefined ? {} : named(name)), ...more }
  }
  if (isFreed) {
    const name = gone.shift()
    yield { change: 'file-deleted', mftEntry: entry, ...(name === undefined ? {} : named(name)) }
  }
  while (come.length > 0 || gone.length > 0) {
    const [to, from] = [come.shift(), gone.shift()]
    const change = kindOf(from, to)
    const name = to ?? from
    if (name !== undefined)
      yield { change, mftEntry: entry, ...named(name), ...(to === undefined ? {} : oldOf(from)) }
  }
}

function headOf(operation: LogOperation): Head {
  const { lsn, offset, transaction, redoCode, undoCode } = operation
  return {
    lsn: String(lsn),
    offset,
    transaction,
    redo: operationName(redoCode),
    undo: operationName(undoCode),
    isTakenBack: isTakenBack(operation),
  }
}

function isTakenBack({ undoName }: LogOperation): boolean {
  return undoName === 'CompensationLogRecord'
}

/** A name that goes and comes again, as when a directory is sorted anew, did not change. */
function take(into: FileName[], outOf: FileName[], name: FileName): void {
  const there = outOf.findIndex((other) => isSameName(other, name))
  if (there >= 0) outOf.splice(there, 1)
  else if (!into.some((other) => isSameName(other, name))) into.push(name)
}

/** The short name of a long one is no name of its own. */
function longNames(names: readonly FileName[]): FileName[] {
  const long = names.filter(({ namespace }) => namespace !== 'dos')
  return long.length > 0 ? long : names.slice(0, 1)
}

function kindOf(from: FileName | undefined, to: FileName | undefined): LogFileChangeKind {
  if (from === undefined) return 'name-added'
  if (to === undefined) return 'name-removed'
  return from.parentEntry === to.parentEntry ? 'file-renamed' : 'file-moved'
}

function named({ name, parentEntry, parentSequence }: FileName): Partial<Telling> {
  return { name, parentEntry, parentSequence }
}

function oldOf(from: FileName | undefined): Partial<Telling> {
  if (from === undefined) return {}
  const { name, parentEntry, parentSequence } = from
  return { oldName: name, oldParentEntry: parentEntry, oldParentSequence: parentSequence }
}
