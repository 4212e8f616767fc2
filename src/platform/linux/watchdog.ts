// A watchdog outside our own control flow, with no process of its own: a POSIX timer whose signal is SIGKILL.
// If it is not wound up again in time the kernel kills this process, also when it is stopped (SIGSTOP) or hangs;
// its fanotify descriptors close, and the kernel releases every opener that waits. See docs/adr.

import { kernelFault, libc } from './libc.ts'

const timerCreate = libc.func('int timer_create(int clock, void *event, void *timer)')
const timerSettime = libc.func('int timer_settime(intptr_t timer, int flags, void *value, void *old)')
const timerDelete = libc.func('int timer_delete(intptr_t timer)')

// Monotonic time stands still while the machine sleeps: a suspended host does not kill its guard.
const clockMonotonic = 1
const sigkill = 9

export class KillTimer {
  readonly #timer: bigint
  readonly #value = Buffer.alloc(32)

  /** Not yet running: the first `wind` starts it. */
  constructor() {
    const event = Buffer.alloc(64) // struct sigevent: value (8), signo (4), notify (4) = SIGEV_SIGNAL
    event.writeInt32LE(sigkill, 8)
    event.writeInt32LE(0, 12)
    const timer = Buffer.alloc(8)
    const result: number = timerCreate(clockMonotonic, event, timer)
    if (result !== 0) throw kernelFault('timer_create', 'the watchdog cannot be set up')
    this.#timer = timer.readBigInt64LE(0)
  }

  /** The process is killed `ms` milliseconds from now unless this is called again; 0 stops the timer. */
  wind(ms: number): void {
    this.#value.writeBigInt64LE(BigInt(Math.floor(ms / 1000)), 16)
    this.#value.writeBigInt64LE(BigInt((ms % 1000) * 1_000_000), 24)
    timerSettime(this.#timer, 0, this.#value, null)
  }

  close(): void {
    timerDelete(this.#timer)
  }
}
