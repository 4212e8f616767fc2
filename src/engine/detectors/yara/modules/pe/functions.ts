// The functions of the pe module. Without a PE file most of them still have a value: nothing is imported, exported or
// found.

import type { Pe, RichHeader } from '../../../../parsers/pe/index.ts'
import type { FunctionType, ModuleContext, Overload, RegexArgument } from '../module.ts'
import type { FunctionKey } from './import-index.ts'
import type { SignatureValue } from './signature-value.ts'
import type { PeTables, RichValue } from './tables.ts'

type Args = readonly never[]
type ArgType = Overload['args'][number]

/** `call` gets the module's value; conditions have been checked, so the arguments are what `args` says. */
function overload(
  args: readonly ArgType[],
  returns: 'int' | 'bool' | 'text',
  call: (self: PeTables, args: Args, context: ModuleContext) => unknown,
): Overload {
  return {
    args,
    returns,
    call: (self, values, context) => call(self as PeTables, values as Args, context),
  }
}

function functionOf(...overloads: readonly Overload[]): FunctionType {
  return { kind: 'function', overloads }
}

const standard = 1
const delayed = 2

/** Which tables are meant by a sum of IMPORT_STANDARD and IMPORT_DELAYED. */
interface Flags {
  readonly isStandard: boolean
  readonly isDelayed: boolean
}

function flagsOf(value: number | bigint): Flags {
  const bits = Number(BigInt.asUintN(2, BigInt(value)))
  return { isStandard: (bits & standard) !== 0, isDelayed: (bits & delayed) !== 0 }
}

function countOfLibrary(self: PeTables, flags: Flags, library: string): number {
  return (
    (flags.isStandard ? self.importIndex.count(library) : 0) +
    (flags.isDelayed ? self.delayedIndex.count(library) : 0)
  )
}

function countOf(self: PeTables, flags: Flags, [library, key]: readonly [string, FunctionKey]): number {
  return (
    (flags.isStandard ? (self.importIndex.find(library, key)?.count ?? 0) : 0) +
    (flags.isDelayed ? (self.delayedIndex.find(library, key)?.count ?? 0) : 0)
  )
}

type Regexes = readonly [RegexArgument, RegexArgument]

function countMatching(
  self: PeTables,
  flags: Flags,
  [library, name]: Regexes,
  { budget }: ModuleContext,
): number {
  let count = 0
  const { pe } = self
  const tables = [
    ...(flags.isStandard ? (pe?.imports ?? []) : []),
    ...(flags.isDelayed ? (pe?.delayedImports ?? []) : []),
  ]
  for (const imported of tables) {
    budget.checkTime()
    if (!library.test(imported.name)) continue
    for (const { name: text } of imported.functions) if (name.test(text)) count++
  }
  return count
}

const onlyStandard: Flags = { isStandard: true, isDelayed: false }

const imports = functionOf(
  overload(['regex', 'regex'], 'int', (self, args, context) =>
    countMatching(self, onlyStandard, regexesOf(args), context),
  ),
  overload(
    ['text', 'text'],
    'bool',
    (self, [library, name]) => countOf(self, onlyStandard, [library!, name!]) > 0,
  ),
  overload(['text', 'int'], 'int', (self, [library, ordinal]) =>
    countOf(self, onlyStandard, [library!, ordinal!]),
  ),
  overload(['text'], 'int', (self, [library]) => countOfLibrary(self, onlyStandard, library!)),
  overload(['int', 'regex', 'regex'], 'int', (self, [flags, ...args], context) =>
    countMatching(self, flagsOf(flags!), regexesOf(args), context),
  ),
  overload(
    ['int', 'text', 'text'],
    'bool',
    (self, [flags, library, name]) => countOf(self, flagsOf(flags!), [library!, name!]) > 0,
  ),
  overload(
    ['int', 'text', 'int'],
    'bool',
    (self, [flags, library, ordinal]) => countOf(self, flagsOf(flags!), [library!, ordinal!]) > 0,
  ),
  overload(['int', 'text'], 'int', (self, [flags, library]) =>
    countOfLibrary(self, flagsOf(flags!), library!),
  ),
)

function regexesOf(args: Args): Regexes {
  return [args[0]!, args[1]!]
}

const importRva = functionOf(
  overload(['text', 'text'], 'int', (self, [library, name]) => self.importIndex.find(library!, name!)?.rva),
  overload(
    ['text', 'int'],
    'int',
    (self, [library, ordinal]) => self.importIndex.find(library!, ordinal!)?.rva,
  ),
)

const delayedImportRva = functionOf(
  overload(['text', 'text'], 'int', (self, [library, name]) => self.delayedIndex.find(library!, name!)?.rva),
  overload(
    ['text', 'int'],
    'int',
    (self, [library, ordinal]) => self.delayedIndex.find(library!, ordinal!)?.rva,
  ),
)

