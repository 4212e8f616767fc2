// Writes compound files ([MS-CFB]) from a tree: for tests, and for makers of golden samples that no program makes.

export interface CfbNode {
  readonly name: string
  /** A stream's bytes. */
  readonly data?: Uint8Array | string
  /** A storage's content; a node with neither is an empty stream. */
  readonly children?: readonly CfbNode[]
  /** 16 bytes. */
  readonly clsid?: Uint8Array
}

export interface CfbOptions {
  readonly version?: 3 | 4
  /** Of the root, 16 bytes. */
  readonly clsid?: Uint8Array
}

const noEntry = 0xffffffff
const endOfChain = 0xfffffffe
const tableSector = 0xfffffffd
const difatSector = 0xfffffffc
const miniBytes = 64
const miniCutoff = 4096

interface Entry {
  readonly node: CfbNode
  left: number
  right: number
  child: number
  start: number
}

export function cfbOf(children: readonly CfbNode[], options: CfbOptions = {}): Uint8Array {
  const version = options.version ?? 3
  const sectorBytes = version === 4 ? 4096 : 512
  const entries: Entry[] = []
  const root: CfbNode = {
    name: 'Root Entry',
    children,
    ...(options.clsid === undefined ? {} : { clsid: options.clsid }),
  }
  addEntry(entries, root)
  const sectors = new SectorList(sectorBytes)
  const mini = new SectorList(miniBytes)
  for (const entry of entries) {
    const data = bytesOf(entry.node)
    if (data.length > 0) entry.start = (data.length < miniCutoff ? mini : sectors).add(data)
  }
  const [first] = entries
  const miniStream = Buffer.concat(mini.parts)
  if (first !== undefined && miniStream.length > 0) first.start = sectors.add(miniStream)
  const miniFat = words(mini.chain)
  const miniFatStart = miniFat.length === 0 ? endOfChain : sectors.add(miniFat)
  const directory = Buffer.concat(
    entries.map((entry, index) => directoryEntry(entry, index === 0 ? miniStream.length : -1)),
  )
  const perSector = sectorBytes / 128
  const unused = Buffer.alloc((Math.ceil(entries.length / perSector) * perSector - entries.length) * 128)
  for (let at = 0; at < unused.length; at += 128) unused.fill(0xff, at + 0x44, at + 0x50)
  const directoryStart = sectors.add(Buffer.concat([directory, unused]))
  const table = addTables(sectors)
  const header = headerOf({
    version,
    directoryStart,
    directorySectors: Math.ceil(entries.length / perSector),
    miniFatStart,
    miniFatSectors: Math.ceil(miniFat.length / sectorBytes),
    ...table,
  })
  return new Uint8Array(Buffer.concat([header, Buffer.alloc(sectorBytes - 512), ...sectors.parts]))
}

function bytesOf({ data }: CfbNode): Buffer {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data ?? [])
}

function words(values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) out.writeUInt32LE(value, at * 4)
  return out
}

