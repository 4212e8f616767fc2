// What unpacking code calls of Windows: it finds functions, takes memory, asks harmless questions. A call of anything else
// means that the program itself has begun, and ends the emulation.

import { eax, esp } from './cpu.ts'
import type { Program } from './program.ts'
import { moduleBase } from './system-module.ts'

const heapBase = 0x40000000
const largestHeap = 32 * 1024 * 1024
const pageBytes = 0x1000
const ownPath = String.raw`C:\sample.exe`
const fileHandle = 0x100

/** What the emulated program holds of the system. */
export class System {
  #heapBytes = 0
  #next = heapBase
  #filePointer = 0
  readonly #program: Program

  constructor(program: Program) {
    this.#program = program
  }

  /** Does a call; false ends the emulation. */
  call(name: string): boolean {
    const entry = table[name.replace(/(?<=[a-z])[AW]$/, '')] ?? table[name]
    if (entry === undefined) return false
    const { cpu, memory } = this.#program
    const top = cpu.registers[esp]!
    const args = Array.from({ length: entry.args }, (_, index) => memory.read32(top + 4 + index * 4))
    const result = entry.run(this, args)
    if (result === undefined) return false
    cpu.registers[eax] = result
    cpu.eip = cpu.pop()
    cpu.registers[esp] = (cpu.registers[esp]! + entry.args * 4) | 0
    return true
  }

