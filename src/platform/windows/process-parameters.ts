// Command line and working directory of a process. Windows 8.1 and later tell the command line by NtQueryInformationProcess; the
// working directory, and the command line before that, stand in the memory of the process: PEB → ProcessParameters.

import { type Handle, native, wideText } from './native.ts'
import { decode, processBasicInformation, sizeOf, unicodeString } from './structs.ts'

const queryProcess = native<number>(
  'ntdll.dll',
  'int32 __stdcall NtQueryInformationProcess(intptr_t process, uint32 kind, void *into, uint32 length, _Out_ uint32 *got)',
)
const readMemory = native<boolean>(
  'kernel32.dll',
  'bool __stdcall ReadProcessMemory(intptr_t process, uintptr_t address, void *into, size_t length, _Out_ size_t *got)',
)

const basicInformation = 0
const commandLineInformation = 60
/** Of the 64-bit PEB and RTL_USER_PROCESS_PARAMETERS; both stand since Windows XP. */
const parametersInPeb = 0x20
const directoryInParameters = 0x38
const commandLineInParameters = 0x70
const maxBytes = 65_536

export interface ProcessParameters {
  readonly commandLine?: string
  readonly workingDirectory?: string
}

/** What can be read; the handle needs PROCESS_QUERY_INFORMATION and PROCESS_VM_READ for all of it. */
export function processParameters(process: Handle): ProcessParameters {
  const fromMemory = readParameters(process)
  const commandLine = toldCommandLine(process) ?? fromMemory.commandLine
  const { workingDirectory } = fromMemory
  return {
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
  }
}

/** A UNICODE_STRING with its text behind it. */
function toldCommandLine(process: Handle): string | undefined {
  const bytes = Buffer.alloc(maxBytes + 16)
  const status = queryProcess(process, commandLineInformation, bytes, bytes.length, [0])
  if (status !== 0) return undefined
  return bytes.toString('utf16le', 16, 16 + Math.min(bytes.readUInt16LE(0), maxBytes))
}

function readParameters(process: Handle): ProcessParameters {
  const basic = Buffer.alloc(sizeOf(processBasicInformation))
  if (queryProcess(process, basicInformation, basic, basic.length, [0]) !== 0) return {}
  const { PebBaseAddress: peb } = decode<{ readonly PebBaseAddress: Handle }>(processBasicInformation, basic)
  const parameters = readPointer(process, BigInt(peb) + BigInt(parametersInPeb))
  if (parameters === undefined || parameters === 0n) return {}
  const commandLine = readText(process, parameters + BigInt(commandLineInParameters))
  const workingDirectory = readText(process, parameters + BigInt(directoryInParameters))
  return {
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(workingDirectory === undefined || workingDirectory === '' ? {} : { workingDirectory }),
  }
}

function readPointer(process: Handle, address: bigint): bigint | undefined {
  return readBytes(process, address, 8)?.readBigUInt64LE()
}

function readText(process: Handle, address: bigint): string | undefined {
  const head = readBytes(process, address, sizeOf(unicodeString))
  if (head === undefined) return undefined
  const { Length: length, Buffer: at } = decode<{ readonly Length: number; readonly Buffer: Handle }>(
    unicodeString,
    head,
  )
  if (length === 0) return ''
  const text = readBytes(process, BigInt(at), length)
  return text === undefined ? undefined : wideText(text, 0, length / 2)
}

function readBytes(process: Handle, address: bigint, length: number): Buffer | undefined {
  const bytes = Buffer.alloc(length)
  const got = [0]
  return readMemory(process, address, bytes, length, got) && got[0] === length ? bytes : undefined
}
