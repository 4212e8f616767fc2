// The pe module: Portable Executables, the programs of Windows and EFI.

import type { Module } from '../module.ts'
import { peType } from './type.ts'
import { openPe } from './value.ts'

export const peModule: Module = {
  name: 'pe',
  type: peType,
  // Always an object: without a PE file the functions still have values, such as no imports.
  open: ({ bytes }) => openPe(bytes),
}
