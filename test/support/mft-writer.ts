// Writes $MFT records with their sectors guarded, attribute by attribute.

import { time, u16, u32, u64, wide } from './artefact-fields.ts'

export const recordBytes = 1024

export interface MftTimes {
  readonly created: string
  readonly modified?: string
  readonly changed?: string
  readonly accessed?: string
}

export interface RecordSpec {
  readonly sequence?: number
  readonly inUse?: boolean
  readonly isDirectory?: boolean
  readonly base?: readonly [entry: number, sequence: number]
  /** Its own number, as records of NTFS 3.1 have it. */
  readonly entry?: number
  readonly attributes?: readonly Buffer[]
}

export function writeRecord(spec: RecordSpec): Buffer {
  const { sequence = 1, inUse = true, isDirectory = false, base, entry = 0, attributes = [] } = spec
  const record = Buffer.alloc(recordBytes)
  record.write('FILE')
  u16(48, 3).copy(record, 4)
  u64(0x1234).copy(record, 8)
  u16(sequence, 1, 56, (inUse ? 1 : 0) | (isDirectory ? 2 : 0)).copy(record, 16)
  const content = Buffer.concat([...attributes, u32(0xffffffff, 0)])
  u32(56 + content.length, recordBytes).copy(record, 24)
  if (base !== undefined) Buffer.concat([u32(base[0]), u16(0, base[1])]).copy(record, 32)
  u32(entry).copy(record, 44)
  content.copy(record, 56)
  guard(record, 48)
  return record
}

/** Moves the ends of the sectors into the sequence array. */
export function guard(block: Buffer, arrayAt: number): void {
  u16(0xbeef).copy(block, arrayAt)
  for (let sector = 1; sector * 512 <= block.length; sector++) {
    block.copy(block, arrayAt + 2 * sector, sector * 512 - 2, sector * 512)
    u16(0xbeef).copy(block, sector * 512 - 2)
  }
}

function attribute(type: number, { name, content }: { name: string; content: Buffer }): Buffer {
  const nameAt = 24
  const contentAt = 8 * Math.ceil((nameAt + 2 * name.length) / 8)
  const size = 8 * Math.ceil((contentAt + content.length) / 8)
  const bytes = Buffer.alloc(size)
  u32(type, size).copy(bytes)
  bytes[9] = name.length
  u16(nameAt).copy(bytes, 10)
  u32(content.length).copy(bytes, 16)
  u16(contentAt).copy(bytes, 20)
  wide(name).copy(bytes, nameAt)
  content.copy(bytes, contentAt)
  return bytes
}

function fourTimes({ created, modified = created, changed = created, accessed = created }: MftTimes): Buffer {
  return Buffer.concat([created, modified, changed, accessed].map(time))
}

export function standardInformation(times: MftTimes, attributes = 0x20): Buffer {
  return attribute(0x10, {
    name: '',
    content: Buffer.concat([fourTimes(times), u32(attributes, 0, 0, 0, 7, 0x101), u64(0, 99)]),
  })
}

export interface NameSpec {
  readonly parent: readonly [entry: number, sequence: number]
  readonly name: string
  readonly namespace?: 0 | 1 | 2 | 3
  readonly times: MftTimes
}

export function fileName(spec: NameSpec): Buffer {
  return attribute(0x30, { name: '', content: fileNameContent(spec) })
}

function fileNameContent({ parent, name, namespace = 1, times }: NameSpec): Buffer {
  return Buffer.concat([
    reference(parent),
    fourTimes(times),
    u64(4096, 1000),
    u32(0x20, 0),
    Buffer.of(name.length, namespace),
    wide(name),
  ])
}

function reference([entry, sequence]: readonly [number, number]): Buffer {
  return Buffer.concat([u32(entry), u16(0, sequence)])
}

export function residentData(name: string, content: string): Buffer {
  return attribute(0x80, { name, content: Buffer.from(content) })
}

/** Data runs as they stand in the attribute. */
export function runData(size: number, runs: Buffer, firstCluster = 0): Buffer {
  const bytes = Buffer.alloc(8 * Math.ceil((64 + runs.length + 1) / 8))
  u32(0x80, bytes.length).copy(bytes)
  bytes[8] = 1
  u64(firstCluster, 100).copy(bytes, 16)
  u16(64).copy(bytes, 32)
  u64(8 * Math.ceil(size / 8), size, size).copy(bytes, 40)
  runs.copy(bytes, 64)
  return bytes
}

export function objectId(id: Buffer): Buffer {
  return attribute(0x40, { name: '', content: id })
}

export function symbolicLink(target: string): Buffer {
  const text = wide(target)
  const data = Buffer.concat([u16(0, text.length, text.length, 0), u32(0), text])
  return attribute(0xc0, { name: '', content: Buffer.concat([u32(0xa000000c), u16(data.length, 0), data]) })
}

/** An entry of an index, without padding behind the last. */
export function indexEntry(file: readonly [number, number], name: NameSpec): Buffer {
  const content = fileNameContent(name)
  const bytes = Buffer.alloc(8 * Math.ceil((16 + content.length) / 8))
  reference(file).copy(bytes)
  u16(bytes.length, content.length, 0).copy(bytes, 8)
  content.copy(bytes, 16)
  return bytes
}

/** The header of a node, its entries, an end, and what lies behind them. */
export function indexNode(entries: readonly Buffer[], slack: Buffer): Buffer {
  const last = Buffer.concat([u64(0), u16(16, 0, 2, 0)])
  const used = Buffer.concat([...entries, last])
  return Buffer.concat([u32(16, 16 + used.length, 16 + used.length + slack.length, 0), used, slack])
}

export function indexRoot(entries: readonly Buffer[], slack: Buffer): Buffer {
  return attribute(0x90, {
    name: '$I30',
    content: Buffer.concat([u32(0x30, 1, 4096, 1), indexNode(entries, slack)]),
  })
}
