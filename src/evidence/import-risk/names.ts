// Imported names as the tables have them: without the A or W that tells the kind of text.

import type { ImportFact } from './facts.ts'

/** Run-time libraries of compilers: a program that is linked with one in itself has none of their functions. */
const runtime =
  /^(?:msvcr|msvcp|vcruntime|ucrtbase|api-ms-win-crt-|concrt|libgcc|libstdc|libwinpthread|libc\+\+|crtdll|mfc\d)/i

/** What the start-up code of compilers imports, and heap, locks and texts that every program of C++ needs. */
const startUp = new Set(
  (
    'GetLastError SetLastError GetCurrentProcess GetCurrentProcessId GetCurrentThread GetCurrentThreadId GetSystemTimeAsFileTime ' +
    'QueryPerformanceCounter InitializeSListHead InterlockedPushEntrySList InterlockedFlushSList IsProcessorFeaturePresent ' +
    'UnhandledExceptionFilter SetUnhandledExceptionFilter RtlUnwind RtlUnwindEx RtlCaptureContext RtlLookupFunctionEntry ' +
    'RtlVirtualUnwind RtlPcToFileHeader RaiseException EncodePointer DecodePointer EnterCriticalSection LeaveCriticalSection ' +
    'DeleteCriticalSection InitializeCriticalSection InitializeCriticalSectionAndSpinCount InitializeCriticalSectionEx TlsAlloc ' +
    'TlsGetValue TlsSetValue TlsFree FlsAlloc FlsGetValue FlsSetValue FlsFree HeapAlloc HeapFree HeapReAlloc HeapSize HeapCreate ' +
    'HeapDestroy GetProcessHeap ExitProcess GetStdHandle GetFileType GetStartupInfo GetCommandLine GetACP GetOEMCP GetCPInfo ' +
    'IsValidCodePage MultiByteToWideChar WideCharToMultiByte LCMapString LCMapStringEx GetStringType GetLocaleInfo GetLocaleInfoEx ' +
    'IsValidLocale EnumSystemLocales GetUserDefaultLCID CompareString CompareStringEx GetEnvironmentStrings FreeEnvironmentStrings ' +
    'SetEnvironmentVariable SetStdHandle WriteConsole ReadConsole GetConsoleMode GetConsoleCP GetConsoleOutputCP FlushFileBuffers ' +
    'SetHandleCount GetModuleHandle GetModuleHandleEx FreeLibrary Sleep VirtualQuery VirtualProtect InitOnceExecuteOnce ' +
    'InitializeConditionVariable WakeConditionVariable WakeAllConditionVariable SleepConditionVariableCS AcquireSRWLockExclusive ' +
    'ReleaseSRWLockExclusive InitializeSRWLock TryEnterCriticalSection OutputDebugString IsDebuggerPresent TerminateProcess ' +
    'CloseHandle lstrlen'
  ).split(' '),
)

export interface ImportedNames {
  readonly names: ReadonlySet<string>
  /** Without those of run-time libraries and of start-up code. */
  readonly count: number
  readonly libraries: number
}

export function importedNames(imports: readonly ImportFact[], known: ReadonlySet<string>): ImportedNames {
  const names = new Set<string>()
  let count = 0
  for (const { library, functions } of imports) {
    const isRuntime = runtime.test(library)
    for (const { name } of functions) {
      const short = name === undefined ? undefined : withoutSuffix(name, known)
      if (short !== undefined) names.add(short)
      if (!isRuntime && (short === undefined || !isStartUp(short))) count += 1
    }
  }
  return { names, count, libraries: imports.length }
}

function isStartUp(name: string): boolean {
  return startUp.has(name) || (/[AW]$/.test(name) && startUp.has(name.slice(0, -1)))
}

function withoutSuffix(name: string, known: ReadonlySet<string>): string {
  // GNU linkers leave the underscore, and the number of bytes, of names of old libraries.
  const plain = name.replace(/^_(?=[A-Z])/, '').replace(/@\d+$/, '')
  if (known.has(plain) || !/[AW]$/.test(plain)) return plain
  const short = plain.slice(0, -1)
  return known.has(short) ? short : plain
}
