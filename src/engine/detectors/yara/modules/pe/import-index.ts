// Lookup by name over imports and exports: rules ask for names again and again, in any case.

import type { Exports, ImportedFunction, ImportedLibrary } from '../../../../parsers/pe/index.ts'

/** The functions from one library, all its tables together. */
interface Library {
  count: number
  readonly names: Map<string, Entry>
  readonly ordinals: Map<number, Entry>
}

interface Entry {
  count: number
  /** Of the first one. */
  readonly rva: number
}

export type FunctionKey = string | number

export class ImportIndex {
  readonly #libraries = new Map<string, Library>()

  constructor(imports: readonly ImportedLibrary[]) {
    for (const { name, functions } of imports) {
      const library = this.#libraries.getOrInsertComputed(lowerAscii(name), emptyLibrary)
      library.count += functions.length
      for (const imported of functions) addTo(library, imported)
    }
  }

  /** How many functions come from the library. */
  count(library: string): number {
    return this.#libraries.get(lowerAscii(library))?.count ?? 0
  }

  /** How many of them have the name or the ordinal, and where the first one is. */
  find(library: string, key: FunctionKey): Entry | undefined {
    const found = this.#libraries.get(lowerAscii(library))
    return typeof key === 'number' ? found?.ordinals.get(key) : found?.names.get(lowerAscii(key))
  }
}

function emptyLibrary(): Library {
  return { count: 0, names: new Map(), ordinals: new Map() }
}

function addTo({ names, ordinals }: Library, { name, ordinal, rva }: ImportedFunction): void {
  names.getOrInsertComputed(lowerAscii(name), () => ({ count: 0, rva })).count++
  if (ordinal !== undefined) ordinals.getOrInsertComputed(ordinal, () => ({ count: 0, rva })).count++
}

/** Positions in the list of exported functions, the first for each name and ordinal. */
export class ExportIndex {
  readonly #names = new Map<string, number>()
  readonly #ordinals = new Map<number, number>()

  constructor(exports: Exports | undefined) {
    for (const [position, { name, ordinal }] of (exports?.functions ?? []).entries()) {
      if (name !== undefined) this.#names.getOrInsert(lowerAscii(name), position)
      this.#ordinals.getOrInsert(ordinal, position)
    }
  }

  positionOf(key: FunctionKey): number | undefined {
    return typeof key === 'number' ? this.#ordinals.get(key) : this.#names.get(lowerAscii(key))
  }
}

const ascii = /^[\0-\x7f]*$/

/** Only A to Z: the characters are bytes. */
function lowerAscii(text: string): string {
  return ascii.test(text)
    ? text.toLowerCase()
    : text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
