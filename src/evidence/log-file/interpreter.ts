// From operations to what happened: each is brought to the file it is on, what it carries is read, and what the log is known to
// have said so far is brought up to date.

import type { FileName } from '../file-name.ts'
import { u16 } from '../fields.ts'
import { backwardsOf, haveTimesChanged, type LogFileChange } from './change.ts'
import { insertAt, type KnownFile, KnownFiles, placedAt, removeAt } from './known-files.ts'
import type { OpenAttributes } from './open-attributes.ts'
import { entryOf, type LogOperation } from './operation.ts'
import type { Operation } from './operations.ts'
import {
  attributeIn,
  type CarriedRecord,
  directoryEntryIn,
  duplicatedIn,
  informationAt,
  informationIn,
  isInInformation,
  nameIn,
  recordIn,
} from './parts.ts'
import { attributeTelling, journalRecordsIn, valueTelling } from './tellings.ts'
import { Transaction } from './transaction.ts'

const usualClusterBytes = 4096
const maxTransactions = 256
/** Rows and names of all open transactions; a row may carry some kilobytes. */
const maxHeld = 4096
const dataType = 0x80
const indexAllocation = 0xa0
/** $STANDARD_INFORMATION is the first attribute; the header of a record has 56 bytes, 48 before NTFS 3.1. */
const firstAttributes: ReadonlySet<number> = new Set([0x38, 0x30])

type Handler = (operation: LogOperation, entry: number | undefined) => void

export class Interpreter {
  clusterBytes: number | undefined
  readonly #open: OpenAttributes
  readonly #known = new KnownFiles()
  readonly #transactions = new Map<number, Transaction>()
  readonly #handlers: Partial<Record<Operation, Handler>>
  #held = 0

  constructor(open: OpenAttributes) {
    this.#open = open
    this.#handlers = {
      InitializeFileRecordSegment: (operation) => {
        this.#made(operation)
      },
      DeallocateFileRecordSegment: onEntry((operation, entry) => {
        this.#freed(operation, entry)
      }),
      WriteEndOfFileRecordSegment: onEntry((_operation, entry) => {
        this.#known.of(entry).attributes = undefined
      }),
      CreateAttribute: onEntry((operation, entry) => {
        this.#attributeCreated(operation, entry)
      }),
      DeleteAttribute: onEntry((operation, entry) => {
        this.#attributeDeleted(operation, entry)
      }),
      UpdateResidentValue: onEntry((operation, entry) => {
        this.#valueUpdated(operation, entry)
      }),
      UpdateMappingPairs: onEntry((operation, entry) => {
        const placed = placedAt(this.#known.get(entry), operation.recordOffset)
        if (placed !== undefined)
          placed.bytes = 8 * Math.ceil((operation.attributeOffset + operation.redo.length) / 8)
      }),
      AddIndexEntryRoot: onEntry((operation, entry) => {
        this.#resize(operation, entry, operation.redo.length)
        this.#indexed(operation, entry)
      }),
      DeleteIndexEntryRoot: onEntry((operation, entry) => {
        this.#resize(operation, entry, -u16(operation.undo, 8))
        this.#indexed(operation, entry)
      }),
      AddIndexEntryAllocation: (operation) => {
        this.#indexed(operation, this.#directoryOf(operation))
      },
      DeleteIndexEntryAllocation: (operation) => {
        this.#indexed(operation, this.#directoryOf(operation))
      },
      UpdateFileNameRoot: onEntry((operation, entry) => {
        this.#entryUpdated(operation, entry)
      }),
      UpdateFileNameAllocation: (operation) => {
        this.#entryUpdated(operation, this.#directoryOf(operation))
      },
      UpdateNonresidentValue: (operation) => {
        this.#streamWritten(operation)
      },
      OpenNonresidentAttribute: ({ target, redo, undo }) => {
        this.#open.open(target, redo, undo)
      },
      OpenAttributeTableDump: ({ redo }) => {
        this.#open.load(redo)
      },
      AttributeNamesDump: ({ redo }) => {
        this.#open.nameAll(redo)
      },
    }
  }

