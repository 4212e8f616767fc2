// The elf module: headers, sections, segments and symbols of ELF files.

import { parseElf } from '../../../../parsers/elf/index.ts'
import type { Module } from '../module.ts'
import { elfType } from './type.ts'
import { ElfValue } from './value.ts'

export const elfModule: Module = {
  name: 'elf',
  type: elfType,
  // Always an object: import_md5() has a value for every file, the hash of no names.
  open: ({ bytes, budget }) => new ElfValue(parseElf(bytes), budget),
}
