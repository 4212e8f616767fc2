// Processes without which the host does not live or cannot be reached: they are not ended by mistake.

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

import { executableOf } from '../../platform/linux/processes.ts'
import type { ProcessRow } from './process-list.ts'

const needed: ReadonlySet<string> = new Set(['init', 'dbus-daemon', 'dbus-broker', 'dbus-broker-launch'])

/** Never, whoever asks: the first process and the kernel's own threads. Empty for others. */
export function whyNever({ pid, isKernelThread }: ProcessRow): string {
  if (pid === 1) return 'it is the first process'
  return isKernelThread ? 'it is a thread of the kernel' : ''
}

/** Only by force. Empty for those that may be ended. */
export function whyNeeded({ pid, parent }: ProcessRow): string {
  // The executable and not comm, which the process chooses.
  const name = basename(executableOf(pid)).replace(/ \(deleted\)$/, '')
  if (needed.has(name) || name === 'systemd' || name.startsWith('systemd-')) return `it is ${name}`
  if (name === 'sshd' && parent === 1) return 'it is the ssh server that takes new sessions'
  return isHaechi(pid) ? 'it is haechi' : ''
}

function isHaechi(pid: number): boolean {
  const entry = process.argv[1] ?? ''
  if (!entry.endsWith('/src/cli/main.ts')) return false
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(1, 8).includes(entry)
  } catch {
    return false
  }
}
