// The load commands of a Mach-O file (<mach-o/loader.h>), under the names that the header gives their fields.

import { trimNuls, upToNul, type Window } from './window.ts'

/** Of one segment; a large program has some thirty. */
const maxSections = 4096
/** Of one command. */
const maxOptions = 64 * 1024

export interface Section {
  readonly segname: Uint8Array
  readonly sectname: Uint8Array
  readonly addr: bigint
  readonly size: bigint
  readonly offset: number
  readonly align: number
  readonly reloff: number
  readonly nreloc: number
  readonly flags: number
  readonly reserved1: number
  readonly reserved2: number
  readonly reserved3: number | undefined
}

export interface Segment {
  readonly segname: Uint8Array
  readonly vmaddr: bigint
  readonly vmsize: bigint
  readonly fileoff: bigint
  readonly filesize: bigint
  readonly maxprot: number
  readonly initprot: number
  readonly nsects: number
  readonly flags: number
  readonly sections: readonly Section[]
}

export interface Dylib {
  readonly name: Uint8Array
  readonly timestamp: number
  readonly compatibility_version: string
  readonly current_version: string
}

export interface Symtab {
  readonly symoff: number
  readonly nsyms: number
  readonly stroff: number
  readonly strsize: number
}

export interface LinkEditData {
  readonly dataoff: number
  readonly datasize: number
}

export interface Main {
  /** In the file. */
  readonly entry: bigint
  readonly stackSize: bigint
}

export interface BuildVersion {
  readonly platform: number
  readonly minos: string
  readonly sdk: string
  readonly ntools: number
  readonly tools: readonly { readonly tool: number; readonly version: string }[]
}

export interface MinVersion {
  readonly device: number
  readonly version: string
  readonly sdk: string
}

export function readSegment(window: Window, width: 32 | 64): Segment {
  const segname = trimNuls(window.take(16))
  const [vmaddr, vmsize, fileoff, filesize] = [window.word(), window.word(), window.word(), window.word()]
  const [maxprot, initprot, nsects, flags] = [window.u32(), window.u32(), window.u32(), window.u32()]
  const sections: Section[] = []
  while (sections.length < Math.min(nsects, maxSections) && !window.isShort)
    sections.push(readSection(window, width))
  return { segname, vmaddr, vmsize, fileoff, filesize, maxprot, initprot, nsects, flags, sections }
}

function readSection(window: Window, width: 32 | 64): Section {
  return {
    sectname: trimNuls(window.take(16)),
    segname: trimNuls(window.take(16)),
    addr: window.word(),
    size: window.word(),
    offset: window.u32(),
    align: window.u32(),
    reloff: window.u32(),
    nreloc: window.u32(),
    flags: window.u32(),
    reserved1: window.u32(),
    reserved2: window.u32(),
    reserved3: width === 64 ? window.u32() : undefined,
  }
}

export function readDylib(window: Window): Dylib {
  // Where the name starts; it always follows the fixed fields.
  window.u32()
  const timestamp = window.u32()
  const current = version(window.u32())
  const compatible = version(window.u32())
  return {
    name: upToNul(window.rest()),
    timestamp,
    compatibility_version: compatible,
    current_version: current,
  }
}

/** A path behind its offset: the dynamic linker, a run path. */
export function readPath(window: Window): Uint8Array {
  window.u32()
  return upToNul(window.rest())
}

export function readMain(window: Window): Main {
  return { entry: window.u64(), stackSize: window.u64() }
}

export function readSymtab(window: Window): Symtab {
  return { symoff: window.u32(), nsyms: window.u32(), stroff: window.u32(), strsize: window.u32() }
}

/** As YARA-X reads them: it takes iundefsym and nundefsym, which follow nextdefsym, for tocoff and ntoc, and so on. */
const dysymtabFields = [
  'ilocalsym',
  'nlocalsym',
  'iextdefsym',
  'nextdefsym',
  'tocoff',
  'ntoc',
  'modtaboff',
  'nmodtab',
  'extrefsymoff',
  'nextrefsyms',
  'indirectsymoff',
  'nindirectsyms',
  'extreloff',
  'nextrel',
  'locreloff',
  'nlocrel',
] as const
export type Dysymtab = Readonly<Record<(typeof dysymtabFields)[number], number>>

