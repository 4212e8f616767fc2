// DOS, COFF and optional header (Microsoft PE Format, sections "MS-DOS Stub" to "Optional Header").

const dosHeaderBytes = 64
const dosMagic = 0x5a4d
const peMagic = 0x00004550
const signatureBytes = 4
const coffHeaderBytes = 20
const pe32PlusMagic = 0x20b
/** Without the data directories. */
const optionalBytes = { pe32: 96, pe32Plus: 112 } as const

export interface Version {
  readonly major: number
  readonly minor: number
}

export interface Headers {
  /** Where the PE signature is: the end of the DOS stub. */
  readonly peOffset: number
  readonly machine: number
  readonly sectionCount: number
  readonly timestamp: number
  readonly symbolTableOffset: number
  readonly symbolCount: number
  readonly optionalHeaderSize: number
  readonly characteristics: number
  /** Undefined if the file ends before it does. */
  readonly optional: OptionalHeader | undefined
  readonly directoriesOffset: number
  readonly sectionTableOffset: number
}

/** Every magic but 0x20b is read as PE32: damaged files have others. */
export interface OptionalHeader {
  readonly magic: number
  readonly isPe32Plus: boolean
  readonly linkerVersion: Version
  readonly sizeOfCode: number
  readonly sizeOfInitializedData: number
  readonly sizeOfUninitializedData: number
  /** An RVA. */
  readonly entryPoint: number
  readonly baseOfCode: number
  /** Only in PE32. */
  readonly baseOfData: number | undefined
  readonly imageBase: bigint
  readonly sectionAlignment: number
  readonly fileAlignment: number
  readonly osVersion: Version
  readonly imageVersion: Version
  readonly subsystemVersion: Version
  readonly win32Version: number
  readonly sizeOfImage: number
  readonly sizeOfHeaders: number
  readonly checksum: number
  readonly subsystem: number
  readonly dllCharacteristics: number
  readonly sizeOfStackReserve: bigint
  readonly sizeOfStackCommit: bigint
  readonly sizeOfHeapReserve: bigint
  readonly sizeOfHeapCommit: bigint
  readonly loaderFlags: number
  readonly directoryCount: number
}

/** Undefined: not a PE file. */
export function readHeaders(bytes: Buffer): Headers | undefined {
  if (bytes.length < dosHeaderBytes || bytes.readUInt16LE(0) !== dosMagic) return undefined
  const peOffset = bytes.readUInt32LE(60)
  const coff = peOffset + signatureBytes
  const optionalOffset = coff + coffHeaderBytes
  if (optionalOffset > bytes.length || bytes.readUInt32LE(peOffset) !== peMagic) return undefined
  const optional = readOptional(bytes, optionalOffset)
  const optionalHeaderSize = bytes.readUInt16LE(coff + 16)
  return {
    peOffset,
    machine: bytes.readUInt16LE(coff),
    sectionCount: bytes.readUInt16LE(coff + 2),
    timestamp: bytes.readUInt32LE(coff + 4),
    symbolTableOffset: bytes.readUInt32LE(coff + 8),
    symbolCount: bytes.readUInt32LE(coff + 12),
    optionalHeaderSize,
    characteristics: bytes.readUInt16LE(coff + 18),
    optional,
    directoriesOffset:
      optionalOffset + (optional?.isPe32Plus === true ? optionalBytes.pe32Plus : optionalBytes.pe32),
    sectionTableOffset: optionalOffset + optionalHeaderSize,
  }
}

function readOptional(bytes: Buffer, at: number): OptionalHeader | undefined {
  if (at + 2 > bytes.length) return undefined
  const magic = bytes.readUInt16LE(at)
  const isPe32Plus = magic === pe32PlusMagic
  if (at + (isPe32Plus ? optionalBytes.pe32Plus : optionalBytes.pe32) > bytes.length) return undefined
  const sizes = at + 72
  const word = isPe32Plus ? 8 : 4
  const size = (index: number): bigint =>
    isPe32Plus
      ? bytes.readBigUInt64LE(sizes + index * word)
      : BigInt(bytes.readUInt32LE(sizes + index * word))
  const end = sizes + 4 * word
  return {
    magic,
    isPe32Plus,
    linkerVersion: { major: bytes.readUInt8(at + 2), minor: bytes.readUInt8(at + 3) },
    sizeOfCode: bytes.readUInt32LE(at + 4),
    sizeOfInitializedData: bytes.readUInt32LE(at + 8),
    sizeOfUninitializedData: bytes.readUInt32LE(at + 12),
    entryPoint: bytes.readUInt32LE(at + 16),
    baseOfCode: bytes.readUInt32LE(at + 20),
    baseOfData: isPe32Plus ? undefined : bytes.readUInt32LE(at + 24),
    imageBase: isPe32Plus ? bytes.readBigUInt64LE(at + 24) : BigInt(bytes.readUInt32LE(at + 28)),
    sectionAlignment: bytes.readUInt32LE(at + 32),
    fileAlignment: bytes.readUInt32LE(at + 36),
    osVersion: versionAt(bytes, at + 40),
    imageVersion: versionAt(bytes, at + 44),
    subsystemVersion: versionAt(bytes, at + 48),
    win32Version: bytes.readUInt32LE(at + 52),
    sizeOfImage: bytes.readUInt32LE(at + 56),
    sizeOfHeaders: bytes.readUInt32LE(at + 60),
    checksum: bytes.readUInt32LE(at + 64),
    subsystem: bytes.readUInt16LE(at + 68),
    dllCharacteristics: bytes.readUInt16LE(at + 70),
    sizeOfStackReserve: size(0),
    sizeOfStackCommit: size(1),
    sizeOfHeapReserve: size(2),
    sizeOfHeapCommit: size(3),
    loaderFlags: bytes.readUInt32LE(end),
    directoryCount: bytes.readUInt32LE(end + 4),
  }
}

function versionAt(bytes: Buffer, at: number): Version {
  return { major: bytes.readUInt16LE(at), minor: bytes.readUInt16LE(at + 2) }
}
