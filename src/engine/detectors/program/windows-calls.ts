// Functions of Windows that a program asks for, and what they are good for together.

import type { ImportedLibrary } from '../../parsers/pe/index.ts'
import type { ProgramTrait } from './traits.ts'

interface CallTrait extends ProgramTrait {
  /** All of these; each a list of which one is enough. Names without the `A` or `W` at the end. */
  readonly needs: readonly (readonly string[])[]
  /** A program with more imports does so many things that this means nothing. */
  readonly mostImports?: number
}

export function importedNames(libraries: readonly ImportedLibrary[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { functions } of libraries) {
    for (const { name } of functions) names.add(name.replace(/(?<=[a-z])[AW]$/, ''))
  }
  return names
}

export function callTraits(names: ReadonlySet<string>): ProgramTrait[] {
  return table.filter(
    ({ needs, mostImports = Number.POSITIVE_INFINITY }) =>
      names.size <= mostImports && needs.every((calls) => calls.some((call) => names.has(call))),
  )
}

const starts = ['CreateProcess', 'WinExec', 'ShellExecute', 'ShellExecuteEx']

const table: readonly CallTrait[] = [
  {
    kind: 'injects',
    weight: 42,
    needs: [
      ['VirtualAllocEx', 'NtAllocateVirtualMemory', 'ZwAllocateVirtualMemory'],
      ['WriteProcessMemory', 'NtWriteVirtualMemory', 'ZwWriteVirtualMemory'],
      [
        'CreateRemoteThread',
        'CreateRemoteThreadEx',
        'NtCreateThreadEx',
        'RtlCreateUserThread',
        'QueueUserAPC',
      ],
    ],
    sentence: 'it can put code into other processes and start it there',
    techniques: ['T1055.002'],
  },
  {
    kind: 'injects',
    weight: 66,
    needs: [
      ['NtUnmapViewOfSection', 'ZwUnmapViewOfSection'],
      ['WriteProcessMemory', 'NtWriteVirtualMemory', 'ZwWriteVirtualMemory'],
      ['SetThreadContext', 'Wow64SetThreadContext', 'NtSetContextThread'],
      ['ResumeThread', 'NtResumeThread'],
    ],
    sentence: 'it can put its own code in the place of another program',
    techniques: ['T1055.012'],
  },
  {
    kind: 'keys',
    weight: 30,
    needs: [
      ['SetWindowsHookEx', 'GetRawInputData'],
      ['GetAsyncKeyState', 'GetKeyboardState', 'ToUnicodeEx'],
      ['GetForegroundWindow'],
      ['GetWindowText'],
      ['CallNextHookEx', 'RegisterRawInputDevices'],
      ['WriteFile', 'fopen', 'send', 'InternetOpen', 'HttpSendRequest'],
    ],
    mostImports: 120,
    sentence: 'it can write down what is typed, and where',
    techniques: ['T1056.001'],
  },
  {
    kind: 'downloads',
    weight: 34,
    needs: [['URLDownloadToFile', 'URLDownloadToCacheFile'], starts],
    mostImports: 200,
    sentence: 'it can fetch a program and start it',
    techniques: ['T1105'],
  },
  {
    kind: 'downloads-only',
    weight: 36,
    needs: [['URLDownloadToFile'], starts],
    mostImports: 25,
    sentence: 'it does little else',
    techniques: ['T1105'],
  },
  {
    kind: 'encrypts',
    weight: 14,
    needs: [
      ['CryptEncrypt', 'BCryptEncrypt'],
      ['FindFirstFile', 'FindFirstFileEx'],
      ['MoveFileEx', 'MoveFile', 'DeleteFile'],
    ],
    sentence: 'it can look for files, encrypt and delete them',
    techniques: ['T1486'],
  },
  {
    kind: 'looks-up',
    weight: 12,
    needs: [
      ['LoadLibrary', 'LoadLibraryEx', 'GetModuleHandle'],
      ['GetProcAddress'],
      ['VirtualAlloc', 'VirtualProtect'],
    ],
    mostImports: 12,
    sentence: 'it names next to none of the functions that it uses',
    techniques: ['T1027.007'],
  },
]
