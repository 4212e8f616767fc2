// bpf(2) and what belongs to its descriptors. Attributes are structs of the kernel's ABI (union bpf_attr): zeros behind
// what a kernel knows are accepted, so one size does for all.

import koffi from 'koffi'

import { AppError } from '../../../base/app-error.ts'
import { E, errno, errnoName, libc } from '../libc.ts'

const syscall = libc.func('long syscall(long number, long command, void *attributes, long bytes)')
const close = libc.func('int close(int fd)')
const setrlimit = libc.func('int setrlimit(int resource, void *limits)')
const bpfNumber = process.arch === 'arm64' ? 280 : 321
const memlock = 8

export const Command = {
  mapCreate: 0,
  mapLookup: 1,
  mapUpdate: 2,
  mapDelete: 3,
  mapNextKey: 4,
  programLoad: 5,
  objectInfo: 15,
  rawTracepointOpen: 17,
  linkCreate: 28,
  enableStats: 32,
  iteratorCreate: 33,
} as const

/** bpf(2): a descriptor or 0; negative on failure, then `errno()` says why. */
export function bpf(command: number, attributes: Buffer): number {
  const result: number = syscall(bpfNumber, command, attributes, attributes.length)
  return result
}

/** Address of a buffer for a field of the attributes; the buffer must live until the call is over. */
export function addressOf(buffer: Buffer): bigint {
  return koffi.address(buffer)
}

/** A refused call as an error: `permission` where the kernel says EPERM or EACCES, `unsupported` otherwise. */
export function bpfFault(what: string, detail = ''): AppError {
  const code = errno()
  const denied = code === E.PERM || code === 13
  return new AppError(denied ? 'permission' : 'unsupported', `${what}: ${errnoName(code)}${detail}`)
}

/** Anything of BPF that is a descriptor: closed when it is disposed. */
export class BpfObject {
  readonly fd: number
  #open = true

  /** Takes the descriptor over. */
  constructor(fd: number) {
    this.fd = fd
  }

  [Symbol.dispose](): void {
    if (this.#open) close(this.fd)
    this.#open = false
  }
}

/** Kernels before 5.11 count maps and programs as locked memory, of which there is little by default. */
export function raiseLockedMemory(): void {
  setrlimit(memlock, Buffer.alloc(16, 0xff))
}

/** The kernel counts runs and run time of all programs until it is disposed: costs some ns a run, for measurements. */
export function enableRunStatistics(): BpfObject {
  const fd = bpf(Command.enableStats, Buffer.alloc(16))
  if (fd < 0) throw bpfFault('the statistics of BPF programs cannot be switched on')
  return new BpfObject(fd)
}