function matchingExport(self: PeTables, regex: RegexArgument, { budget }: ModuleContext): number | undefined {
  const functions = self.pe?.exports?.functions ?? []
  for (const [position, { name }] of functions.entries()) {
    if (position % 1024 === 0) budget.checkTime()
    if (name !== undefined && regex.test(name)) return position
  }
  return undefined
}

const exports = functionOf(
  overload(
    ['regex'],
    'bool',
    (self, [regex], context) => matchingExport(self, regex!, context) !== undefined,
  ),
  overload(['text'], 'bool', (self, [name]) => self.exportIndex.positionOf(name!) !== undefined),
  overload(['int'], 'bool', (self, [ordinal]) => self.exportIndex.positionOf(ordinal!) !== undefined),
)

const exportsIndex = functionOf(
  overload(['regex'], 'int', (self, [regex], context) => matchingExport(self, regex!, context)),
  overload(['text'], 'int', (self, [name]) => self.exportIndex.positionOf(name!)),
  overload(['int'], 'int', (self, [ordinal]) => self.exportIndex.positionOf(ordinal!)),
)

function indexOfSection(
  pe: Pe | undefined,
  is: (section: Pe['sections'][number]) => boolean,
): number | undefined {
  const index = pe?.sections.findIndex(is) ?? -1
  return index < 0 ? undefined : index
}

const sectionIndex = functionOf(
  overload(['text'], 'int', ({ pe }, [wanted]) => indexOfSection(pe, ({ name }) => name === wanted)),
  overload(['int'], 'int', ({ pe }, [offset]: readonly (number | bigint)[]) =>
    indexOfSection(pe, ({ rawOffset, rawSize }) => {
      // The sum has 32 bits.
      const end = (rawOffset + rawSize) >>> 0
      return offset !== undefined && offset >= rawOffset && offset < end
    }),
  ),
)

const rvaToOffset = functionOf(
  overload(['int'], 'int', ({ pe }, [rva]: readonly (number | bigint)[]) =>
    typeof rva === 'number' && rva >= 0 && rva <= 0xffffffff ? pe?.offsetOfRva(rva) : undefined,
  ),
)

const dll = 0x2000
const pe32Magic = 0x10b
const pe32PlusMagic = 0x20b

function isMagic({ pe }: PeTables, magic: number): boolean | undefined {
  return pe === undefined ? undefined : pe.headers.optional?.magic === magic
}

export const rootFunctions: Readonly<Record<string, FunctionType>> = {
  imports,
  import_rva: importRva,
  delayed_import_rva: delayedImportRva,
  exports,
  exports_index: exportsIndex,
  section_index: sectionIndex,
  rva_to_offset: rvaToOffset,
  imphash: functionOf(overload([], 'text', ({ pe }) => pe?.importHash)),
  calculate_checksum: functionOf(overload([], 'int', ({ pe }) => pe?.checksum)),
  is_dll: functionOf(
    overload([], 'bool', ({ pe }) =>
      pe === undefined ? undefined : (pe.headers.characteristics & dll) !== 0,
    ),
  ),
  is_32bit: functionOf(overload([], 'bool', (self) => isMagic(self, pe32Magic))),
  is_64bit: functionOf(overload([], 'bool', (self) => isMagic(self, pe32PlusMagic))),
  locale: functionOf(overload(['int'], 'bool', (self, [locale]) => self.languages.locales.has(locale!))),
  language: functionOf(
    overload(['int'], 'bool', (self, [language]) => self.languages.languages.has(language!)),
  ),
}

/** How many objects were made by a tool, a version of it or both. */
function timesOf(rich: RichHeader | undefined, id: unknown, version: unknown): number {
  let times = 0
  for (const tool of rich?.tools ?? []) {
    if ((id === undefined || tool.id === id) && (version === undefined || tool.version === version))
      times += tool.times
  }
  return times
}

function richFunction(
  count: (rich: RichHeader | undefined, args: readonly unknown[]) => number,
): FunctionType {
  const overloads = [['int', 'int'] as const, ['int'] as const].map((args): Overload => ({
    args,
    returns: 'int',
    call: (self, values) => count((self as RichValue).header, values),
  }))
  return functionOf(...overloads)
}

export const richFunctions: Readonly<Record<string, FunctionType>> = {
  version: richFunction((rich, [version, id]) => timesOf(rich, id, version)),
  toolid: richFunction((rich, [id, version]) => timesOf(rich, id, version)),
}

export const signatureFunctions: Readonly<Record<string, FunctionType>> = {
  valid_on: functionOf({
    args: ['int'],
    returns: 'bool',
    call: (self, [time]) => {
      const { not_before: from, not_after: to } = self as SignatureValue
      return from === undefined || to === undefined ? undefined : Number(time) >= from && Number(time) <= to
    },
  }),
}
