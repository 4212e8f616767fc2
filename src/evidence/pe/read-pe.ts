// A program file as a report: everything that its structure says, in plain data. What it may do and who signed it are
// other folders' questions. Reading itself is the engine's, so that rules and reports see the same file.

import { parsePe, type Pe } from '../../engine/index.ts'
import type { EvidenceSource } from '../source.ts'
import { type Anomaly, anomaliesOf } from './anomalies.ts'
import type { BoundImport } from './bound-imports.ts'
import { type DebugEntry, readDebugDirectory } from './debug-directory.ts'
import { type DotNet, readDotNet } from './dot-net.ts'
import { type PeExports, type PeImport, readExports, readImports } from './imports.ts'
import { type LinkerTime, linkerTimeOf } from './linker-time.ts'
import { dllFlags, fileFlags, flagNames, machines, numberName, subsystems } from './names.ts'
import { type PeOverlay, readOverlay } from './overlay.ts'
import { executionLevelOf, type PeResource, readResources } from './resources.ts'
import { readRich, type Rich } from './rich.ts'
import { type PeSection, readSections } from './sections.ts'
import { readTls, type Tls } from './tls.ts'
import { readVersion, type VersionInfo } from './version-info.ts'
import { hex } from './view.ts'

/** Held in memory at once; of a larger file the structure is looked for in so many first bytes. */
const maxHeldBytes = 256 * 1024 * 1024

export type PeKind = 'program' | 'library' | 'driver' | 'efi' | 'object'

export interface PeReport {
  readonly size: number
  readonly kind: PeKind
  readonly machine: string
  readonly bits: 32 | 64
  readonly subsystem: string
  readonly characteristics: readonly string[]
  readonly dllCharacteristics: readonly string[]
  readonly linkerTime: LinkerTime
  readonly linkerVersion?: string
  readonly osVersion?: string
  readonly entryPoint: string
  readonly imageBase: string
  readonly checksum: { readonly stored: string; readonly computed: string }
  readonly requestedExecutionLevel?: string
  /** MD5 over libraries and functions; absent where nothing is imported. */
  readonly importHash?: string
  readonly versionInfo?: VersionInfo
  readonly richHeader?: Rich
  readonly sections: readonly PeSection[]
  readonly imports: readonly PeImport[]
  readonly boundImports: readonly BoundImport[]
  readonly exports?: PeExports
  readonly tls?: Tls
  readonly debug: readonly DebugEntry[]
  readonly resources: readonly PeResource[]
  readonly overlay?: PeOverlay
  readonly certificateTable?: { readonly offset: number; readonly size: number }
  readonly dotNet?: DotNet
  readonly anomalies: readonly Anomaly[]
}

/** `nowMs` tells times in the future. Undefined: not a PE file. Never throws for what the bytes are. */
export function readPe(source: EvidenceSource, nowMs: number): PeReport | undefined {
  const pe = parsePe(source.read(0, Math.min(source.size, maxHeldBytes)))
  if (pe === undefined) return undefined
  const debug = readDebugDirectory(pe)
  const sections = readSections(pe)
  const tls = readTls(pe)
  const dotNet = readDotNet(pe)
  const table = tableOf(pe)
  const facts = {
    importHash: pe.imports.length === 0 ? undefined : pe.importHash,
    versionInfo: readVersion(pe),
    richHeader: readRich(pe),
    exports: readExports(pe),
    tls,
    overlay: readOverlay(pe, source, table),
    certificateTable: table,
    dotNet,
    requestedExecutionLevel: executionLevelOf(pe),
  }
  return {
    size: source.size,
    ...headerFacts(pe),
    linkerTime: linkerTimeOf(pe.headers.timestamp, debug, nowMs),
    sections,
    ...readImports(pe),
    debug,
    resources: readResources(pe),
    ...defined(facts),
    anomalies: anomaliesOf({ pe, sections, tls, isDotNet: dotNet !== undefined, fileSize: source.size }),
  }
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function defined<T extends object>(facts: T): Defined<T> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Defined<T>
}

function headerFacts(
  pe: Pe,
): Pick<
  PeReport,
  | 'kind'
  | 'machine'
  | 'bits'
  | 'subsystem'
  | 'characteristics'
  | 'dllCharacteristics'
  | 'entryPoint'
  | 'imageBase'
  | 'checksum'
  | 'linkerVersion'
  | 'osVersion'
> {
  const { headers } = pe
  const { optional } = headers
  const { linkerVersion, osVersion } = optional ?? {}
  return {
    kind: kindOf(pe),
    machine: numberName(headers.machine, machines),
    bits: optional?.isPe32Plus === true ? 64 : 32,
    subsystem: numberName(optional?.subsystem ?? 0, subsystems),
    characteristics: flagNames(headers.characteristics, fileFlags),
    dllCharacteristics: flagNames(optional?.dllCharacteristics ?? 0, dllFlags),
    entryPoint: hex(optional?.entryPoint ?? 0),
    imageBase: hex(optional?.imageBase ?? 0n),
    checksum: { stored: hex(optional?.checksum ?? 0), computed: hex(pe.checksum) },
    ...(linkerVersion === undefined
      ? {}
      : { linkerVersion: `${linkerVersion.major}.${linkerVersion.minor}` }),
    ...(osVersion === undefined ? {} : { osVersion: `${osVersion.major}.${osVersion.minor}` }),
  }
}

const nativeSubsystem = 1
const efiSubsystems = { first: 10, last: 13 } as const
const libraryFlag = 0x2000
const kernelLibraries = /^(?:ntoskrnl\.exe|hal\.dll|ndis\.sys|fltmgr\.sys|wdfldr\.sys)$/i

function kindOf(pe: Pe): PeKind {
  const { optional, characteristics } = pe.headers
  if (optional === undefined) return 'object'
  if (optional.subsystem >= efiSubsystems.first && optional.subsystem <= efiSubsystems.last) return 'efi'
  if (optional.subsystem === nativeSubsystem && pe.imports.some(({ name }) => kernelLibraries.test(name)))
    return 'driver'
  return (characteristics & libraryFlag) === 0 ? 'program' : 'library'
}

function tableOf(pe: Pe): { offset: number; size: number } | undefined {
  const entry = pe.directories[4]
  if (entry === undefined || entry.virtualAddress === 0 || entry.size === 0) return undefined
  return { offset: entry.virtualAddress, size: entry.size }
}
