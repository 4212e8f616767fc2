// What is odd about the structure of a program: not wrong, but seldom what a linker writes.

import type { Pe } from '../../engine/index.ts'
import type { PeSection } from './sections.ts'
import type { Tls } from './tls.ts'

/** Names that packers give their sections; what they hold is made at run time. */
const packers: readonly (readonly [RegExp, string])[] = [
  [/^UPX\d?!?$/, 'UPX'],
  [/^\.?(?:aspack|adata)$/i, 'ASPack'],
  [/^\.?themida$|^\.?winlice/i, 'Themida'],
  [/^\.vmp\d$/i, 'VMProtect'],
  [/^\.?MPRESS\d$/i, 'MPRESS'],
  [/^\.?petite$/i, 'Petite'],
  [/^PEC(?:ompact)?\d?$|^pec\d$/i, 'PECompact'],
  [/^\.nsp\d$|^nsp\d$/i, 'NsPack'],
  [/^FSG!?$/i, 'FSG'],
  [/^\.?enigma\d?$/i, 'Enigma'],
  [/^\.?MEW$/i, 'MEW'],
  [/^\.?(?:y0da|yP)$/i, 'yoda'],
  [/^\.?kkrunchy$/i, 'kkrunchy'],
  [/^\.?obsidium$/i, 'Obsidium'],
]

export type AnomalyKind =
  | 'packer'
  | 'high-entropy-code'
  | 'writable-code'
  | 'entry-outside'
  | 'entry-not-in-code'
  | 'entry-in-last-section'
  | 'empty-executable-section'
  | 'no-imports'
  | 'checksum'
  | 'tls-callbacks'
  | 'truncated'

export interface Anomaly {
  readonly kind: AnomalyKind
  /** One sentence. */
  readonly text: string
}

const randomBits = 7.2
const leastRandomBytes = 2048

export interface AnomalyFacts {
  readonly pe: Pe
  readonly sections: readonly PeSection[]
  readonly tls: Tls | undefined
  readonly isDotNet: boolean
  readonly fileSize: number
}

export function anomaliesOf({ pe, sections, tls, isDotNet, fileSize }: AnomalyFacts): Anomaly[] {
  const found: Anomaly[] = []
  const add = (kind: AnomalyKind, text: string): void => {
    found.push({ kind, text })
  }
  for (const [pattern, name] of packers) {
    if (sections.some((section) => pattern.test(section.name)))
      add('packer', `sections are named as ${name} names them`)
  }
  for (const { name, access, entropy, rawSize, virtualSize } of sections) {
    const isExecutable = access.endsWith('x')
    if (isExecutable && entropy >= randomBits && rawSize >= leastRandomBytes)
      add(
        'high-entropy-code',
        `the executable section ${name} looks encrypted or compressed (${entropy.toFixed(2)} bits a byte)`,
      )
    if (access === 'rwx') add('writable-code', `the section ${name} can be written and executed`)
    if (isExecutable && rawSize === 0 && virtualSize >= 0x4000)
      add(
        'empty-executable-section',
        `the executable section ${name} is empty in the file and large in memory`,
      )
  }
  entryAnomalies({ pe, sections, isDotNet }, add)
  const isLibrary = (pe.headers.characteristics & 0x2000) !== 0
  if (pe.imports.length === 0 && !isDotNet && !isLibrary && (pe.headers.optional?.subsystem ?? 0) < 10)
    add('no-imports', 'it imports nothing')
  const stored = pe.headers.optional?.checksum ?? 0
  if (stored !== 0 && fileSize === pe.bytes.length && stored !== pe.checksum)
    add('checksum', 'the checksum in the header is not the one of the file')
  if (tls !== undefined && tls.callbacks.length > 0)
    add('tls-callbacks', `${tls.callbacks.length} functions run before the entry point`)
  if (sections.some(({ rawOffset, rawSize }) => rawSize > 0 && rawOffset + rawSize > fileSize))
    add('truncated', 'a section goes beyond the end of the file')
  return found
}

type Entry = Pick<AnomalyFacts, 'pe' | 'sections' | 'isDotNet'>

function entryAnomalies(
  { pe, sections, isDotNet }: Entry,
  add: (kind: AnomalyKind, text: string) => void,
): void {
  const entry = pe.headers.optional?.entryPoint ?? 0
  if (entry === 0 || isDotNet || sections.length === 0) return
  const index = pe.sections.findIndex(
    ({ virtualAddress, virtualSize, rawSize }) =>
      entry >= virtualAddress && entry < virtualAddress + Math.max(virtualSize, rawSize),
  )
  const section = sections[index]
  if (section === undefined) add('entry-outside', 'the entry point is in no section')
  else if (!section.access.endsWith('x'))
    add('entry-not-in-code', `the entry point is in ${section.name}, which is not executable`)
  else if (index > 0 && index === sections.length - 1 && section.name !== '.text')
    add('entry-in-last-section', `the entry point is in the last section, ${section.name}`)
}