  /** What is certain once this operation is known: mostly what its transaction did, when it ends. */
  *add(operation: LogOperation): Generator<LogFileChange> {
    const { redoName, transaction } = operation
    if (redoName === undefined) return
    const heldBefore = this.#transactions.get(transaction)?.held ?? 0
    this.#handlers[redoName]?.(operation, entryOf(operation, this.clusterBytes ?? usualClusterBytes))
    const current = this.#transactions.get(transaction)
    this.#held += (current?.held ?? 0) - heldBefore
    const isEnd = redoName === 'CommitTransaction' || redoName === 'ForgetTransaction'
    if (isEnd || current?.isFull === true) yield* this.#end(transaction)
    for (const oldest of this.#transactions.keys()) {
      if (this.#transactions.size <= maxTransactions && this.#held <= maxHeld) return
      yield* this.#end(oldest)
    }
  }

  /** What transactions did whose end is not in the log. */
  *end(): Generator<LogFileChange> {
    for (const id of this.#transactions.keys()) yield* this.#end(id)
  }

  *#end(id: number): Generator<LogFileChange> {
    const transaction = this.#transactions.get(id)
    if (transaction === undefined) return
    this.#transactions.delete(id)
    this.#held -= transaction.held
    yield* transaction.end()
  }

  #of({ transaction: id }: LogOperation): Transaction {
    const known = this.#transactions.get(id)
    if (known !== undefined) return known
    const transaction = new Transaction(this.#known)
    this.#transactions.set(id, transaction)
    return transaction
  }

  #made(operation: LogOperation): void {
    const record = recordIn(operation.redo)
    if (record === undefined) return
    const entry = this.#entryOf(operation, record)
    // What belongs to a file that has a record already is no file.
    if (entry === undefined || record.baseEntry !== 0) return
    const file = this.#known.renew(entry)
    file.sequence = record.sequence
    file.isDirectory = record.isDirectory
    file.firstAttribute = record.firstAttribute
    file.attributes = record.attributes.map(({ placed }) => ({ ...placed }))
    if (record.information !== undefined) this.#known.rememberTimes(entry, record.information)
    const transaction = this.#of(operation)
    transaction.made(operation, entry, {
      mftSequence: record.sequence,
      isDirectory: record.isDirectory,
      ...(record.information === undefined ? {} : { after: record.information }),
    })
    for (const name of record.names) this.#nameAdded(operation, entry, name)
    for (const attribute of record.attributes) {
      const { type, name } = attribute.placed
      if (type === dataType && (name !== '' || attribute.content.length > 0))
        transaction.tell(operation, attributeTelling('attribute-created', entry, attribute))
    }
  }

