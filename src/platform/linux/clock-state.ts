// How well the kernel's clock is kept (adjtimex(2) in reading mode): whether something synchronises it, and how far it is off.

import { kernelFault, libc } from './libc.ts'

const adjtimex = libc.func('int adjtimex(void *buffer)')

const structBytes = 208
// struct timex of 64-bit Linux.
const field = {
  offset: 8,
  frequency: 16,
  maxError: 24,
  estimatedError: 32,
  status: 40,
  tai: 160,
} as const
const states = [
  'ok',
  'insert leap second',
  'delete leap second',
  'leap second',
  'leap second over',
  'error',
] as const
const unsynchronised = 0x40
const nanoseconds = 0x2000
/** Frequencies are parts per million with 16 bits of fraction. */
const frequencyUnit = 65_536

export interface ClockState {
  readonly state: (typeof states)[number] | 'unknown'
  readonly synchronised: boolean
  /** What the kernel still corrects. */
  readonly offsetNs: number
  /** Bounds that the synchronising program told. */
  readonly maxErrorUs: number
  readonly estimatedErrorUs: number
  readonly frequencyPpm: number
  /** TAI minus UTC in seconds; 0 when nobody told. */
  readonly taiSeconds: number
  readonly statusBits: number
}

/** Throws AppError `kernel`. */
export function readClockState(): ClockState {
  const buffer = Buffer.alloc(structBytes)
  const state: number = adjtimex(buffer)
  if (state < 0) throw kernelFault('adjtimex', 'the state of the clock')
  const status = buffer.readInt32LE(field.status)
  const offset = Number(buffer.readBigInt64LE(field.offset))
  return {
    state: states[state] ?? 'unknown',
    synchronised: (status & unsynchronised) === 0,
    offsetNs: (status & nanoseconds) === 0 ? offset * 1000 : offset,
    maxErrorUs: Number(buffer.readBigInt64LE(field.maxError)),
    estimatedErrorUs: Number(buffer.readBigInt64LE(field.estimatedError)),
    frequencyPpm: Number(buffer.readBigInt64LE(field.frequency)) / frequencyUnit,
    taiSeconds: buffer.readInt32LE(field.tai),
    statusBits: status,
  }
}
