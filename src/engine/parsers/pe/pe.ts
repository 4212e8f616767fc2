// Portable Executables: programs, libraries and drivers of Windows and EFI (Microsoft PE Format,
// learn.microsoft.com/windows/win32/debug/pe-format). Headers are read at once, everything else when it is asked for.
// Reading is as lenient as YARA-X's, so that rules see the same file.

import type { AuthenticodeSignature } from '../pkcs7/index.ts'
import { checksumOf } from './checksum.ts'
import { readPdbPath } from './debug.ts'
import { type Exports, readExports } from './exports.ts'
import { type Headers, readHeaders } from './headers.ts'
import type { Image } from './image.ts'
import { importHash } from './import-hash.ts'
import { type ImportedLibrary, readDelayedImports, readImports } from './imports.ts'
import { once } from './once.ts'
import { readResources, type Resources } from './resources.ts'
import { type RichHeader, readRichHeader } from './rich-header.ts'
import { offsetOfRva } from './rva.ts'
import { readSections, type Section } from './section.ts'
import { readSignatures } from './signatures.ts'
import { readVersionInfo, type VersionString } from './version-info.ts'

const maxDirectories = 16

export interface DataDirectory {
  /** For the certificate table (index 4) an offset in the file. */
  readonly virtualAddress: number
  readonly size: number
}

export interface Overlay {
  readonly offset: number
  readonly size: number
}

/** Texts have one character (0–255) for each byte, those from UTF-16 for each byte of UTF-8. Getters remember. */
export interface Pe {
  /** The whole file. */
  readonly bytes: Buffer
  readonly headers: Headers
  /** In the order of the section table, 96 at most. */
  readonly sections: readonly Section[]
  /** As many as the header gives, 16 at most; none if the file ends before they do. */
  readonly directories: readonly DataDirectory[]
  /** Of the first instruction in the file; undefined where the address is not in it. */
  readonly entryPointOffset: number | undefined
  /** What follows the last section; undefined if nothing does. */
  readonly overlay: Overlay | undefined
  readonly richHeader: RichHeader | undefined
  readonly imports: readonly ImportedLibrary[]
  readonly delayedImports: readonly ImportedLibrary[]
  readonly importHash: string
  readonly exports: Exports | undefined
  readonly resources: Resources | undefined
  readonly versionInfo: readonly VersionString[]
  readonly pdbPath: string | undefined
  readonly signatures: readonly AuthenticodeSignature[]
  /** What the checksum in the header should be. */
  readonly checksum: number
  /** Where an address of the loaded program is in the file. May be beyond its end. */
  offsetOfRva(rva: number): number | undefined
}

/** Undefined: not a PE file. Never throws, whatever the bytes are. */
export function parsePe(file: Uint8Array): Pe | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length)
  const headers = readHeaders(bytes)
  if (headers === undefined) return undefined
  const image: Image = { bytes, headers, sections: readSections(bytes, headers) }
  return peOf(image)
}

function peOf(image: Image): Pe {
  const { bytes, headers, sections } = image
  const richHeader = once(() => readRichHeader(bytes, headers.peOffset))
  const imports = once(() => readImports(image))
  const delayedImports = once(() => readDelayedImports(image))
  const hash = once(() => importHash(imports()))
  const exports = once(() => readExports(image))
  const resources = once(() => readResources(image))
  const versionInfo = once(() => readVersionInfo(bytes, resources()?.items ?? []))
  const pdbPath = once(() => readPdbPath(image))
  const signatures = once(() => readSignatures(image))
  const checksum = once(() => checksumOf(bytes, headers.optional?.checksum ?? 0))
  return {
    ...image,
    directories: directoriesOf(image),
    entryPointOffset: offsetOfRva(image, headers.optional?.entryPoint ?? 0),
    overlay: overlayOf(image),
    get richHeader() {
      return richHeader()
    },
    get imports() {
      return imports()
    },
    get delayedImports() {
      return delayedImports()
    },
    get importHash() {
      return hash()
    },
    get exports() {
      return exports()
    },
    get resources() {
      return resources()
    },
    get versionInfo() {
      return versionInfo()
    },
    get pdbPath() {
      return pdbPath()
    },
    get signatures() {
      return signatures()
    },
    get checksum() {
      return checksum()
    },
    offsetOfRva: (rva) => offsetOfRva({ headers, sections }, rva),
  }
}

function directoriesOf({ bytes, headers }: Image): DataDirectory[] {
  const directories: DataDirectory[] = []
  const count = Math.min(headers.optional?.directoryCount ?? 0, maxDirectories)
  if (headers.directoriesOffset + count * 8 > bytes.length) return directories
  for (let index = 0; index < count; index++) {
    const at = headers.directoriesOffset + index * 8
    directories.push({ virtualAddress: bytes.readUInt32LE(at), size: bytes.readUInt32LE(at + 4) })
  }
  return directories
}

function overlayOf({ bytes, sections }: Image): Overlay | undefined {
  if (sections.length === 0) return undefined
  const offset = Math.max(...sections.map(({ rawOffset, rawSize }) => rawOffset + rawSize))
  return offset < bytes.length ? { offset, size: bytes.length - offset } : undefined
}