  /** The record's own number is right whatever the clusters' size; and it tells that size. */
  #entryOf(operation: LogOperation, { entry }: CarriedRecord): number | undefined {
    const { vcn, byteInCluster, blockBytes } = operation
    if (entry !== undefined && this.clusterBytes === undefined && vcn > 0) {
      const size = (entry * (blockBytes || 1024) - byteInCluster) / vcn
      if (size >= 512 && size <= 2 ** 21 && Number.isInteger(Math.log2(size))) this.clusterBytes = size
    }
    return entry ?? entryOf(operation, this.clusterBytes ?? usualClusterBytes)
  }

  #freed(operation: LogOperation, entry: number): void {
    const file = this.#known.of(entry)
    const record = recordIn(operation.undo)
    if (record !== undefined) {
      if (record.baseEntry !== 0) return
      file.sequence = record.sequence
      file.isDirectory = record.isDirectory
      for (const name of record.names) this.#known.setName(entry, name)
    }
    file.attributes = undefined
    this.#of(operation).freed(operation, entry)
  }

  #nameAdded(operation: LogOperation, entry: number, name: FileName): void {
    this.#known.setName(entry, name)
    this.#of(operation).nameAdded(operation, entry, name)
  }

  #nameRemoved(operation: LogOperation, entry: number, name: FileName): void {
    const file = this.#known.of(entry)
    if (file.name === undefined) this.#known.setName(entry, name)
    this.#of(operation).nameRemoved(operation, entry, name)
  }

  #attributeCreated(operation: LogOperation, entry: number): void {
    const attribute = attributeIn(operation.redo)
    const file = this.#known.of(entry)
    if (attribute === undefined) {
      file.attributes = undefined
      return
    }
    insertAt(file, operation.recordOffset, { ...attribute.placed })
    for (const name of nameIn(attribute)) this.#nameAdded(operation, entry, name)
    if (attribute.placed.type !== 0x30)
      this.#of(operation).tell(operation, attributeTelling('attribute-created', entry, attribute))
  }

  #attributeDeleted(operation: LogOperation, entry: number): void {
    const file = this.#known.of(entry)
    const placed = placedAt(file, operation.recordOffset)
    removeAt(file, operation.recordOffset)
    const attribute =
      attributeIn(operation.undo) ?? (placed === undefined ? undefined : { placed, content: nothing })
    if (attribute === undefined) return
    for (const name of nameIn(attribute)) this.#nameRemoved(operation, entry, name)
    if (attribute.placed.type !== 0x30)
      this.#of(operation).tell(operation, attributeTelling('attribute-deleted', entry, attribute))
  }

  #valueUpdated(operation: LogOperation, entry: number): void {
    const { recordOffset, attributeOffset, redo, undo } = operation
    const file = this.#known.of(entry)
    const placed = placedAt(file, recordOffset)
    if (placed !== undefined && redo.length !== undo.length)
      placed.bytes = 8 * Math.ceil((attributeOffset + redo.length) / 8)
    const isKnown = placed !== undefined || file.attributes !== undefined
    const isInformation = isKnown ? placed?.type === 0x10 : firstAttributes.has(recordOffset)
    if (isInformation && isInInformation(attributeOffset, redo.length)) {
      this.#informationSet(operation, entry)
      return
    }
    this.#of(operation).tell(operation, valueTelling(operation, entry, placed))
  }

  #informationSet(operation: LogOperation, entry: number): void {
    const at = operation.attributeOffset - informationAt
    const before = informationIn(operation.undo, at)
    const after = informationIn(operation.redo, at)
    this.#known.rememberTimes(entry, after)
    const backwards = backwardsOf(before, after)
    const hasTimes = haveTimesChanged(before, after)
    // The place in the change journal and the owner are written here too.
    if (!hasTimes && before.fileAttributes === after.fileAttributes) return
    this.#of(operation).tell(operation, {
      change: hasTimes ? 'times-set' : 'attributes-set',
      mftEntry: entry,
      attribute: '$STANDARD_INFORMATION',
      before,
      after,
      ...(backwards.length === 0 ? {} : { backwards }),
    })
  }

  #resize({ recordOffset }: LogOperation, entry: number, bytes: number): void {
    const placed = placedAt(this.#known.get(entry), recordOffset)
    if (placed !== undefined) placed.bytes += bytes
  }

  /** Of an operation on a directory that does not lie in its record. Undefined: not told. */
  #directoryOf({ target }: LogOperation): number | undefined {
    const open = this.#open.get(target)
    return open?.type === indexAllocation ? open.mftEntry : undefined
  }

  #indexed(operation: LogOperation, directory: number | undefined): void {
    const isAdded = operation.redoName?.startsWith('Add') === true
    const carried = directoryEntryIn(isAdded ? operation.redo : operation.undo)
    // Names know their directory; entries of other indexes do not look so by chance.
    if (carried === undefined || (directory !== undefined && carried.name.parentEntry !== directory)) return
    const file: KnownFile = this.#known.of(carried.entry)
    if (isAdded || file.sequence === undefined) file.sequence = carried.sequence
    if (isAdded) this.#nameAdded(operation, carried.entry, carried.name)
    else this.#nameRemoved(operation, carried.entry, carried.name)
  }

  #entryUpdated(operation: LogOperation, directory: number | undefined): void {
    const before = duplicatedIn(operation.undo)
    const after = duplicatedIn(operation.redo)
    if (before === undefined || after === undefined || !haveTimesChanged(before, after)) return
    const backwards = backwardsOf(before, after)
    const entry = this.#known.withTimes(directory, after)
    this.#of(operation).tell(operation, {
      change: 'directory-entry-updated',
      ...(entry === undefined ? {} : { mftEntry: entry }),
      ...(directory === undefined ? {} : { parentEntry: directory }),
      before,
      after,
      ...(backwards.length === 0 ? {} : { backwards }),
    })
  }

  #streamWritten(operation: LogOperation): void {
    const open = this.#open.get(operation.target)
    if (open !== undefined && (open.type !== dataType || open.name !== '$J')) return
    for (const usn of journalRecordsIn(operation.redo)) {
      const { mftEntry, mftSequence, parentEntry, parentSequence, name } = usn
      this.#of(operation).tell(operation, {
        change: 'journal-record',
        mftEntry,
        mftSequence,
        parentEntry,
        parentSequence,
        ...(name === undefined ? {} : { name }),
        usn,
      })
    }
  }
}

const nothing = new Uint8Array(0)

function onEntry(act: (operation: LogOperation, entry: number) => void): Handler {
  return (operation, entry) => {
    if (entry !== undefined) act(operation, entry)
  }
}
