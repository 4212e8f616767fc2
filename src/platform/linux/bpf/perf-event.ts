// perf_event_open(2) for what BPF programs hang on there: classic tracepoints and places in user programs (uprobes).

import { readFileSync } from 'node:fs'

import { AppError, messageOf } from '../../../base/app-error.ts'
import { E, errno, errnoName, libc } from '../libc.ts'
import type { Program } from './programs.ts'
import { BpfObject, addressOf } from './system-call.ts'

const perfEventOpen = libc.func(
  'long syscall(long number, void *attributes, long pid, long cpu, long group, unsigned long flags)',
)
const ioctl = libc.func('int ioctl(int fd, unsigned long request, long argument)')

const callNumber = process.arch === 'arm64' ? 241 : 298
const attributeBytes = 136
const typeTracepoint = 2
const cloexec = 8
const setBpf = 0x4004_2408
const enable = 0x2400
const uprobes = '/sys/bus/event_source/devices/uprobe'

/** Runs the program (of type `tracepoint`) at a classic tracepoint (its id from tracefs), on every CPU. Throws AppError. */
export function attachTracepoint(program: Program, id: number): BpfObject {
  const attributes = Buffer.alloc(attributeBytes)
  attributes.writeUInt32LE(typeTracepoint, 0)
  attributes.writeUInt32LE(attributeBytes, 4)
  attributes.writeBigUInt64LE(BigInt(id), 8)
  attributes.writeBigUInt64LE(1n, 16)
  return attach(program, attributes)
}

export interface UserProbe {
  readonly path: string
  /** Bytes from the start of the file. */
  readonly fileOffset: number
  /** When the function is entered, or when it returns. */
  readonly when: 'entry' | 'return'
}

/** Runs the program (of type `kprobe`) when any process is at that place of a file. Throws AppError. */
export function attachUserProbe(program: Program, probe: UserProbe): BpfObject {
  const path = Buffer.from(`${probe.path}\0`, 'latin1')
  const attributes = Buffer.alloc(attributeBytes)
  attributes.writeUInt32LE(userProbeType(), 0)
  attributes.writeUInt32LE(attributeBytes, 4)
  attributes.writeBigUInt64LE(probe.when === 'return' ? returnBit() : 0n, 8)
  attributes.writeBigUInt64LE(addressOf(path), 56)
  attributes.writeBigUInt64LE(BigInt(probe.fileOffset), 64)
  return attach(program, attributes)
}

function attach(program: Program, attributes: Buffer): BpfObject {
  // The event is of one CPU, but its program runs on all of them.
  const fd: number = perfEventOpen(callNumber, attributes, -1, onlineCpu(), -1, cloexec)
  if (fd < 0) throw fault('perf_event_open', program)
  const event = new BpfObject(fd)
  const refused: number = ioctl(fd, setBpf, program.fd) || ioctl(fd, enable, 0)
  if (refused === 0) return event
  const thrown = fault('the perf event', program)
  event[Symbol.dispose]()
  throw thrown
}

function fault(what: string, program: Program): AppError {
  const code = errno() === E.PERM || errno() === 13 ? 'permission' : 'unsupported'
  return new AppError(code, `${what} for ${program.name} is refused: ${errnoName(errno())}`)
}

/** The first CPU may be off. */
function onlineCpu(): number {
  return Number.parseInt(readFileSync('/sys/devices/system/cpu/online', 'latin1'), 10)
}

/** The number that stands for probes of user programs. Throws AppError `unsupported` where there are none. */
export function userProbeType(): number {
  try {
    return Number(readFileSync(`${uprobes}/type`, 'latin1'))
  } catch (thrown) {
    throw new AppError('unsupported', `the kernel has no probes of user programs: ${messageOf(thrown)}`)
  }
}

/** `config:0`: the bit of the configuration that asks for the return. */
function returnBit(): bigint {
  const text = readFileSync(`${uprobes}/format/retprobe`, 'latin1')
  return 1n << BigInt(/^config:(\d{1,2})/.exec(text)?.[1] ?? 0)
}
