// Whether a process has a number, asked by signal 0 (kill(2)): an answer that needs no list of processes.

import { E, errno, libc } from './libc.ts'

const kill = libc.func('int kill(int pid, int signal)')

/** True also for numbers of threads. */
export function answersSignal(pid: number): boolean {
  const result: number = kill(pid, 0)
  return result === 0 || errno() === E.PERM
}
