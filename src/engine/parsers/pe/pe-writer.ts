// Writes small PE files for tests: one section with whatever is put into it, laid out as a linker would.

const sectionRva = 0x1000
const headerBytes = 0x400
const peOffset = 0x100

export interface PeOptions {
  readonly is64?: boolean
  readonly imageBase?: bigint
  readonly characteristics?: number
  /** Bytes before the PE header, from offset 0x80. */
  readonly stub?: Buffer
  /** Bytes behind the section. */
  readonly overlay?: Buffer
}

/** Collects the contents of the section, and what the data directories say about them. */
export class PeWriter {
  readonly #options: PeOptions
  readonly #parts: Buffer[] = []
  readonly #directories = new Map<number, { rva: number; size: number }>()
  #size = 0

  constructor(options: PeOptions = {}) {
    this.#options = options
  }

  /** Puts bytes into the section, aligned to four; their RVA. */
  add(bytes: Buffer | string): number {
    const padding = Buffer.alloc(-this.#size & 3)
    const contents = typeof bytes === 'string' ? Buffer.from(`${bytes}\0`, 'latin1') : bytes
    const rva = sectionRva + this.#size + padding.length
    this.#parts.push(padding, contents)
    this.#size += padding.length + contents.length
    return rva
  }

  /** The RVA that the next `add` returns. */
  get next(): number {
    return sectionRva + ((this.#size + 3) & ~3)
  }

  directory(index: number, rva: number, size: number): this {
    this.#directories.set(index, { rva, size })
    return this
  }

  /** The offset in the file. */
  offset(rva: number): number {
    return rva - sectionRva + headerBytes
  }

  build(): Buffer {
    const { is64 = false, imageBase = 0x400000n, stub, overlay = Buffer.alloc(0) } = this.#options
    const section = Buffer.concat([...this.#parts, Buffer.alloc(-this.#size & 0x1ff)])
    const header = Buffer.alloc(headerBytes)
    header.write('MZ')
    header.writeUInt32LE(peOffset, 60)
    stub?.copy(header, 0x80)
    const optionalBytes = (is64 ? 112 : 96) + 128
    header.write('PE\0\0', peOffset, 'latin1')
    const coff = peOffset + 4
    header.writeUInt16LE(is64 ? 0x8664 : 0x14c, coff)
    header.writeUInt16LE(1, coff + 2)
    header.writeUInt32LE(0x5f000000, coff + 4)
    header.writeUInt16LE(optionalBytes, coff + 16)
    header.writeUInt16LE(this.#options.characteristics ?? 0x102, coff + 18)
    const optional = coff + 20
    writeOptional(header.subarray(optional), { is64, imageBase, size: section.length })
    for (const [index, { rva, size }] of this.#directories) {
      header.writeUInt32LE(rva, optional + optionalBytes - 128 + index * 8)
      header.writeUInt32LE(size, optional + optionalBytes - 128 + index * 8 + 4)
    }
    const row = optional + optionalBytes
    header.write('.text', row)
    header.writeUInt32LE(this.#size, row + 8)
    header.writeUInt32LE(sectionRva, row + 12)
    header.writeUInt32LE(section.length, row + 16)
    header.writeUInt32LE(headerBytes, row + 20)
    header.writeUInt32LE(0x60000020, row + 36)
    return Buffer.concat([header, section, overlay])
  }
}

function writeOptional(
  at: Buffer,
  { is64, imageBase, size }: { is64: boolean; imageBase: bigint; size: number },
): void {
  at.writeUInt16LE(is64 ? 0x20b : 0x10b, 0)
  at.writeUInt8(14, 2)
  at.writeUInt8(16, 3)
  at.writeUInt32LE(size, 4)
  at.writeUInt32LE(sectionRva + 16, 16)
  at.writeUInt32LE(sectionRva, 20)
  if (is64) at.writeBigUInt64LE(imageBase, 24)
  else at.writeUInt32LE(Number(imageBase), 28)
  at.writeUInt32LE(0x1000, 32)
  at.writeUInt32LE(0x200, 36)
  at.writeUInt16LE(6, 40)
  at.writeUInt16LE(1, 48)
  at.writeUInt32LE(0x1000 + size, 56)
  at.writeUInt32LE(headerBytes, 60)
  at.writeUInt16LE(3, 68)
  at.writeUInt16LE(0x8140, 70)
  const word = is64 ? 8 : 4
  at.writeUInt32LE(0x100000, 72)
  at.writeUInt32LE(16, 72 + 4 * word + 4)
}

/** A function by name or by ordinal. */
export type Wanted = string | number

/** An import table, or a delayed one. */
export function addImports(
  writer: PeWriter,
  libraries: Readonly<Record<string, readonly Wanted[]>>,
  { is64 = false, isDelayed = false, base = 0 }: { is64?: boolean; isDelayed?: boolean; base?: number } = {},
): PeWriter {
  const rows = Object.entries(libraries).map(([name, functions]) => {
    const thunks = functions.map((wanted) => thunkOf(writer, wanted, { is64, base }))
    const table = Buffer.concat([...thunks, Buffer.alloc(is64 ? 8 : 4)])
    const names = writer.add(table) + base
    const addresses = writer.add(table) + base
    const library = writer.add(name) + base
    return isDelayed
      ? words(base === 0 ? 1 : 0, library, 0, addresses, names, 0, 0, 0)
      : words(names, 0, 0, library, addresses)
  })
  const table = Buffer.concat([...rows, Buffer.alloc(isDelayed ? 32 : 20)])
  return writer.directory(isDelayed ? 13 : 1, writer.add(table), table.length)
}

function thunkOf(writer: PeWriter, wanted: Wanted, { is64, base }: { is64: boolean; base: number }): Buffer {
  const low =
    typeof wanted === 'number' ? wanted : writer.add(Buffer.from(`\0\0${wanted}\0`, 'latin1')) + base
  if (!is64) return words(typeof wanted === 'number' ? low + 0x80000000 : low)
  return words(low, typeof wanted === 'number' ? 0x80000000 : 0)
}

export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}

export function halves(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value, index * 2)
  return bytes
}

/** The three levels of a resource tree with one resource; ids are numbers or names. */
export function addResource(
  writer: PeWriter,
  ids: readonly [Wanted, Wanted, Wanted],
  contents: Buffer,
): PeWriter {
  const data = writer.add(contents)
  const root = writer.next
  const names: Buffer[] = []
  let nameAt = 3 * 24 + 16
  const rows = ids.map((id, level) => {
    const target = level < 2 ? 0x80000000 + (level + 1) * 24 : 72
    if (typeof id === 'number') return Buffer.concat([directoryHead(0, 1), words(id, target)])
    const name = Buffer.concat([halves(id.length), Buffer.from(id, 'utf16le')])
    const row = Buffer.concat([directoryHead(1, 0), words(0x80000000 + nameAt, target)])
    names.push(name)
    nameAt += name.length
    return row
  })
  const tree = Buffer.concat([...rows, words(data, contents.length, 0, 0), ...names])
  return writer.directory(2, root, writer.add(tree) - root + tree.length)
}

function directoryHead(named: number, numbered: number): Buffer {
  return Buffer.concat([words(0, 0x12345678), halves(4, 2, named, numbered)])
}

/** A VS_VERSIONINFO resource. */
export function versionInfo(strings: Readonly<Record<string, string>>): Buffer {
  const leaves = Object.entries(strings).map(([key, value]) =>
    block(key, 1, [Buffer.from(`${value}\0`, 'utf16le')], value.length + 1),
  )
  const table = block('040904b0', 1, leaves)
  const translation = block('VarFileInfo', 1, [block('Translation', 0, [words(0x04b00409)], 4)])
  return block(
    'VS_VERSION_INFO',
    0,
    [Buffer.alloc(52, 1), block('StringFileInfo', 1, [table]), translation],
    52,
  )
}

function block(key: string, type: number, parts: readonly Buffer[], valueLength = 0): Buffer {
  const head = padded(Buffer.concat([halves(0, valueLength, type), Buffer.from(`${key}\0`, 'utf16le')]))
  const whole = Buffer.concat([head, ...parts.map(padded)])
  whole.writeUInt16LE(whole.length, 0)
  return whole
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
}

/** Puts signatures at the end: the certificate table, and its entry in the header. */
export function withSignatures(pe: Buffer, signatures: readonly Buffer[]): Buffer {
  const start = Buffer.concat([pe, Buffer.alloc(-pe.length & 7)])
  const table = Buffer.concat(
    signatures.map((signature) => {
      const length = signature.length + 8
      return Buffer.concat([words(length), halves(0x200, 2), signature, Buffer.alloc(-length & 7)])
    }),
  )
  const signed = Buffer.concat([start, table])
  const is64 = pe.readUInt16LE(peOffset + 24) === 0x20b
  const entry = peOffset + 24 + (is64 ? 112 : 96) + 32
  signed.writeUInt32LE(start.length, entry)
  signed.writeUInt32LE(table.length, entry + 4)
  return signed
}
