// A .NET assembly inside a Portable Executable (ECMA-335, II.24 and II.25). Its tables are read when they are asked for;
// texts have one character (0–255) for each byte.

import { u32 } from '../../codecs/little-endian.ts'
import type { Budget } from '../../limits.ts'
import { once, parsePe, type Pe } from '../pe/index.ts'
import { type Class, readClasses } from './classes.ts'
import { Heaps, readCompressed, readMetadata, type Stream } from './metadata.ts'
import { table } from './schema.ts'
import { Tables } from './tables.ts'
import { guidText } from './guid.ts'
import { readTypelib } from './typelib.ts'

const cliHeaderDirectory = 14
const cliHeaderBytes = 72
const maxGuids = 16
const elementString = 0x0e
/** Real assemblies have some ten thousand. */
const maxUserStrings = 256 * 1024
const maxU32 = 0xffff_ffff

export interface AssemblyVersion {
  readonly major: number
  readonly minor: number
  readonly build_number: number
  readonly revision_number: number
}

export interface Assembly {
  readonly name: string | undefined
  readonly culture: string | undefined
  readonly version: AssemblyVersion
}

export interface AssemblyRef {
  readonly name: string | undefined
  readonly publicKeyOrToken: string | undefined
  readonly version: AssemblyVersion
}

export interface Resource {
  readonly name: string | undefined
  /** In the file; undefined: elsewhere. */
  readonly offset: number | undefined
  readonly length: number | undefined
}

export interface Dotnet {
  readonly version: string
  readonly streams: readonly Stream[]
  readonly moduleName: string | undefined
  readonly guids: readonly string[]
  /** UTF-16, as it is in the file. */
  readonly userStrings: readonly Uint8Array[]
  readonly typelib: string | undefined
  readonly assembly: Assembly | undefined
  readonly assemblyRefs: readonly AssemblyRef[]
  readonly moduleRefs: readonly string[]
  readonly resources: readonly Resource[]
  readonly constants: readonly string[]
  readonly fieldOffsets: readonly number[]
  readonly classes: readonly Class[]
}

/** Undefined: not a PE file, or one without .NET metadata. */
export function parseDotnet(file: Uint8Array, budget: Budget): Dotnet | undefined {
  const pe = parsePe(file)
  const header = pe && cliHeaderOffset(pe)
  if (pe === undefined || header === undefined) return undefined
  const start = pe.offsetOfRva(u32(file, header + 8))
  if (start === undefined) return undefined
  const metadata = readMetadata(file, start, Math.min(start + u32(file, header + 12), file.length))
  if (metadata === undefined) return undefined
  const heaps = new Heaps(file, metadata.streams)
  const tables = once(() => new Tables(heaps.tables ?? new Uint8Array(0)))
  const reader = new Reader({ file, pe, heaps, tables, resources: header + 24 })
  const classes = once(() => readClasses(heaps, tables(), budget))
  return {
    ...metadata,
    get moduleName() {
      return reader.moduleName()
    },
    get guids() {
      return reader.guids()
    },
    get userStrings() {
      return reader.userStrings()
    },
    get typelib() {
      return readTypelib(heaps, tables())
    },
    get assembly() {
      return reader.assembly()
    },
    get assemblyRefs() {
      return reader.assemblyRefs()
    },
    get moduleRefs() {
      return reader.moduleRefs()
    },
    get resources() {
      return reader.resources()
    },
    get constants() {
      return reader.constants()
    },
    get fieldOffsets() {
      return reader.fieldOffsets()
    },
    get classes() {
      return classes()
    },
  }
}

/** Also where the number of directories says that there is none: Windows looks all the same. */
function cliHeaderOffset(pe: Pe): number | undefined {
  const { bytes, headers } = pe
  const entry = headers.directoriesOffset + cliHeaderDirectory * 8
  if (headers.optional === undefined || entry + 8 > bytes.length) return undefined
  const offset = pe.offsetOfRva(u32(bytes, entry))
  if (offset === undefined || offset + 40 > bytes.length) return undefined
  return u32(bytes, offset) === cliHeaderBytes ? offset : undefined
}

interface Source {
  readonly file: Uint8Array
  readonly pe: Pe
  readonly heaps: Heaps
  readonly tables: () => Tables
  /** Where the CLI header says where the resources are. */
  readonly resources: number
}

