// /proc/PID/stat (proc_pid_stat(5)): the few fields that name a process and its place in the tree.

import { readFileSync } from 'node:fs'

export interface ProcessStat {
  readonly pid: number
  /** comm: may contain anything, parentheses too. */
  readonly name: string
  readonly state: string
  readonly parent: number
  readonly session: number
  /** Controlling terminal as a device number; 0 for none. */
  readonly tty: number
  /** Start in clock ticks (10 ms) since boot. */
  readonly startTicks: number
  /** Clock ticks in user and kernel mode. */
  readonly cpuTicks: number
  readonly threads: number
  /** Resident pages. */
  readonly rssPages: number
}

/** Undefined when there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** Undefined when the text is none. Names are bytes in a latin1 string. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(')
  // The name may contain parentheses: it ends at the last one.
  const close = text.lastIndexOf(')')
  if (open < 1 || close < open) return undefined
  // Field 3 of the manual page is the first here.
  const fields = text.slice(close + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  return {
    pid: Number(text.slice(0, open - 1)),
    name: text.slice(open + 1, close),
    state: fields[0] ?? '',
    parent: field(4),
    session: field(6),
    tty: field(7),
    startTicks: field(22),
    cpuTicks: field(14) + field(15),
    threads: field(20),
    rssPages: field(24),
  }
}
