// Signals by descriptor (pidfd_open(2), pidfd_send_signal(2)): a number that is used again is never hit, because the descriptor
// is opened first, then the process is looked at, and only then is the signal sent.

import { closeFd } from './fanotify.ts'
import { errno, kernelFault, libc } from './libc.ts'
import { readProcessStat } from './process-stat.ts'

// glibc has wrappers only since 2.36; the numbers are those of every architecture (asm-generic/unistd.h).
const pidfdOpen = libc.func('long syscall(long number, int pid, unsigned int flags)')
const pidfdSendSignal = libc.func(
  'long syscall(long number, int fd, int signal, void *info, unsigned int flags)',
)
const numberOf = { open: 434, sendSignal: 424 } as const
const noSuchProcess = 3

/** By their numbers on x86-64 and arm64. */
export const signalNumbers = { KILL: 9, CONT: 18, STOP: 19 } as const

export interface ProcessName {
  readonly pid: number
  /** Start in clock ticks since boot: with the pid it names one process until the next boot. */
  readonly startTicks: number
}

/** False when the process has gone, or another one has its number. Throws AppError `kernel` for anything else. */
export function signalProcess({ pid, startTicks }: ProcessName, signal: keyof typeof signalNumbers): boolean {
  const fd = Number(pidfdOpen(numberOf.open, pid, 0))
  if (fd < 0) {
    if (errno() === noSuchProcess) return false
    throw kernelFault('pidfd_open', `process ${pid}`)
  }
  try {
    if (readProcessStat(pid)?.startTicks !== startTicks) return false
    const sent = Number(pidfdSendSignal(numberOf.sendSignal, fd, signalNumbers[signal], null, 0))
    if (sent === 0) return true
    if (errno() === noSuchProcess) return false
    throw kernelFault('pidfd_send_signal', `SIG${signal} to process ${pid}`)
  } finally {
    closeFd(fd)
  }
}
