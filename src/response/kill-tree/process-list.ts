// All processes of the host at one moment, with the places in the tree, the group and the session of each (proc_pid_stat(5)).

import { readdirSync, readFileSync } from 'node:fs'

import type { ProcessName } from '../../platform/linux/pidfd.ts'
import { parseProcessStat } from '../../platform/linux/process-stat.ts'

export interface ProcessRow extends ProcessName {
  readonly parent: number
  readonly group: number
  readonly session: number
  /** comm: chosen by the process. */
  readonly name: string
  /** One letter. */
  readonly state: string
  readonly isKernelThread: boolean
}

export type ProcessList = ReadonlyMap<number, ProcessRow>

/** PF_KTHREAD of linux/sched.h */
const kernelThread = 0x0020_0000

export function listProcesses(): ProcessList {
  const rows = new Map<number, ProcessRow>()
  for (const entry of readdirSync('/proc')) {
    const first = entry.charCodeAt(0)
    if (first < 0x31 || first > 0x39) continue
    const row = readRow(Number(entry))
    if (row !== undefined) rows.set(row.pid, row)
  }
  return rows
}

/** Undefined when there is no such process. */
export function readRow(pid: number): ProcessRow | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  const stat = parseProcessStat(text)
  if (stat === undefined) return undefined
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return {
    pid: stat.pid,
    startTicks: stat.startTicks,
    parent: stat.parent,
    group: Number(fields[2]),
    session: stat.session,
    name: Buffer.from(stat.name, 'latin1').toString('utf8'),
    state: stat.state,
    isKernelThread: (Number(fields[6]) & kernelThread) !== 0,
  }
}

/** It runs no more: a zombie, or being taken away. */
export function isEnded({ state }: ProcessRow): boolean {
  return state === 'Z' || state === 'X' || state === 'x'
}

/** The unit of systemd in whose control group it is; empty where there is none. */
export function unitOf(pid: number): string {
  for (const line of readLines(`/proc/${pid}/cgroup`)) {
    // `0::/…` is cgroup v2, `N:name=systemd:/…` the hierarchy of systemd beside v1.
    if (!line.startsWith('0::') && !line.includes(':name=systemd:')) continue
    const parts = line.slice(line.lastIndexOf(':') + 1).split('/')
    const unit = parts.findLast((part) => part.endsWith('.service') || part.endsWith('.scope'))
    if (unit !== undefined) return unit
  }
  return ''
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