export function readDysymtab(window: Window): Dysymtab {
  return readNumbers(window, dysymtabFields)
}

const dyldInfoFields = [
  'rebase_off',
  'rebase_size',
  'bind_off',
  'bind_size',
  'weak_bind_off',
  'weak_bind_size',
  'lazy_bind_off',
  'lazy_bind_size',
  'export_off',
  'export_size',
] as const
export type DyldInfo = Readonly<Record<(typeof dyldInfoFields)[number], number>>

export function readDyldInfo(window: Window): DyldInfo {
  return readNumbers(window, dyldInfoFields)
}

function readNumbers<K extends string>(window: Window, fields: readonly K[]): Record<K, number> {
  return Object.fromEntries(fields.map((field) => [field, window.u32()])) as Record<K, number>
}

export function readLinkEditData(window: Window): LinkEditData {
  return { dataoff: window.u32(), datasize: window.u32() }
}

export function readBuildVersion(window: Window): BuildVersion {
  const platform = window.u32()
  const [minos, sdk, ntools] = [version(window.u32()), version(window.u32()), window.u32()]
  const tools: { tool: number; version: string }[] = []
  while (tools.length < ntools && !window.isShort) {
    const tool = window.u32()
    const number = window.u32()
    tools.push({ tool, version: `${number >>> 16}.${(number >>> 8) & 0xff}` })
  }
  return { platform, minos, sdk, ntools, tools }
}

export function readMinVersion(window: Window, device: number): MinVersion {
  return { device, version: version(window.u32()), sdk: version(window.u32()) }
}

/** A.B.C.D.E in 24 and four times 10 bits; YARA-X shows six of each ten. */
export function readSourceVersion(window: Window): string {
  const number = window.u64()
  const parts = [30n, 20n, 10n, 0n].map((shift) => (number >> shift) & 0x3fn)
  return [number >> 40n, ...parts].join('.')
}

export function readUuid(window: Window): string {
  // YARA-X drops zeros at the end.
  const hex = Buffer.from(trimNuls(window.take(16)))
    .toString('hex')
    .toUpperCase()
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** The options of one command, or none: one of them has no end. */
export function readLinkerOptions(window: Window): Uint8Array[] {
  const count = window.u32()
  const options: Uint8Array[] = []
  while (options.length < Math.min(count, maxOptions) && !window.isShort) options.push(window.text())
  return options
}

/** The instruction pointer in a thread's state: where it is among the registers and how long the state is, in bytes. */
const threadStates: Readonly<
  Record<number, { readonly at: number; readonly bytes: number; readonly width: 32 | 64 }>
> = {
  0x0000_0006: { at: 68, bytes: 72, width: 32 }, // MC680x0: d0–7, a0–7, sr, pc
  0x0000_0007: { at: 40, bytes: 64, width: 32 }, // x86: eip is the eleventh of 16
  0x0100_0007: { at: 128, bytes: 168, width: 64 }, // x86-64: rip is the 17th of 21
  0x0000_000c: { at: 60, bytes: 68, width: 32 }, // ARM: r0–12, sp, lr, pc, cpsr
  0x0100_000c: { at: 256, bytes: 268, width: 64 }, // ARM64: x0–28, fp, lr, sp, pc, cpsr
  0x0000_000d: { at: 124, bytes: 136, width: 32 }, // MC88000: r1–31, xip
  0x0000_000e: { at: 4, bytes: 72, width: 32 }, // SPARC: psr, pc
  0x0000_0012: { at: 0, bytes: 160, width: 32 }, // PowerPC: srr0
  0x0100_0012: { at: 0, bytes: 308, width: 64 }, // PowerPC, 64 bits
}

/** The address at which the thread starts; 0 for a processor that is not known. */
export function readThreadEntry(window: Window, cputype: number): bigint {
  // Flavor and count.
  window.u64()
  const state = threadStates[cputype]
  if (state === undefined) return 0n
  window.take(state.at)
  const entry = state.width === 64 ? window.u64() : BigInt(window.u32())
  window.take(state.bytes - state.at - state.width / 8)
  return entry
}

function version(number: number): string {
  return `${number >>> 16}.${(number >>> 8) & 0xff}.${number & 0xff}`
}
