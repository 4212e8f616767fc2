// Portable Executables: how they are built, what they ask of Windows, what they say.

import type { ByteSource } from '../../source/byte-source.ts'
import { copyBytes } from '../../source/copy-bytes.ts'
import { parsePe, type Pe } from '../../parsers/pe/index.ts'
import type { Budget } from '../../limits.ts'
import { entropyOf } from './entropy.ts'
import { textTraitsIn, windowsTexts } from './strings.ts'
import type { ProgramTrait } from './traits.ts'
import { callTraits, importedNames } from './windows-calls.ts'

/** Headers, imports and code are in the first part of any ordinary program. */
const maxProgramBytes = 4 * 1024 * 1024
const maxTextBytes = 2 * 1024 * 1024
const maxEntropyBytes = 256 * 1024
const executable = 0x20000000
const writable = 0x80000000
const containsCode = 0x20
const isDll = 0x2000
const dotnetDirectory = 14
const nativeSubsystem = 1
const firstEfiSubsystem = 10
const lastEfiSubsystem = 13
const highEntropy = 7.2

const packerSections =
  /^(?:upx[0-9!]|\.upx|aspack|\.aspack|\.adata|asprotect|\.themida|\.winlice|themida|\.vmp\d|vmp\d|\.mpress\d|\.petite|petite|pec\d|pecompact\d|\.nsp\d|nsp\d|\.enigma\d|\.perplex|\.svkp|\.yp|yoda|\.boom|\.packed|\.rlpack|rlpack|\.shrink\d|\.spack|\.tsuarch|\.neolit|\.mew|mew|fsg!|\.mackt|\.charmve|bitarts|dastub|\.ccg|kkrunchy|epack\d|procrypt|\.ecode|!epack|exe32pack|\.wwpack|\.sforce\d)$/i

export function windowsTraits(source: ByteSource, budget: Budget): ProgramTrait[] {
  const bytes = firstBytes(source, maxProgramBytes, budget)
  const pe = parsePe(bytes)
  if (pe === undefined || pe.sections.length === 0 || pe.headers.optional === undefined) return []
  budget.checkTime()
  const names = importedNames([...pe.imports, ...pe.delayedImports])
  const traits = [...buildTraits(pe, names.size), ...callTraits(names)]
  budget.checkTime()
  traits.push(...textTraitsIn(bytes.subarray(0, maxTextBytes), windowsTexts, true))
  return [...traits, ...together(traits)]
}

/** One piece of memory. */
export function firstBytes(source: ByteSource, most: number, budget: Budget): Buffer {
  budget.checkTime()
  const { whole } = source
  if (whole !== undefined) return Buffer.from(whole.buffer, whole.byteOffset, Math.min(whole.length, most))
  return copyBytes(source, { most }, budget)
}

/** Anomalies of how the file is put together; packers have several, so they count once where they are of one kind. */
function buildTraits(pe: Pe, imports: number): ProgramTrait[] {
  const traits: ProgramTrait[] = []
  const add = (kind: string, weight: number, sentence: string, technique = 'T1027.002'): void => {
    traits.push({ kind, weight, sentence, techniques: [technique] })
  }
  const { sections } = pe
  const packer = sections.find(({ name }) => packerSections.test(name))
  if (packer !== undefined) add('packed', 16, `a section of a packer: ${shown(packer.name)}`)
  const dense = sections.find(
    (section) => (section.characteristics & (executable | containsCode)) !== 0 && isDense(pe, section),
  )
  if (dense !== undefined && !isManaged(pe) && imports < 20) {
    add('packed', 24, `its code is encrypted or packed, and it names ${imports} functions of the system`)
  }
  addEntry(pe, add)
  addNames(pe, imports, add)
  if (isForged(pe)) add('rich', 10, 'the record of the tools that made it is forged', 'T1036')
  const company = pe.versionInfo.find(({ key }) => key === 'CompanyName')?.value ?? ''
  const isSigned = (pe.directories[4]?.size ?? 0) > 0
  if (
    /^microsoft corp/i.test(company) &&
    !isSigned &&
    traits.some(({ kind }) => kind === 'packed' || kind === 'entry')
  ) {
    add('company', 34, 'it says that Microsoft made it, is not signed, and hides its code', 'T1036.001')
  }
  return traits
}

type Add = (kind: string, weight: number, sentence: string, technique?: string) => void