class SectorList {
  readonly #bytes: number
  readonly parts: Buffer[] = []
  readonly chain: number[] = []

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  /** Appends a chain; returns its first sector. */
  add(data: Uint8Array): number {
    const start = this.chain.length
    const count = Math.ceil(data.length / this.#bytes)
    this.parts.push(Buffer.from(data), Buffer.alloc(count * this.#bytes - data.length))
    for (let at = 1; at <= count; at++) this.chain.push(at === count ? endOfChain : start + at)
    return start
  }

  /** Appends sectors that are no chain. */
  mark(count: number, value: number): number {
    const start = this.chain.length
    for (let at = 0; at < count; at++) this.chain.push(value)
    return start
  }

  get sectorBytes(): number {
    return this.#bytes
  }
}

interface Tables {
  readonly fat: readonly number[]
  readonly difatStart: number
  readonly difatSectors: number
}

function addTables(sectors: SectorList): Tables {
  const perSector = sectors.sectorBytes / 4
  const used = sectors.chain.length
  let fatCount = 0
  let difatCount = 0
  while (fatCount * perSector < used + fatCount + difatCount) {
    fatCount++
    difatCount = Math.ceil(Math.max(0, fatCount - 109) / (perSector - 1))
  }
  const fatStart = sectors.mark(fatCount, tableSector)
  const difatStart = sectors.mark(difatCount, difatSector)
  while (sectors.chain.length < fatCount * perSector) sectors.chain.push(noEntry)
  sectors.parts.push(words(sectors.chain))
  const fat = Array.from({ length: fatCount }, (_, at) => fatStart + at)
  for (let at = 0; at < difatCount; at++) {
    const from = 109 + at * (perSector - 1)
    const part = fat.slice(from, from + perSector - 1)
    while (part.length < perSector - 1) part.push(noEntry)
    sectors.parts.push(words([...part, at + 1 === difatCount ? endOfChain : difatStart + at + 1]))
  }
  return { fat, difatStart: difatCount === 0 ? endOfChain : difatStart, difatSectors: difatCount }
}

function addEntry(entries: Entry[], node: CfbNode): number {
  const index = entries.length
  const entry: Entry = { node, left: noEntry, right: noEntry, child: noEntry, start: endOfChain }
  entries.push(entry)
  const numbers = (node.children ?? []).map((child) => [child, addEntry(entries, child)] as const)
  numbers.sort(([a], [b]) => compareNames(a.name, b.name))
  entry.child = balance(
    entries,
    numbers.map(([, number]) => number),
  )
  return index
}

/** Shorter names come first ([MS-CFB] 2.6.4). */
function compareNames(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a.toUpperCase() < b.toUpperCase() ? -1 : 1
}

function balance(entries: readonly Entry[], sorted: readonly number[]): number {
  const middle = sorted.length >> 1
  const number = sorted[middle]
  const entry = entries[number ?? -1]
  if (number === undefined || entry === undefined) return noEntry
  entry.left = balance(entries, sorted.slice(0, middle))
  entry.right = balance(entries, sorted.slice(middle + 1))
  return number
}

function directoryEntry({ node, left, right, child, start }: Entry, miniBytesInAll: number): Buffer {
  const isRoot = miniBytesInAll >= 0
  const out = Buffer.alloc(128)
  out.write(node.name, 0, 62, 'utf16le')
  out.writeUInt16LE(Math.min(64, node.name.length * 2 + 2), 0x40)
  const storageType = isRoot ? 5 : 1
  out[0x42] = node.children === undefined ? 2 : storageType
  out[0x43] = 1
  out.writeUInt32LE(left, 0x44)
  out.writeUInt32LE(right, 0x48)
  out.writeUInt32LE(child, 0x4c)
  out.set(node.clsid ?? [], 0x50)
  const isStorage = node.children !== undefined && !isRoot
  out.writeUInt32LE(isStorage ? 0 : start, 0x74)
  out.writeUInt32LE(isRoot ? miniBytesInAll : bytesOf(node).length, 0x78)
  return out
}

interface HeaderFields extends Tables {
  readonly version: 3 | 4
  readonly directoryStart: number
  readonly directorySectors: number
  readonly miniFatStart: number
  readonly miniFatSectors: number
}

function headerOf(fields: HeaderFields): Buffer {
  const out = Buffer.alloc(512, 0xff)
  out.fill(0, 0, 0x4c)
  out.set(Buffer.from('d0cf11e0a1b11ae1', 'hex'))
  out.writeUInt16LE(0x3e, 0x18)
  out.writeUInt16LE(fields.version, 0x1a)
  out.writeUInt16LE(0xfffe, 0x1c)
  out.writeUInt16LE(fields.version === 4 ? 12 : 9, 0x1e)
  out.writeUInt16LE(6, 0x20)
  if (fields.version === 4) out.writeUInt32LE(fields.directorySectors, 0x28)
  out.writeUInt32LE(fields.fat.length, 0x2c)
  out.writeUInt32LE(fields.directoryStart, 0x30)
  out.writeUInt32LE(miniCutoff, 0x38)
  out.writeUInt32LE(fields.miniFatStart, 0x3c)
  out.writeUInt32LE(fields.miniFatSectors, 0x40)
  out.writeUInt32LE(fields.difatStart, 0x44)
  out.writeUInt32LE(fields.difatSectors, 0x48)
  for (const [at, sector] of fields.fat.slice(0, 109).entries()) out.writeUInt32LE(sector, 0x4c + at * 4)
  return out
}
