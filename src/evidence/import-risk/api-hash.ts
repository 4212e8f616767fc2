// Functions that are looked for by a hash of their names: position-independent code and programs that hide their imports
// carry 32-bit hashes instead of names. A few distinct hashes of one algorithm in code cannot be chance.

import { crc32 } from 'node:zlib'

import type { HashedNames } from './facts.ts'

/** What such code looks for first. */
const functions =
  'LoadLibraryA LoadLibraryW LoadLibraryExA GetProcAddress GetModuleHandleA VirtualAlloc VirtualAllocEx VirtualProtect ' +
  'VirtualFree CreateThread CreateRemoteThread WriteProcessMemory ReadProcessMemory OpenProcess CreateProcessA CreateProcessW ' +
  'WinExec ExitProcess ExitThread TerminateProcess CreateFileA CreateFileW WriteFile ReadFile CloseHandle Sleep GetTickCount ' +
  'GetTempPathA WaitForSingleObject CreateToolhelp32Snapshot IsDebuggerPresent ResumeThread SetThreadContext GetThreadContext ' +
  'WSAStartup WSASocketA socket connect bind listen accept send recv closesocket InternetOpenA InternetConnectA HttpOpenRequestA ' +
  'HttpSendRequestA InternetReadFile InternetSetOptionA URLDownloadToFileA NtAllocateVirtualMemory NtProtectVirtualMemory ' +
  'NtWriteVirtualMemory NtCreateThreadEx NtMapViewOfSection NtUnmapViewOfSection NtFlushInstructionCache LdrLoadDll ' +
  'LdrGetProcedureAddress RtlExitUserThread NtQueryInformationProcess'
/** The libraries that the hash of a stager counts in, for functions that they have. */
const libraries = ['kernel32.dll', 'ws2_32.dll', 'wininet.dll', 'ntdll.dll']

const leastNames = 3
/** Of all code together: more does not come before what is looked for. */
const maxBytes = 8 * 1024 * 1024

function rotateRight(value: number, by: number): number {
  return ((value >>> by) | (value << (32 - by))) >>> 0
}

function ror13(text: Uint8Array): number {
  let hash = 0
  for (const byte of text) hash = (rotateRight(hash, 13) + byte) >>> 0
  return hash
}

/** Library in UTF-16 and capitals, then the function, both with their end marks: what stagers of frameworks use. */
function ror13OfBoth(library: string, name: string): number {
  const module = Buffer.from(`${library.toUpperCase()}\0`, 'utf16le')
  return (ror13(module) + ror13(Buffer.from(`${name}\0`))) >>> 0
}

function djb2(text: Uint8Array): number {
  let hash = 5381
  for (const byte of text) hash = (Math.imul(hash, 33) + byte) >>> 0
  return hash
}

function fnv1a(text: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of text) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

function sdbm(text: Uint8Array): number {
  let hash = 0
  for (const byte of text) hash = (Math.imul(hash, 65_599) + byte) >>> 0
  return hash
}

interface Known {
  readonly algorithm: string
  readonly name: string
}

/** Hash to what it may mean. */
function tableOf(): ReadonlyMap<number, Known> {
  const table = new Map<number, Known>()
  for (const name of functions.split(' ')) {
    const bytes = Buffer.from(name)
    const add = (algorithm: string, hash: number): void => {
      // Small numbers stand in every program.
      if (hash > 0xffff) table.set(hash, { algorithm, name })
    }
    add('ror13', ror13(bytes))
    add('ror13 with end', ror13(Buffer.from(`${name}\0`)))
    add('djb2', djb2(bytes))
    add('fnv1a', fnv1a(bytes))
    add('sdbm', sdbm(bytes))
    add('crc32', crc32(bytes))
    for (const library of libraries) add('ror13 of both', ror13OfBoth(library, name))
  }
  return table
}

let known: { readonly table: ReadonlyMap<number, Known>; readonly low: Uint8Array } | undefined

function prepared(): { readonly table: ReadonlyMap<number, Known>; readonly low: Uint8Array } {
  if (known !== undefined) return known
  const table = tableOf()
  // Nearly every place in the code is passed by at its two low bytes.
  const low = new Uint8Array(0x10000)
  for (const hash of table.keys()) low[hash & 0xffff] = 1
  known = { table, low }
  return known
}

/** Looks through code, at most 8 MiB of it. */
export function findHashedNames(code: Iterable<Uint8Array>): HashedNames[] {
  const { table, low } = prepared()
  const found = new Map<string, Set<string>>()
  let left = maxBytes
  for (const whole of code) {
    const bytes = whole.subarray(0, left)
    left -= bytes.length
    for (let at = 0; at + 4 <= bytes.length; at++) {
      const half = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)
      if (low[half] !== 1) continue
      const hash = (half | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
      const meaning = table.get(hash)
      if (meaning !== undefined)
        found.getOrInsertComputed(meaning.algorithm, () => new Set()).add(meaning.name)
    }
  }
  return [...found]
    .filter(([, names]) => names.size >= leastNames)
    .map(([algorithm, names]) => ({ algorithm, names: [...names].toSorted() }))
}
