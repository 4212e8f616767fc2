// What a contestant is that can be called from Node: opened once in each process, and in each thread of one.

export type EngineKind = 'haechi' | 'yara-x' | 'yara-x-wasm'

/** Structured-cloneable. */
export interface EngineSpec {
  readonly kind: EngineKind
  /** Rule files, each a namespace of its own. */
  readonly rules: readonly { readonly path: string; readonly namespace: string }[]
  /** Folders of ClamAV databases. */
  readonly databases: readonly string[]
  /** Folder for compiled signatures; compiled anew without it. */
  readonly cache?: string
}

export interface ScanEngine {
  /** Names of the signatures that match a file. */
  scan(path: string): string[]
  readonly version: string
  /** Where the engine can tell. */
  readonly signatures?: number
  /** What another thread needs to scan with the same signatures; without it every thread opens the spec anew. */
  readonly shared?: unknown
}

/** One module for each kind. */
export interface EngineModule {
  open(spec: EngineSpec): ScanEngine
  attach?(shared: unknown): ScanEngine
}

export async function engineModule(kind: EngineKind): Promise<EngineModule> {
  switch (kind) {
    case 'haechi':
      return (await import('./haechi.ts')).haechi
    case 'yara-x':
      return (await import('./yara-x.ts')).yaraX
    case 'yara-x-wasm':
      return (await import('./yara-x-wasm.ts')).yaraXWasm
  }
}