  /** Where the next read of the file begins: from its start, the present place, or its end. */
  seek(distance: number, from: number): number {
    const base = [0, this.#filePointer, this.#program.file.length][from] ?? 0
    this.#filePointer = Math.max(0, base + distance)
    return this.#filePointer
  }

  readFile(count: number): Uint8Array {
    const bytes = this.#program.file.subarray(this.#filePointer, this.#filePointer + count)
    this.#filePointer += bytes.length
    return bytes
  }

  get program(): Program {
    return this.#program
  }

  /** Zero when there is no more; what the program asks for is bounded, not believed. */
  allocate(bytes: number): number {
    const size = ((bytes >>> 0) + pageBytes - 1) & ~(pageBytes - 1)
    if (size <= 0 || this.#heapBytes + size > largestHeap) return 0
    this.#heapBytes += size
    const base = this.#next
    this.#next += size + pageBytes * 16
    this.#program.memory.map(base, new Uint8Array(size), 'heap')
    return base
  }

  /** The address of a function by name or ordinal. */
  find(name: number): number {
    const { functions, memory } = this.#program
    const text = name >>> 16 === 0 ? `ord${name}` : memory.textAt(name)
    return text === '' ? 0 : functions.addressOf(text)
  }
}

interface Entry {
  readonly args: number
  /** Undefined ends the emulation. */
  readonly run: (system: System, args: readonly number[]) => number | undefined
}

const gives = (args: number, value: number): Entry => ({ args, run: () => value })

function copyText(system: System, to: number, from: number): number {
  const { memory } = system.program
  const text = memory.textAt(from)
  for (let index = 0; index < text.length; index++) memory.write8(to + index, text.charCodeAt(index))
  memory.write8(to + text.length, 0)
  return to
}

function moveMemory(system: System, [to = 0, from = 0, count = 0]: readonly number[]): number {
  const { memory } = system.program
  const bytes = Math.min(count >>> 0, largestHeap)
  const isUp = to >>> 0 <= from >>> 0
  for (let index = 0; index < bytes; index++) {
    const at = isUp ? index : bytes - 1 - index
    memory.write8(to + at, memory.read8(from + at))
  }
  return to
}

const allocate = (args: number, size: number): Entry => ({
  args,
  run: (system, given) => system.allocate(given[size] ?? 0),
})

const table: Readonly<Record<string, Entry>> = {
  GetProcAddress: { args: 2, run: (system, [, name = 0]) => system.find(name) },
  LoadLibrary: gives(1, moduleBase),
  LoadLibraryEx: gives(3, moduleBase),
  GetModuleHandle: {
    args: 1,
    run: (system, [name = 0]) => (name === 0 ? system.program.imageBase : moduleBase),
  },
  FreeLibrary: gives(1, 1),
  VirtualAlloc: {
    args: 4,
    run: (system, [address = 0, size = 0]) => {
      const { memory } = system.program
      return address !== 0 && memory.regionAt(address) !== undefined ? address : system.allocate(size)
    },
  },
  VirtualAllocEx: allocate(5, 2),
  VirtualFree: {
    args: 3,
    run: (system, [address = 0]) => {
      if (address >>> 0 >= heapBase && address >>> 0 < moduleBase) system.program.memory.unmap(address)
      return 1
    },
  },
  VirtualProtect: {
    args: 4,
    run: (system, [, , , old = 0]) => {
      if (system.program.memory.regionAt(old) !== undefined) system.program.memory.write32(old, 0x40)
      return 1
    },
  },
  VirtualQuery: gives(3, 0),
  GlobalAlloc: allocate(2, 1),
  GlobalFree: gives(1, 0),
  GlobalLock: { args: 1, run: (_, [handle = 0]) => handle },
  GlobalUnlock: gives(1, 0),
  LocalAlloc: allocate(2, 1),
  LocalFree: gives(1, 0),
  GetProcessHeap: gives(0, heapBase - pageBytes),
  HeapCreate: gives(3, heapBase - pageBytes),
  HeapAlloc: allocate(3, 2),
  HeapFree: gives(3, 1),
  RtlMoveMemory: { args: 3, run: moveMemory },
  RtlZeroMemory: {
    args: 2,
    run: (system, [to = 0, count = 0]) => {
      const bytes = Math.min(count >>> 0, largestHeap)
      for (let index = 0; index < bytes; index++) system.program.memory.write8(to + index, 0)
      return to
    },
  },
  lstrlen: { args: 1, run: (system, [text = 0]) => system.program.memory.textAt(text).length },
  lstrcpy: { args: 2, run: (system, [to = 0, from = 0]) => copyText(system, to, from) },
  lstrcat: {
    args: 2,
    run: (system, [to = 0, from = 0]) => {
      copyText(system, to + system.program.memory.textAt(to).length, from)
      return to
    },
  },
  GetVersion: gives(0, 0x0a280105),
  GetTickCount: gives(0, 0x1000),
  GetCurrentProcess: gives(0, -1),
  GetCurrentProcessId: gives(0, 0x400),
  GetCurrentThreadId: gives(0, 0x404),
  GetLastError: gives(0, 0),
  SetLastError: gives(1, 0),
  SetErrorMode: gives(1, 0),
  IsDebuggerPresent: gives(0, 0),
  CheckRemoteDebuggerPresent: gives(2, 1),
  OutputDebugString: gives(1, 0),
  SetUnhandledExceptionFilter: gives(1, 0),
  GetModuleFileName: {
    args: 3,
    run: (system, [, to = 0]) => {
      for (let index = 0; index < ownPath.length; index++) {
        system.program.memory.write8(to + index, ownPath.charCodeAt(index))
      }
      system.program.memory.write8(to + ownPath.length, 0)
      return ownPath.length
    },
  },
  // The only file there is: the program's own, which packers check for changes.
  CreateFile: gives(7, fileHandle),
  GetFileSize: { args: 2, run: (system) => system.program.file.length },
  SetFilePointer: {
    args: 4,
    run: (system, [, distance = 0, , from = 0]) => system.seek(distance, from),
  },
  ReadFile: {
    args: 5,
    run: (system, [, to = 0, count = 0, read = 0]) => {
      const bytes = system.readFile(count >>> 0)
      for (const [index, byte] of bytes.entries()) system.program.memory.write8(to + index, byte)
      system.program.memory.write32(read, bytes.length)
      return 1
    },
  },
  CloseHandle: gives(1, 1),
  Sleep: gives(1, 0),
  InitializeCriticalSection: gives(1, 0),
  EnterCriticalSection: gives(1, 0),
  LeaveCriticalSection: gives(1, 0),
}

/** Further ones that unpacking code looks for; a call of them ends the emulation. */
const known =
  'AddAtom,Beep,CompareString,ContinueDebugEvent,CopyFile,CreateDirectory,CreateEvent,CreateFileMapping,CreateMutex,' +
  'CreatePipe,CreateProcess,CreateRemoteThread,CreateThread,DebugActiveProcess,DeleteCriticalSection,DeleteFile,' +
  'DeviceIoControl,DuplicateHandle,ExitProcess,ExitThread,ExpandEnvironmentStrings,FatalAppExit,FindClose,FindFirstFile,' +
  'FindNextFile,FindResource,FlushInstructionCache,FormatMessage,FreeEnvironmentStrings,FreeResource,GetACP,GetCPInfo,' +
  'GetCommandLine,GetComputerName,GetConsoleMode,GetCurrentDirectory,GetCurrentThread,GetDriveType,GetEnvironmentStrings,' +
  'GetEnvironmentVariable,GetExitCodeProcess,GetFileAttributes,GetFileType,GetFullPathName,GetLocalTime,GetLocaleInfo,' +
  'GetLogicalDrives,GetOEMCP,GetPrivateProfileString,GetShortPathName,GetStartupInfo,GetStdHandle,GetStringType,' +
  'GetSystemDefaultLangID,GetSystemDirectory,GetSystemInfo,GetSystemTime,GetTempFileName,GetTempPath,GetThreadContext,' +
  'GetTimeZoneInformation,GetUserDefaultLCID,GetVolumeInformation,GetWindowsDirectory,GlobalReAlloc,HeapDestroy,HeapReAlloc,' +
  'HeapSize,InterlockedDecrement,InterlockedExchange,InterlockedIncrement,IsBadCodePtr,IsBadReadPtr,IsBadWritePtr,' +
  'LCMapString,LoadResource,LockResource,MapViewOfFile,MessageBox,MoveFile,MulDiv,MultiByteToWideChar,OpenFileMapping,' +
  'OpenMutex,OpenProcess,Process32First,Process32Next,RaiseException,ReadProcessMemory,ReleaseMutex,RemoveDirectory,' +
  'ResetEvent,ResumeThread,RtlUnwind,SetCurrentDirectory,SetEndOfFile,SetEnvironmentVariable,SetEvent,SetFileAttributes,' +
  'SetHandleCount,SetStdHandle,SetThreadContext,SizeofResource,SuspendThread,TerminateProcess,TerminateThread,TlsAlloc,TlsFree,' +
  'TlsGetValue,TlsSetValue,UnhandledExceptionFilter,UnmapViewOfFile,WaitForDebugEvent,WaitForSingleObject,WideCharToMultiByte,' +
  'WinExec,WriteFile,WriteProcessMemory,_hread,_lclose,_llseek,_lopen,_lread,lstrcmp,lstrcmpi,lstrcpyn'

/** What the library exports: each name, and the same with the letter that Windows adds for the kind of text. */
export const systemFunctions: readonly string[] = [
  ...new Set([...Object.keys(table), ...known.split(',')]),
].flatMap((name) => [name, `${name}A`])
