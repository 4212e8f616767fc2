// The part of the WebAssembly API that the engine uses. TypeScript describes it only for browsers.

declare namespace WebAssembly {
  class Memory {
    constructor(options: { initial: number; maximum: number; shared: true })
    readonly buffer: SharedArrayBuffer
    grow(pages: number): number
  }
  interface Module {
    readonly kind: 'module'
  }
  const Module: new (bytes: Uint8Array) => Module
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
}