class Reader {
  readonly #source: Source

  constructor(source: Source) {
    this.#source = source
  }

  get #tables(): Tables {
    return this.#source.tables()
  }

  moduleName(): string | undefined {
    return this.#tables.rows(table.module) === 0 ? undefined : this.#string(table.module, 0, 1)
  }

  guids(): string[] {
    const { guids } = this.#source.heaps
    const count = Math.min(Math.floor((guids?.length ?? 0) / 16), maxGuids)
    return Array.from({ length: count }, (_, index) => guidText(guids!, index * 16))
  }

  /** The texts of the stream #US, without the byte behind each (II.24.2.4). */
  userStrings(): Uint8Array[] {
    const stream = this.#source.heaps.userStrings
    const strings: Uint8Array[] = []
    if (stream === undefined) return strings
    let length = readCompressed(stream, 0)
    while (length !== undefined && strings.length < maxUserStrings) {
      const end = length.end + length.value
      // A text that is cut off hides all, as in YARA-X.
      if (end > stream.length) return []
      if (length.value >= 3) strings.push(stream.subarray(length.end, end - 1))
      length = readCompressed(stream, end)
    }
    return strings
  }

  assembly(): Assembly | undefined {
    if (this.#tables.rows(table.assembly) === 0) return undefined
    return {
      name: this.#string(table.assembly, 0, 7),
      culture: notEmpty(this.#string(table.assembly, 0, 8)),
      version: this.#version(table.assembly, 0, 1),
    }
  }

  assemblyRefs(): AssemblyRef[] {
    const { heaps } = this.#source
    return this.#map(table.assemblyRef, (row) => ({
      name: this.#string(table.assemblyRef, row, 6),
      publicKeyOrToken: notEmpty(heaps.blobText(this.#tables.value(table.assemblyRef, row, 5))),
      version: this.#version(table.assemblyRef, row, 0),
    }))
  }

  moduleRefs(): string[] {
    return this.#map(table.moduleRef, (row) => this.#string(table.moduleRef, row, 0)).filter(
      (name) => name !== undefined,
    )
  }

  constants(): string[] {
    return this.#map(table.constant, (row) =>
      this.#tables.value(table.constant, row, 0) === elementString
        ? this.#source.heaps.blobText(this.#tables.value(table.constant, row, 3))
        : undefined,
    ).filter((value) => value !== undefined)
  }

  fieldOffsets(): number[] {
    return this.#map(table.fieldRva, (row) =>
      this.#source.pe.offsetOfRva(this.#tables.value(table.fieldRva, row, 0)),
    ).filter((offset) => offset !== undefined)
  }

  resources(): Resource[] {
    const { file, pe, resources } = this.#source
    const start = pe.offsetOfRva(u32(file, resources))
    const isThere = start !== undefined && start <= file.length
    const data = isThere ? { start, end: Math.min(start + u32(file, resources + 4), file.length) } : undefined
    return this.#map(table.manifestResource, (row) => this.#resource(row, data))
  }

  #resource(row: number, data: { start: number; end: number } | undefined): Resource {
    const name = this.#string(table.manifestResource, row, 2)
    const owner = this.#tables.ref(table.manifestResource, row, 3)
    const elsewhere = { name, offset: undefined, length: undefined }
    if (data === undefined || owner.table !== table.file || owner.row !== 0) return elsewhere
    const at = data.start + this.#tables.value(table.manifestResource, row, 0)
    if (at + 4 > data.end) return elsewhere
    const length = u32(this.#source.file, at)
    return { name, offset: Math.min(at + 4, maxU32), length: at + 4 + length > data.end ? undefined : length }
  }

  #version(number: number, row: number, column: number): AssemblyVersion {
    const value = (index: number): number => this.#tables.value(number, row, column + index)
    return { major: value(0), minor: value(1), build_number: value(2), revision_number: value(3) }
  }

  #string(number: number, row: number, column: number): string | undefined {
    return this.#source.heaps.string(this.#tables.value(number, row, column))
  }

  #map<T>(number: number, read: (row: number) => T): T[] {
    return Array.from({ length: this.#tables.rows(number) }, (_, row) => read(row))
  }
}

function notEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
