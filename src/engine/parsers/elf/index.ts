export { type Elf, parseElf, sectionDynamicSymbols, sectionSymbols, type SymbolTable } from './elf.ts'
export { type ElfLayout, elfLayoutOf, type ElfSection } from './layout.ts'
export type { ElfSymbol } from './records.ts'
export { tlsh } from './tlsh.ts'
