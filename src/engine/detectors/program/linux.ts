// ELF files: how they are built, what they say, what they put in the place of the system's functions.

import type { Budget } from '../../limits.ts'
import { type Elf, parseElf, sectionDynamicSymbols } from '../../parsers/elf/index.ts'
import type { ByteSource } from '../../source/byte-source.ts'
import { entropyOf } from './entropy.ts'
import { countOf, linuxTexts, textTraitsIn } from './strings.ts'
import type { ProgramTrait } from './traits.ts'
import { firstBytes } from './windows.ts'

const maxProgramBytes = 4 * 1024 * 1024
const tinyBytes = 640
const smallBytes = 64 * 1024
const maxEntropyBytes = 256 * 1024
const maxSymbols = 4096
const loaded = 1
const interpreter = 3
const isWritable = 2
const isExecutable = 1
const typeExecutable = 2
const typeShared = 3

export function linuxTraits(source: ByteSource, budget: Budget): ProgramTrait[] {
  const bytes = firstBytes(source, maxProgramBytes, budget)
  const elf = parseElf(bytes)
  if (elf === undefined) return []
  budget.checkTime()
  const traits = buildTraits(elf, bytes, source.size)
  const symbols = symbolsOf(elf)
  budget.checkTime()
  traits.push(...symbolTraits(elf, symbols, bytes), ...textTraitsIn(bytes, linuxTexts, false))
  const passwords = bytes.includes('busybox', 0, 'latin1') ? countOf(bytes, devicePasswords) : 0
  if (passwords >= 4) {
    const sentence = `it knows ${passwords} passwords that devices are sold with, and busybox`
    traits.push({
      kind: 'passwords',
      weight: passwords >= 6 ? 92 : 76,
      sentence,
      techniques: ['T1110.001', 'T1078.001'],
    })
  }
  return traits
}

/** Of cameras, recorders and routers. */
const devicePasswords = [
  'xc3511',
  'vizxv',
  'juantech',
  '7ujMko0',
  'klv123',
  'hi3518',
  'jvbzd',
  'Zte521',
  'GM8182',
  'zlxx.',
  'xmhdipc',
  'dreambox',
  'tlJwpbo6',
  'S2fGqNFs',
  'OxhlwSG8',
  'cat1029',
]

function buildTraits(elf: Elf, bytes: Buffer, size: number): ProgramTrait[] {
  const traits: ProgramTrait[] = []
  const add = (kind: string, weight: number, sentence: string, technique = 'T1027.002'): void => {
    traits.push({ kind, weight, sentence, techniques: [technique] })
  }
  const { header, segments } = elf
  if (header.type !== typeExecutable && header.type !== typeShared) return traits
  const entry = segments.find(
    ({ type, virtualAddress, memorySize }) =>
      type === loaded && header.entry >= virtualAddress && header.entry < virtualAddress + memorySize,
  )
  const canChange =
    entry !== undefined && (entry.flags & isWritable) !== 0 && (entry.flags & isExecutable) !== 0
  const hasSections = header.sectionCount > 0
  if (canChange) add('entry', hasSections ? 10 : 24, 'it starts in code that it can change')
  if (size <= tinyBytes && !hasSections) addTiny(bytes, canChange, add)
  const isPacked = bytes.subarray(0, 1024).includes('UPX!', 0, 'latin1')
  if (isPacked) add('packed', 12, 'it is packed with UPX')
  else if (!hasSections && size > smallBytes && entropyOf(bytes.subarray(0, maxEntropyBytes)) > 7.4) {
    add('packed', 30, 'it is packed or encrypted, and has no sections')
  }
  addInterpreter(elf, bytes, add)
  return traits
}

type Add = (kind: string, weight: number, sentence: string, technique?: string) => void

