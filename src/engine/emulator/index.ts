// An emulator of 32-bit Windows programs, for what is packed.

export { emulate } from './emulate.ts'
export { loadProgram } from './loader.ts'
export type { Program } from './program.ts'