function addNames(pe: Pe, imports: number, add: Add): void {
  const { sections, headers } = pe
  const odd = sections.find(({ name }) => /[^ -~]/.test(name.replaceAll('\0', '')))
  if (odd !== undefined) add('names', 14, 'a section with an unreadable name')
  if (imports > 0 || (headers.optional?.entryPoint ?? 0) === 0) return
  const subsystem = headers.optional?.subsystem ?? 0
  const isFirmware = subsystem >= firstEfiSubsystem && subsystem <= lastEfiSubsystem
  const isLibrary = (headers.characteristics & isDll) !== 0
  if (subsystem === nativeSubsystem || isFirmware || isLibrary || isManaged(pe)) return
  add('imports', 14, 'it names no function of the system at all', 'T1027.007')
}

/** .NET. */
function isManaged({ directories }: Pe): boolean {
  return (directories[dotnetDirectory]?.virtualAddress ?? 0) > 0
}

function addEntry({ sections, headers }: Pe, add: Add): void {
  const entry = headers.optional?.entryPoint ?? 0
  if (entry === 0) return
  const index = sections.findIndex(
    ({ virtualAddress, virtualSize, rawSize }) =>
      entry >= virtualAddress && entry < virtualAddress + Math.max(virtualSize, rawSize),
  )
  const section = sections[index]
  if (section === undefined) {
    add('entry', 20, 'it starts outside of its sections')
    return
  }
  if (section.name === '.rsrc') add('entry', 36, 'it starts among its resources')
  else if ((section.characteristics & writable) !== 0 && (section.characteristics & executable) !== 0) {
    add('entry', 14, `it starts in code that it can change (${shown(section.name)})`)
  } else if (index === sections.length - 1 && sections.length > 2)
    add('entry', 12, 'it starts in its last section')
}

interface RawSection {
  readonly rawOffset: number
  readonly rawSize: number
}

const leastDenseBytes = 4096

function isDense({ bytes }: Pe, { rawOffset, rawSize }: RawSection): boolean {
  if (rawSize < leastDenseBytes || rawOffset >= bytes.length) return false
  return entropyOf(bytes.subarray(rawOffset, rawOffset + Math.min(rawSize, maxEntropyBytes))) > highEntropy
}

/** The key of the Rich header is the sum of the DOS stub and of the record: whoever copies one has the wrong sum. */
function isForged({ richHeader, bytes }: Pe): boolean {
  if (richHeader === undefined) return false
  let sum = richHeader.offset
  for (let at = 0; at < richHeader.offset; at++) {
    if (at < 0x3c || at > 0x3f) sum = (sum + rotated(bytes[at]!, at)) >>> 0
  }
  for (const { id, version, times } of richHeader.tools)
    sum = (sum + rotated(((id << 16) | version) >>> 0, times)) >>> 0
  return sum !== richHeader.key
}

function rotated(value: number, by: number): number {
  const count = by & 31
  return count === 0 ? value >>> 0 : ((value << count) | (value >>> (32 - count))) >>> 0
}

function shown(name: string): string {
  return name.replaceAll(/[^ -~]/g, '.')
}

interface Pair {
  readonly kinds: readonly string[]
  readonly weight: number
  readonly sentence: string
}

const pairs: readonly Pair[] = [
  { kinds: ['injects', 'packed'], weight: 34, sentence: 'what it puts into other processes is hidden' },
  { kinds: ['no-recovery', 'no-repair'], weight: 72, sentence: 'nothing is to be restored' },
  {
    kinds: ['no-recovery', 'encrypts'],
    weight: 72,
    sentence: 'it encrypts files that are not to be restored',
  },
  { kinds: ['no-recovery', 'ransom-note'], weight: 92, sentence: 'it holds files for ransom' },
  { kinds: ['browsers', 'sends-away'], weight: 78, sentence: 'it sends passwords away' },
  { kinds: ['keys', 'sends-away'], weight: 66, sentence: 'it sends away what is typed' },
  { kinds: ['exclusion', 'downloads'], weight: 66, sentence: 'what it fetches is not to be scanned' },
]

function together(traits: readonly ProgramTrait[]): ProgramTrait[] {
  const kinds = new Set(traits.map(({ kind }) => kind))
  return pairs
    .filter((pair) => pair.kinds.every((kind) => kinds.has(kind)))
    .map((pair) => ({
      kind: pair.kinds.join('+'),
      weight: pair.weight,
      sentence: pair.sentence,
      techniques: [],
    }))
}
