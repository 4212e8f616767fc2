// The C library, opened once per thread. Everything that talks to the kernel by FFI starts here.

import koffi from 'koffi'

import { AppError } from '../../base/app-error.ts'

export const libc = koffi.load('libc.so.6')

/** errno of the last call made through koffi in this thread. */
export function errno(): number {
  return koffi.errno()
}

const names = new Map<number, string>(Object.entries(koffi.os.errno).map(([name, code]) => [code, name]))

/** `EPERM` for 1, and so on. */
export function errnoName(code: number): string {
  return names.get(code) ?? `errno ${code}`
}

export const E = {
  PERM: 1,
  INTR: 4,
  EXIST: 17,
  INVAL: 22,
  OPNOTSUPP: 95,
} as const

/** The fault of a system call that must not fail. */
export function kernelFault(call: string, detail: string, hint = ''): AppError {
  const name = errnoName(errno())
  return new AppError('kernel', `${call} failed with ${name}: ${detail}`, { hint })
}
