// Functions of Windows' libraries. A library is loaded when the first of its functions is called, so that modules which know
// Windows can be loaded on any system.

import koffi from 'koffi'

import { AppError, messageOf } from '../../base/app-error.ts'

/** A handle or an address: numbers beyond 2^53 come as bigint. */
export type Handle = number | bigint

/** What `CreateFileW` and `CreateToolhelp32Snapshot` return instead of a handle. */
export const invalidHandle = -1

type Library = ReturnType<typeof koffi.load>

const libraries = new Map<string, Library>()

function libraryOf(name: string): Library {
  const known = libraries.get(name)
  if (known !== undefined) return known
  const loaded = koffi.load(name)
  libraries.set(name, loaded)
  return loaded
}

function bind(library: string, prototype: string): ReturnType<Library['func']> {
  try {
    return libraryOf(library).func(prototype)
  } catch (thrown) {
    throw new AppError('unsupported', `${library} has no ${nameIn(prototype)} here`, { cause: thrown })
  }
}

function nameIn(prototype: string): string {
  return /(\w+)\s*\(/.exec(prototype)?.[1] ?? prototype
}

/**
 * A function by its prototype in C; `Result` is what koffi makes of its result. The call throws AppError `unsupported` where it
 * is missing.
 */
// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- the type is C's: the caller says what it is in ours
export function native<Result>(library: string, prototype: string): (...args: readonly unknown[]) => Result {
  let bound: ReturnType<typeof bind> | undefined
  return (...args) => {
    bound ??= bind(library, prototype)
    return bound(...args) as Result
  }
}

/** The same, called in a thread beside: for calls that wait. */
export function nativeAsync<Result>(
  library: string,
  prototype: string,
): (...args: readonly unknown[]) => Promise<Result> {
  let bound: ReturnType<typeof bind> | undefined
  return (...args) =>
    new Promise((resolve, reject) => {
      bound ??= bind(library, prototype)
      bound.async(...args, (fault: Error | null, result: Result) => {
        if (fault === null) resolve(result)
        else reject(fault)
      })
    })
}

const getLastError = native<number>('kernel32.dll', 'uint32 __stdcall GetLastError()')

/** Of the last call made through koffi in this thread. */
export function lastError(): number {
  return getLastError()
}

/** Names of winerror.h that somebody can do something about. */
const errorNames: Readonly<Record<number, string>> = {
  2: 'ERROR_FILE_NOT_FOUND',
  3: 'ERROR_PATH_NOT_FOUND',
  5: 'ERROR_ACCESS_DENIED',
  6: 'ERROR_INVALID_HANDLE',
  32: 'ERROR_SHARING_VIOLATION',
  50: 'ERROR_NOT_SUPPORTED',
  87: 'ERROR_INVALID_PARAMETER',
  120: 'ERROR_CALL_NOT_IMPLEMENTED',
  122: 'ERROR_INSUFFICIENT_BUFFER',
  299: 'ERROR_PARTIAL_COPY',
  1060: 'ERROR_SERVICE_DOES_NOT_EXIST',
  1300: 'ERROR_NOT_ALL_ASSIGNED',
  1314: 'ERROR_PRIVILEGE_NOT_HELD',
  15_001: 'ERROR_EVT_INVALID_QUERY',
  15_007: 'ERROR_EVT_CHANNEL_NOT_FOUND',
  15_011: 'ERROR_EVT_QUERY_RESULT_STALE',
}

/** `ERROR_ACCESS_DENIED` for 5, and so on. */
export function errorName(code: number): string {
  return errorNames[code] ?? `error ${code}`
}

/** The fault of a call that must not fail. */
export function windowsFault(call: string, code: number, detail: string): AppError {
  return new AppError(
    code === 5 || code === 1314 ? 'permission' : 'kernel',
    `${call} failed with ${errorName(code)}: ${detail}`,
  )
}

/** The result of a call that is not everywhere; undefined where it is missing. */
export function ifThere<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'unsupported') return undefined
    throw new AppError('kernel', messageOf(thrown), { cause: thrown })
  }
}

const closeHandleCall = native<boolean>('kernel32.dll', 'bool __stdcall CloseHandle(intptr_t handle)')

export function closeHandle(handle: Handle): void {
  closeHandleCall(handle)
}

/** UTF-16LE up to the first null or the end of the bytes. */
export function wideText(bytes: Buffer, at: number, maxUnits: number): string {
  const text = bytes.toString('utf16le', at, Math.min(bytes.length, at + 2 * maxUnits))
  const end = text.indexOf('\0')
  return end === -1 ? text : text.slice(0, end)
}
