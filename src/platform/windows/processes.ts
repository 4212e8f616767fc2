// The running processes: their list by Toolhelp, and of each what its handle, its token and its memory tell.

import {
  type Handle,
  closeHandle,
  invalidHandle,
  lastError,
  native,
  wideText,
  windowsFault,
} from './native.ts'
import { decode, moduleEntry, processEntry, sizeOf } from './structs.ts'

const kernel32 = 'kernel32.dll'
const createSnapshot = native<Handle>(
  kernel32,
  'intptr_t __stdcall CreateToolhelp32Snapshot(uint32 flags, uint32 pid)',
)
const processFirst = native<boolean>(
  kernel32,
  'bool __stdcall Process32FirstW(intptr_t snapshot, void *entry)',
)
const processNext = native<boolean>(kernel32, 'bool __stdcall Process32NextW(intptr_t snapshot, void *entry)')
const moduleFirst = native<boolean>(kernel32, 'bool __stdcall Module32FirstW(intptr_t snapshot, void *entry)')
const moduleNext = native<boolean>(kernel32, 'bool __stdcall Module32NextW(intptr_t snapshot, void *entry)')
const openProcessCall = native<Handle>(
  kernel32,
  'intptr_t __stdcall OpenProcess(uint32 access, bool inherit, uint32 pid)',
)
const queryImageName = native<boolean>(
  kernel32,
  'bool __stdcall QueryFullProcessImageNameW(intptr_t process, uint32 flags, void *text, _Inout_ uint32 *units)',
)
const getProcessTimes = native<boolean>(
  kernel32,
  'bool __stdcall GetProcessTimes(intptr_t process, void *created, void *ended, void *kernel, void *user)',
)
const sessionOf = native<boolean>(
  kernel32,
  'bool __stdcall ProcessIdToSessionId(uint32 pid, _Out_ uint32 *session)',
)

const snapProcess = 0x2
const snapModule = 0x8
const snapModule32 = 0x10
const badLength = 24
const maxProcesses = 100_000
const maxModules = 10_000
const maxPathUnits = 32_768

export interface ListedProcess {
  readonly pid: number
  readonly parentPid: number
  /** File name of the image. */
  readonly name: string
  readonly threads: number
}

/** Throws AppError `kernel`. */
export function listProcesses(): ListedProcess[] {
  const found: ListedProcess[] = []
  for (const bytes of entries(snapshotOf(snapProcess, 0), processEntry, [processFirst, processNext])) {
    const entry = decode<{
      readonly th32ProcessID: number
      readonly th32ParentProcessID: number
      readonly cntThreads: number
      readonly szExeFile: string
    }>(processEntry, bytes)
    found.push({
      pid: entry.th32ProcessID,
      parentPid: entry.th32ParentProcessID,
      name: entry.szExeFile,
      threads: entry.cntThreads,
    })
    if (found.length >= maxProcesses) break
  }
  return found
}

export interface LoadedModule {
  readonly name: string
  readonly path: string
  readonly base: Handle
  readonly size: number
}

/** Libraries of a process; undefined where they may not be seen, or where it is gone. */
export function listModules(pid: number): LoadedModule[] | undefined {
  const snapshot = moduleSnapshot(pid)
  if (snapshot === undefined) return undefined
  const found: LoadedModule[] = []
  for (const bytes of entries(snapshot, moduleEntry, [moduleFirst, moduleNext])) {
    const entry = decode<{
      readonly szModule: string
      readonly szExePath: string
      readonly modBaseAddr: Handle
      readonly modBaseSize: number
    }>(moduleEntry, bytes)
    found.push({
      name: entry.szModule,
      path: entry.szExePath,
      base: entry.modBaseAddr,
      size: entry.modBaseSize,
    })
    if (found.length >= maxModules) break
  }
  return found
}

function snapshotOf(flags: number, pid: number): Handle {
  const snapshot = createSnapshot(flags, pid)
  if (snapshot === invalidHandle) throw windowsFault('CreateToolhelp32Snapshot', lastError(), `pid ${pid}`)
  return snapshot
}

/** While a process loads libraries the call fails with ERROR_BAD_LENGTH and is to be repeated. */
function moduleSnapshot(pid: number): Handle | undefined {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const snapshot = createSnapshot(snapModule | snapModule32, pid)
    if (snapshot !== invalidHandle) return snapshot
    if (lastError() !== badLength) return undefined
  }
  return undefined
}

type Step = (snapshot: Handle, entry: Buffer) => boolean

/** Closes the snapshot. The bytes are reused. */
function* entries(
  snapshot: Handle,
  layout: Parameters<typeof sizeOf>[0],
  [first, next]: readonly [first: Step, next: Step],
): Generator<Buffer> {
  try {
    const entry = Buffer.alloc(sizeOf(layout))
    entry.writeUInt32LE(entry.length)
    for (let more = first(snapshot, entry); more; more = next(snapshot, entry)) yield entry
  } finally {
    closeHandle(snapshot)
  }
}

/** Rights that are asked for; the first is granted for protected processes too. */
export const processRights = { limited: 0x1000, read: 0x1000 | 0x400 | 0x10 } as const

/** Undefined where it may not be opened, or is gone. To be closed. */
export function openProcess(pid: number, rights: number): Handle | undefined {
  const handle = openProcessCall(rights, false, pid)
  return Number(handle) === 0 ? undefined : handle
}

/** With a drive letter; undefined where it cannot be told. */
export function imagePath(process: Handle): string | undefined {
  const text = Buffer.alloc(2 * maxPathUnits)
  const units = [maxPathUnits]
  return queryImageName(process, 0, text, units) ? wideText(text, 0, units[0] ?? 0) : undefined
}

/** When it was started: 100 ns since 1601. */
export function creationTime(process: Handle): bigint | undefined {
  const times = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)] as const
  return getProcessTimes(process, ...times) ? times[0].readBigUInt64LE() : undefined
}

export function sessionOfProcess(pid: number): number | undefined {
  const session = [0]
  return sessionOf(pid, session) ? session[0] : undefined
}