/** Machine code with a header around it, as tools write it that make programs out of shellcode. */
function addTiny(bytes: Buffer, canChange: boolean, add: Add): void {
  const calls = count(bytes, Buffer.from([0xcd, 0x80])) + count(bytes, Buffer.from([0x0f, 0x05]))
  if (calls === 0) return
  const hasShell = bytes.includes('/sh') || bytes.includes('//sh')
  const weight = 34 + (canChange ? 22 : 0) + (calls > 2 ? 16 : 0) + (hasShell ? 12 : 0)
  add(
    'tiny',
    Math.min(84, weight),
    `${bytes.length} bytes of bare machine code that call the kernel ${calls} times`,
    'T1059.004',
  )
}

function count(bytes: Buffer, what: Buffer): number {
  let found = 0
  for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + what.length)) found++
  return found
}

function addInterpreter({ segments }: Elf, bytes: Buffer, add: Add): void {
  const segment = segments.find(({ type }) => type === interpreter)
  if (segment === undefined) return
  const path = bytes
    .toString('latin1', segment.offsetInFile, segment.offsetInFile + Math.min(segment.sizeInFile, 200))
    .replace(/\0.*$/s, '')
  if (/^\/(?:tmp|var\/tmp|dev\/shm)\//.test(path)) {
    add(
      'interpreter',
      62,
      `a loader in a folder that anybody may write to: ${path.replaceAll(/[^ -~]/g, '.')}`,
      'T1574',
    )
  }
}

interface Symbols {
  readonly imported: ReadonlySet<string>
  readonly exported: ReadonlySet<string>
}

function symbolsOf(elf: Elf): Symbols {
  const imported = new Set<string>()
  const exported = new Set<string>()
  const table = elf.symbolTable(sectionDynamicSymbols)
  const most = Math.min(table?.count ?? 0, maxSymbols)
  for (let index = 0; index < most; index++) {
    const symbol = table?.symbol(index)
    const bytes = symbol === undefined ? undefined : table?.nameOf(symbol)
    if (symbol === undefined || bytes === undefined || bytes.length === 0 || bytes.length > 100) continue
    const name = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
    ;(symbol.sectionIndex === 0 ? imported : exported).add(name)
  }
  return { imported, exported }
}

/** What hides files, connections and itself when it is put in front of the C library. */
const hidden = [
  'readdir',
  'readdir64',
  'getdents',
  'getdents64',
  'fopen',
  'fopen64',
  'open',
  'openat',
  'stat',
  'lstat',
  '__xstat',
  '__lxstat',
  'access',
  'unlink',
  'unlinkat',
  'pcap_loop',
  'accept',
  'pam_authenticate',
  'execve',
  'kill',
  'rmdir',
  'getpwnam',
]
const leastHidden = 5

function symbolTraits({ header }: Elf, { imported, exported }: Symbols, bytes: Buffer): ProgramTrait[] {
  const traits: ProgramTrait[] = []
  const hooks = hidden.filter((name) => exported.has(name))
  const isLibrary = header.type === typeShared
  if (
    isLibrary &&
    hooks.length >= leastHidden &&
    hooks.some((name) => name.startsWith('readdir')) &&
    imported.has('dlsym')
  ) {
    const knows = ['ld.so.preload', '/proc/net/tcp', 'HISTFILE', '/bin/sh'].filter((text) =>
      bytes.includes(text, 0, 'latin1'),
    )
    const sentence = `it puts itself in front of ${hooks.length} functions of the C library: ${hooks.slice(0, 6).join(', ')}`
    traits.push({
      kind: 'hooks',
      weight: 20 + knows.length * 20 + (knows[0] === 'ld.so.preload' ? 12 : 0),
      sentence,
      techniques: ['T1574.006', 'T1014'],
    })
  }
  const isSmall = imported.size > 0 && imported.size <= 16 && bytes.length < smallBytes
  const runs =
    imported.has('execve') ||
    imported.has('execl') ||
    imported.has('execv') ||
    imported.has('execvp') ||
    imported.has('system')
  if (
    isSmall &&
    runs &&
    imported.has('dup2') &&
    imported.has('socket') &&
    (imported.has('connect') || imported.has('accept')) &&
    bytes.includes('/sh')
  ) {
    traits.push({
      kind: 'shell',
      weight: 76,
      sentence: 'it does nothing but join a shell to a connection',
      techniques: ['T1059.004', 'T1095'],
    })
  }
  return traits
}
