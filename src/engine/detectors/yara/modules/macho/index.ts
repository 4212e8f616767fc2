// The macho module: headers, load commands, symbols and signatures of Mach-O files.

import { parseMacho } from '../../../../parsers/macho/index.ts'
import type { Module } from '../module.ts'
import { machoType } from './type.ts'
import { machoValue } from './value.ts'

export const machoModule: Module = {
  name: 'macho',
  type: machoType,
  // Always an object: the functions that look for something find nothing in other files.
  open: ({ bytes, budget }) => machoValue(parseMacho(bytes), budget),
}
