// What the kernel and the guard itself say about a running guard.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

import { ask, type GuardStatus } from '../../src/daemon/index.ts'
import type { GuardProcess } from './guard.ts'

const tickMs = 10

export async function statusOf(guard: GuardProcess): Promise<GuardStatus> {
  return (await ask(guard.socket, { command: 'status' })) as GuardStatus
}

/** What each open descriptor leads to. */
export function openDescriptors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      // Closed since it was listed.
      return []
    }
  })
}

export function rssBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1024
}

/** User and system time of all threads; the kernel counts in ticks of 10 ms. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Fields 14 and 15; the name in field 2 may contain anything but ends with the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}

export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
