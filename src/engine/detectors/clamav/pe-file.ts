// For tests: a small PE file with sections, imports and version information of one's own.

export interface PeOptions {
  readonly sections: readonly Uint8Array[]
  /** An address; the first section begins at 0x1000, each of the next ones 0x1000 later. */
  readonly entryPoint: number
  readonly is64?: true
  /** What the header says; sections lie at multiples of 512 all the same. */
  readonly fileAlignment?: number
  /** Data directories: index, address, size. */
  readonly directories?: readonly (readonly [index: number, address: number, size: number])[]
}

export const firstAddress = 0x1000
const headersEnd = 0x400
const alignment = 0x200

export function peFile(options: PeOptions): Buffer {
  const { sections, entryPoint, is64, directories = [], fileAlignment = alignment } = options
  const header = Buffer.alloc(headersEnd)
  const optionalSize = is64 === true ? 240 : 224
  const coff = 0x44
  const optional = coff + 20
  header.write('MZ')
  header.writeUInt32LE(0x40, 60)
  header.write('PE', 0x40)
  header.writeUInt16LE(is64 === true ? 0x8664 : 0x14c, coff)
  header.writeUInt16LE(sections.length, coff + 2)
  header.writeUInt16LE(optionalSize, coff + 16)
  header.writeUInt16LE(is64 === true ? 0x20b : 0x10b, optional)
  header.writeUInt32LE(entryPoint, optional + 16)
  header.writeUInt32LE(firstAddress, optional + 32)
  header.writeUInt32LE(fileAlignment, optional + 36)
  header.writeUInt32LE(headersEnd, optional + 60)
  const directoryCount = optional + (is64 === true ? 108 : 92)
  header.writeUInt32LE(16, directoryCount)
  for (const [index, address, size] of directories) {
    header.writeUInt32LE(address, directoryCount + 4 + index * 8)
    header.writeUInt32LE(size, directoryCount + 8 + index * 8)
  }
  let offset = headersEnd
  const bodies = sections.map((bytes, index) => {
    const size = Math.ceil(bytes.length / alignment) * alignment
    const at = optional + optionalSize + index * 40
    header.write(`.s${index}`, at)
    header.writeUInt32LE(bytes.length, at + 8)
    header.writeUInt32LE(firstAddress * (index + 1), at + 12)
    header.writeUInt32LE(size, at + 16)
    header.writeUInt32LE(offset, at + 20)
    offset += size
    return Buffer.concat([bytes], size)
  })
  return Buffer.concat([header, ...bodies])
}
