// The fields of the pe module that come from tables in the file: read when a rule asks for them. The others, from the
// headers, are put beside them.

import {
  type ImportedLibrary,
  once,
  type Pe,
  type Resource,
  type RichHeader,
} from '../../../../parsers/pe/index.ts'
import { ExportIndex, ImportIndex } from './import-index.ts'
import { ResourceValue } from './resource-value.ts'
import { type SignatureValue, signatureValue } from './signature-value.ts'

export interface RichValue {
  /** For the functions of the structure. */
  readonly header: RichHeader | undefined
  readonly offset?: number
  readonly length?: number
  readonly key?: number
  readonly raw_data?: string
  readonly clear_data?: string
  readonly tools: readonly object[]
}

export class PeTables {
  readonly pe: Pe | undefined
  readonly #imports = once(() => importValues(this.pe?.imports))
  readonly #delayed = once(() => importValues(this.pe?.delayedImports))
  readonly #exports = once(() => exportValues(this.pe))
  readonly #resources = once(() => (this.pe === undefined ? [] : resourceValues(this.pe)))
  readonly #versionInfo = once(() => new Map(this.version_info_list.map(({ key, value }) => [key, value])))
  readonly #rich = once(() => richValue(this.pe?.richHeader))
  readonly #signatures = once(() => (this.pe?.signatures ?? []).map(signatureValue))
  readonly #importIndex = once(() => new ImportIndex(this.pe?.imports ?? []))
  readonly #delayedIndex = once(() => new ImportIndex(this.pe?.delayedImports ?? []))
  readonly #exportIndex = once(() => new ExportIndex(this.pe?.exports))
  readonly #languages = once(() => languagesOf(this.pe?.resources?.items ?? []))

  constructor(pe: Pe | undefined) {
    this.pe = pe
  }

  // For the functions.

  get importIndex(): ImportIndex {
    return this.#importIndex()
  }

  get delayedIndex(): ImportIndex {
    return this.#delayedIndex()
  }

  get exportIndex(): ExportIndex {
    return this.#exportIndex()
  }

  get languages(): Languages {
    return this.#languages()
  }

  // The fields.

  get import_details(): readonly object[] {
    return this.#imports()
  }

  get delayed_import_details(): readonly object[] {
    return this.#delayed()
  }

  get number_of_imports(): number | undefined {
    return this.pe?.imports.length
  }

  get number_of_delayed_imports(): number | undefined {
    return this.pe?.delayedImports.length
  }

  get number_of_imported_functions(): number | undefined {
    return this.pe === undefined ? undefined : functionCount(this.pe.imports)
  }

  get number_of_delayed_imported_functions(): number | undefined {
    return this.pe === undefined ? undefined : functionCount(this.pe.delayedImports)
  }

  get export_details(): readonly object[] {
    return this.#exports()
  }

  get number_of_exports(): number | undefined {
    return this.pe === undefined ? undefined : (this.pe.exports?.functions.length ?? 0)
  }

  get dll_name(): string | undefined {
    return this.pe?.exports?.libraryName
  }

  get export_timestamp(): number | undefined {
    return this.pe?.exports?.timestamp
  }

  get resources(): readonly ResourceValue[] {
    return this.#resources()
  }

  get number_of_resources(): number | undefined {
    return this.pe === undefined ? undefined : (this.pe.resources?.items.length ?? 0)
  }

  get resource_timestamp(): number | undefined {
    return this.pe?.resources?.timestamp
  }

  get resource_version(): object {
    return this.pe?.resources?.version ?? {}
  }

  get version_info(): ReadonlyMap<string, string> {
    return this.#versionInfo()
  }

  get version_info_list(): readonly { readonly key: string; readonly value: string }[] {
    return this.pe?.versionInfo ?? []
  }

  get number_of_version_infos(): number | undefined {
    return this.pe?.versionInfo.length
  }

  get pdb_path(): string | undefined {
    return this.pe?.pdbPath
  }

  get rich_signature(): RichValue {
    return this.#rich()
  }

  get signatures(): readonly SignatureValue[] {
    return this.#signatures()
  }

  get number_of_signatures(): number | undefined {
    return this.pe?.signatures.length
  }

  get is_signed(): boolean | undefined {
    return this.pe === undefined ? undefined : this.signatures.some(({ verified }) => verified)
  }
}

interface Languages {
  /** Sixteen bits of each. */
  readonly locales: ReadonlySet<number>
  /** The lower eight bits of them. */
  readonly languages: ReadonlySet<number>
}

function languagesOf(resources: readonly Resource[]): Languages {
  const locales = new Set<number>()
  const languages = new Set<number>()
  for (const { language } of resources) {
    if (language.kind !== 'number') continue
    locales.add(language.number & 0xffff)
    languages.add(language.number & 0xff)
  }
  return { locales, languages }
}

function functionCount(libraries: readonly ImportedLibrary[]): number {
  return libraries.reduce((sum, { functions }) => sum + functions.length, 0)
}

function importValues(libraries: readonly ImportedLibrary[] = []): object[] {
  return libraries.map(({ name, functions }) => ({
    library_name: name,
    number_of_functions: functions.length,
    // `name`, `ordinal` and `rva` are YARA's words too.
    functions,
  }))
}

function exportValues(pe: Pe | undefined): object[] {
  const functions = pe?.exports?.functions ?? []
  return functions.map(({ name, ordinal, rva, offset, forwardName }) => ({
    name,
    ordinal,
    rva,
    offset,
    forward_name: forwardName,
  }))
}

function resourceValues({ bytes, resources }: Pe): ResourceValue[] {
  return (resources?.items ?? []).map((resource) => new ResourceValue(bytes, resource))
}

function richValue(header: RichHeader | undefined): RichValue {
  if (header === undefined) return { header, tools: [] }
  const { offset, length, key, rawData, clearData, tools } = header
  return {
    header,
    offset,
    length,
    key,
    raw_data: rawData,
    clear_data: clearData,
    tools: tools.map(({ id, version, times }) => ({ toolid: id, version, times })),
  }
}
