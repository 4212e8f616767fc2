// A 32-bit Windows program in memory, ready to run.

import type { Cpu } from './cpu.ts'
import type { Memory } from './memory.ts'
import type { Functions } from './system-module.ts'

export interface Program {
  readonly cpu: Cpu
  readonly memory: Memory
  readonly imageBase: number
  readonly image: Uint8Array
  readonly functions: Functions
  /** As it lies on the disk. */
  readonly file: Uint8Array
}
