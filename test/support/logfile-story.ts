// What happens to a file, as NTFS writes it into its log: operations as they come together when Windows makes, renames, moves and
// deletes files and sets their times.

import { time, u32, u64 } from './artefact-fields.ts'
import { type LogShape, LogWriter, op, openAttribute, placeOf } from './logfile-writer.ts'
import {
  fileName,
  indexEntry,
  type MftTimes,
  type NameSpec,
  residentData,
  standardInformation,
  writeRecord,
} from './mft-writer.ts'

export const indexPlace = placeOf(0)
const journalPlace = placeOf(1)
const firstAttribute = 0x38
const informationBytes = 96
/** Records are logged as far as they are used. */
const usedBytes = (record: Buffer): number => record.readUInt32LE(24)

interface StoryFile {
  readonly entry: number
  readonly sequence: number
}

export class LogStory {
  readonly log: LogWriter

  constructor(shape: LogShape = {}) {
    this.log = new LogWriter(shape)
  }

  /** What is open at the beginning: the root directory and the change journal. */
  begin(): this {
    this.log.checkpoint([
      { type: 0xa0, file: [5, 5], name: '$I30' },
      { type: 0x80, file: [40, 1], name: '$J' },
    ])
    return this
  }

  openJournal(place = journalPlace): this {
    this.log.operation({
      redo: op.openAttribute,
      redoData: openAttribute({ type: 0x80, file: [40, 1], name: '$J' }),
      undoData: Buffer.from('$J', 'utf16le'),
      target: place,
    })
    return this
  }

  create({ entry, sequence }: StoryFile, name: NameSpec, streams: readonly Buffer[] = []): this {
    const record = writeRecord({
      entry,
      sequence,
      attributes: [standardInformation(name.times), fileName(name), ...streams],
    })
    // In memory the ends of the sectors are where they belong.
    for (const sector of [1, 2]) record.copy(record, sector * 512 - 2, 48 + 2 * sector, 50 + 2 * sector)
    this.log.operation({
      redo: op.initializeRecord,
      undo: op.deallocateRecord,
      redoData: record.subarray(0, usedBytes(record)),
      entry,
    })
    this.#addEntry({ entry, sequence }, name)
    return this.forget()
  }

  remove(file: StoryFile, name: NameSpec): this {
    this.#deleteEntry(file, name)
    this.log.operation({ redo: op.deallocateRecord, undo: op.initializeRecord, entry: file.entry })
    return this.forget()
  }

  rename(file: StoryFile, from: NameSpec, to: NameSpec): this {
    const { entry } = file
    const recordOffset = firstAttribute + informationBytes
    this.#deleteEntry(file, from)
    this.log.operation({
      redo: op.deleteAttribute,
      undo: op.createAttribute,
      undoData: fileName(from),
      entry,
      recordOffset,
    })
    this.log.operation({
      redo: op.createAttribute,
      undo: op.deleteAttribute,
      redoData: fileName(to),
      entry,
      recordOffset,
    })
    this.#addEntry(file, to)
    return this.forget()
  }

  setTimes({ entry }: StoryFile, before: MftTimes, after: MftTimes): this {
    this.log.operation({
      redo: op.updateResident,
      undo: op.updateResident,
      redoData: fourTimes(after),
      undoData: fourTimes(before),
      entry,
      recordOffset: firstAttribute,
      attributeOffset: 24,
    })
    return this.forget()
  }

  addStream({ entry }: StoryFile, recordOffset: number, stream: readonly [name: string, text: string]): this {
    const redoData = residentData(...stream)
    this.log.operation({
      redo: op.createAttribute,
      undo: op.deleteAttribute,
      redoData,
      entry,
      recordOffset,
    })
    return this.forget()
  }

  journal(record: Uint8Array, place = journalPlace): this {
    this.log.operation({
      redo: op.updateNonresident,
      redoData: record,
      target: place,
      attributeOffset: 0x100,
    })
    return this.forget()
  }

  forget(transaction = 0x18): this {
    this.log.operation({ redo: op.forget, undo: op.compensation, transaction })
    return this
  }

  #addEntry(file: StoryFile, name: NameSpec): void {
    this.log.operation({
      redo: op.addEntryAllocation,
      undo: op.deleteEntryAllocation,
      redoData: indexEntry([file.entry, file.sequence], name),
      target: name.parent[0] === 5 ? indexPlace : 0x400,
      recordOffset: 0x40,
    })
  }

  #deleteEntry(file: StoryFile, name: NameSpec): void {
    this.log.operation({
      redo: op.deleteEntryAllocation,
      undo: op.addEntryAllocation,
      undoData: indexEntry([file.entry, file.sequence], name),
      target: name.parent[0] === 5 ? indexPlace : 0x400,
      recordOffset: 0x40,
    })
  }
}

export function fourTimes({
  created,
  modified = created,
  changed = created,
  accessed = created,
}: MftTimes): Buffer {
  return Buffer.concat([created, modified, changed, accessed].map(time))
}

/** Of a change journal, version 2. */
export function journalRecord(file: StoryFile, name: string, at: string): Buffer {
  const size = 8 * Math.ceil((60 + 2 * name.length) / 8)
  const bytes = Buffer.alloc(size)
  Buffer.concat([
    u32(size, 2),
    u64(BigInt(file.entry) | (BigInt(file.sequence) << 48n), 5n | (5n << 48n), 4096),
    time(at),
    u32(0x100, 0, 0, 0x20, (2 * name.length) | (60 << 16)),
    Buffer.from(name, 'utf16le'),
  ]).copy(bytes)
  return bytes
}
