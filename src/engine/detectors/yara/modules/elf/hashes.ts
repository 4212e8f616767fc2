// import_md5() and telfhash() (https://github.com/trendmicro/telfhash): hashes over the names of symbols.

import { createHash } from 'node:crypto'

import { type ElfSymbol, tlsh } from '../../../../parsers/elf/index.ts'
import type { ModuleContext } from '../module.ts'
import { lowerText, repairedText } from './byte-text.ts'
import { ElfValue } from './value.ts'

const typeFunction = 2
const bindGlobal = 1
const visibilityDefault = 0

/** Names of one table that a hash is made of, together; files with more have no hash. */
const maxNameBytes = 32 * 1024 * 1024
/** What a name costs besides its bytes: there may be millions of short ones. */
const nameCost = 16

/** Names that telfhash leaves out: they say nothing about the program. */
const ordinaryNames = new Set([
  '__libc_start_main',
  'main',
  'abort',
  'cachectl',
  'cacheflush',
  'puts',
  'atol',
  'malloc_trim',
])
const ordinaryName = /^(?:\.|_|mem|str)|64$/

interface Hashes {
  importMd5?: string | undefined
  telfhash?: string | undefined
}

/** What was calculated before: rules ask for the same hash again and again. */
const remembered = new WeakMap<ElfValue, Hashes>()

/** MD5 of the undefined symbols' names in lower case, sorted, with commas between them. */
export function importMd5(self: unknown, context: ModuleContext): string | undefined {
  return remember(self, 'importMd5', (elf) => {
    const names = namesOf(elf, context, (symbol) => symbol.sectionIndex === 0)
    if (names === undefined) return undefined
    return createHash('md5')
      .update(joined(names.filter((name) => name !== '')))
      .digest('hex')
  })
}

/** TLSH of the global functions' names in lower case, sorted, with commas between them. */
export function telfhash(self: unknown, context: ModuleContext): string | undefined {
  return remember(self, 'telfhash', (elf) => {
    const names = namesOf(elf, context, isGlobalFunction)
    return names && tlsh(joined(names.filter((name) => !ordinaryNames.has(name) && !ordinaryName.test(name))))
  })
}

function isGlobalFunction(symbol: ElfSymbol): boolean {
  return symbol.type === typeFunction && symbol.bind === bindGlobal && symbol.visibility === visibilityDefault
}

function namesOf(
  elf: ElfValue,
  context: ModuleContext,
  isWanted: (symbol: ElfSymbol) => boolean,
): string[] | undefined {
  const table = elf.hashedTable
  const names: string[] = []
  let size = 0
  for (let index = 0; index < (table?.count ?? 0); index++) {
    if (index % 4096 === 0) context.budget.checkTime()
    const symbol = table!.symbol(index)
    const name = isWanted(symbol) ? table!.nameOf(symbol) : undefined
    if (name === undefined) continue
    size += name.length + nameCost
    if (size > maxNameBytes) return undefined
    names.push(repairedText(name))
  }
  return names
}

function joined(names: readonly string[]): Buffer {
  return Buffer.from(names.map(lowerText).toSorted().join(','), 'latin1')
}

function remember<K extends keyof Hashes>(
  self: unknown,
  kind: K,
  calculate: (elf: ElfValue) => Hashes[K],
): Hashes[K] {
  if (!(self instanceof ElfValue)) return undefined
  let hashes = remembered.get(self)
  if (hashes === undefined) remembered.set(self, (hashes = {}))
  if (!(kind in hashes)) hashes[kind] = calculate(self)
  return hashes[kind]
}
