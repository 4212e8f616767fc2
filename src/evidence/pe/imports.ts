// Imports and exports as they are told.

import { type ImportedLibrary, type Pe, readExports as readExportTable } from '../../engine/index.ts'
import { type BoundImport, readBoundImports } from './bound-imports.ts'
import { hex, shown, timeOfStamp } from './view.ts'

/** Ordinals have sixteen bits. Rules of the engine see fewer. */
const maxExports = 65_536

export interface PeImport {
  readonly library: string
  readonly kind: 'normal' | 'delayed'
  readonly functions: readonly PeFunction[]
}

export interface PeFunction {
  /** For an import by number the name that is known for it, if any. */
  readonly name?: string
  readonly ordinal?: number
}

export function readImports(pe: Pe): { imports: PeImport[]; boundImports: BoundImport[] } {
  const told = (kind: PeImport['kind']) => (library: ImportedLibrary) => ({
    library: shown(library.name),
    kind,
    functions: library.functions.map(({ name, ordinal }) => ({
      ...(ordinal !== undefined && name === `ord${ordinal}` ? {} : { name: shown(name) }),
      ...(ordinal === undefined ? {} : { ordinal }),
    })),
  })
  return {
    imports: [...pe.imports.map(told('normal')), ...pe.delayedImports.map(told('delayed'))],
    boundImports: readBoundImports(pe),
  }
}

export interface PeExports {
  readonly library?: string
  readonly time: string
  readonly functions: readonly {
    readonly name?: string
    readonly ordinal: number
    readonly address: string
    readonly forwarder?: string
  }[]
}

/** Numbers without a function, which a table may have between others, are left out. */
export function readExports(pe: Pe): PeExports | undefined {
  const exports = readExportTable(pe, maxExports)
  if (exports === undefined) return undefined
  return {
    ...(exports.libraryName === undefined ? {} : { library: shown(exports.libraryName) }),
    time: timeOfStamp(exports.timestamp),
    functions: exports.functions
      .filter(({ rva }) => rva !== 0)
      .map(({ name, ordinal, rva, forwardName }) => ({
        ...(name === undefined ? {} : { name: shown(name) }),
        ordinal,
        address: hex(rva),
        ...(forwardName === undefined ? {} : { forwarder: shown(forwardName) }),
      })),
  }
}
