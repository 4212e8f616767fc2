// The head of a journal file: what it holds, which forms its objects have, and whether it was closed in good order.

import { hex, u32, u64 } from '../fields.ts'
import type { Notes } from '../note.ts'
import type { EvidenceSource } from '../source.ts'
import { compatible, incompatible } from './layout.ts'
import { microsecondsTime } from './time.ts'

const signature = 'LPKSHHRH'
/** The header of the first version; later ones are longer. */
const leastHeaderBytes = 208
const mostHeaderBytes = 4096
const states = ['offline', 'online', 'archived'] as const

export interface JournalHeader {
  readonly fileId: string
  readonly machineId: string
  /** Of the last entry, since systemd 254; before also that of whoever opened the file last. */
  readonly tailEntryBootId: string
  readonly seqnumId: string
  /** `online`: it was being written, or its writer died. */
  readonly state: (typeof states)[number] | 'unknown'
  readonly compatibleFlags: readonly string[]
  readonly incompatibleFlags: readonly string[]
  readonly headerBytes: number
  /** Bytes behind the header that are in use. */
  readonly arenaBytes: number
  readonly objects: number
  readonly entries: number
  readonly headEntrySeqnum: number
  readonly tailEntrySeqnum: number
  readonly headEntryRealtime?: string
  readonly tailEntryRealtime?: string
  /** Offset of the first entry array, and of the last object. */
  readonly entryArrayOffset: number
  readonly tailObjectOffset: number
}

export function isJournal(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 8)).toString('latin1') === signature
}

/** Undefined, with a note, where the file is none. */
export function readJournalHeader(source: EvidenceSource, notes: Notes): JournalHeader | undefined {
  const bytes = source.read(0, leastHeaderBytes)
  if (bytes.length < leastHeaderBytes || !isJournal(bytes)) {
    notes.add('this is no journal of systemd', 0)
    return undefined
  }
  const state = states[bytes[16] ?? 0] ?? 'unknown'
  if (state === 'unknown') notes.add(`the state of the file is ${bytes[16] ?? 0}, which has no meaning`, 16)
  return {
    fileId: hex(bytes, 24, 16),
    machineId: hex(bytes, 40, 16),
    tailEntryBootId: hex(bytes, 56, 16),
    seqnumId: hex(bytes, 72, 16),
    state,
    compatibleFlags: flagsOf(u32(bytes, 8), compatible),
    incompatibleFlags: incompatibleOf(u32(bytes, 12), notes),
    headerBytes: headerBytesOf(u64(bytes, 88), notes),
    arenaBytes: u64(bytes, 96),
    objects: u64(bytes, 144),
    entries: u64(bytes, 152),
    tailEntrySeqnum: u64(bytes, 160),
    headEntrySeqnum: u64(bytes, 168),
    ...timeOf('headEntryRealtime', u64(bytes, 184)),
    ...timeOf('tailEntryRealtime', u64(bytes, 192)),
    entryArrayOffset: u64(bytes, 176),
    tailObjectOffset: u64(bytes, 136),
  }
}

function flagsOf(bits: number, names: Readonly<Record<string, number>>): string[] {
  const known = Object.entries(names)
  const flags = known.flatMap(([name, bit]) => ((bits & bit) === 0 ? [] : [name]))
  const others = known.reduce((rest, [, bit]) => rest & ~bit, bits) >>> 0
  return others === 0 ? flags : [...flags, `0x${others.toString(16)}`]
}

function incompatibleOf(bits: number, notes: Notes): string[] {
  const flags = flagsOf(bits, incompatible)
  const unknown = flags.find((flag) => flag.startsWith('0x'))
  if (unknown !== undefined) notes.add(`the file has features that are not known here (${unknown})`, 12)
  return flags
}

function headerBytesOf(told: number, notes: Notes): number {
  if (told >= leastHeaderBytes && told <= mostHeaderBytes && told % 8 === 0) return told
  notes.add(`the header cannot be ${told} bytes long`, 88)
  return leastHeaderBytes
}

function timeOf(
  name: 'headEntryRealtime' | 'tailEntryRealtime',
  us: number,
): { headEntryRealtime?: string; tailEntryRealtime?: string } {
  const time = us === 0 ? undefined : microsecondsTime(us)
  return time === undefined ? {} : { [name]: time }
}
