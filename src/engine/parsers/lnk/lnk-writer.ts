// Writes Windows shortcuts for tests, part by part ([MS-SHLLINK] 2).

export interface LnkSpec {
  /** Besides the flags of the parts that are there. */
  readonly flags?: number
  readonly showCommand?: number
  /** FILETIME. */
  readonly creationTime?: bigint
  readonly items?: readonly Buffer[]
  readonly linkInfo?: Buffer
  /** Name, relative path, working directory, arguments, icon location. */
  readonly strings?: readonly (string | undefined)[]
  readonly blocks?: readonly Buffer[]
  readonly overlay?: string
}

const unicode = 0x80

export function writeLnk(spec: LnkSpec): Buffer {
  const { items, strings = [], blocks = [] } = spec
  let flags = spec.flags ?? 0
  if (items !== undefined) flags |= 1
  if (spec.linkInfo !== undefined) flags |= 2
  for (const [index, string] of strings.entries()) if (string !== undefined) flags |= 4 << index
  const header = Buffer.alloc(0x4c)
  header.writeUInt32LE(0x4c)
  Buffer.from('0114020000000000c000000000000046', 'hex').copy(header, 4)
  header.writeUInt32LE(flags, 20)
  header.writeUInt32LE(0x20, 24)
  header.writeBigUInt64LE(spec.creationTime ?? 0n, 28)
  header.writeUInt32LE(1234, 52)
  header.writeUInt32LE(5, 56)
  header.writeUInt32LE(spec.showCommand ?? 1, 60)
  return Buffer.concat([
    header,
    items === undefined ? Buffer.alloc(0) : itemList(items),
    spec.linkInfo ?? Buffer.alloc(0),
    ...strings
      .filter((string) => string !== undefined)
      .map((string) => stringData(string, (flags & unicode) !== 0)),
    ...blocks,
    Buffer.alloc(4),
    Buffer.from(spec.overlay ?? '', 'latin1'),
  ])
}

function itemList(items: readonly Buffer[]): Buffer {
  const list = Buffer.concat([...items.map((item) => Buffer.concat([u16(item.length + 2), item])), u16(0)])
  return Buffer.concat([u16(list.length), list])
}

function stringData(text: string, isUnicode: boolean): Buffer {
  return Buffer.concat([u16(text.length), Buffer.from(text, isUnicode ? 'utf16le' : 'latin1')])
}

/** A shell item: its class byte and what follows. */
export function shellItem(indicator: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const data = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))
  return Buffer.concat([Buffer.of(indicator), ...data])
}

export interface LinkInfoSpec {
  readonly label: string
  readonly path: string
  readonly suffix: string
  readonly isUnicode?: boolean
}

/** A LinkInfo with a volume on a fixed disk, in 8-bit texts or in UTF-16. */
export function linkInfoBlock({ label, path, suffix, isUnicode = false }: LinkInfoSpec): Buffer {
  const text = (string: string): Buffer => Buffer.from(`${string}\0`, isUnicode ? 'utf16le' : 'latin1')
  const headerBytes = isUnicode ? 0x24 : 0x1c
  const volumeBytes = isUnicode ? 20 : 16
  const volume = Buffer.concat([
    u32(volumeBytes + text(label).length, 3, 0xcafe, isUnicode ? 0x14 : volumeBytes),
    isUnicode ? u32(volumeBytes) : Buffer.alloc(0),
    text(label),
  ])
  const pathAt = headerBytes + volume.length
  const suffixAt = pathAt + text(path).length
  const size = suffixAt + text(suffix).length
  const offsets = isUnicode ? [0, 0, 0, pathAt, suffixAt] : [pathAt, 0, suffixAt]
  return Buffer.concat([u32(size, headerBytes, 3, headerBytes, ...offsets), volume, text(path), text(suffix)])
}

/** The block of the link tracking service (2.5.10). */
export function trackerBlock(machine: string): Buffer {
  const droids = Buffer.from(Array.from({ length: 64 }, (_, index) => index))
  return Buffer.concat([
    u32(0x60, 0xa0000003, 0x58, 0),
    Buffer.alloc(16).fill(machine, 0, machine.length),
    droids,
  ])
}

function u16(value: number): Buffer {
  return Buffer.of(value & 0xff, value >> 8)
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}
