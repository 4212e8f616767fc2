// What /proc says about the process that asked. It cannot exit while it waits for our answer; after the answer it
// can, so every field may be missing. /proc is never a guarded file system: reading it here cannot deadlock.

import { readFileSync, readlinkSync } from 'node:fs'

export interface ProcessFacts {
  /** comm: at most 15 bytes, chosen by the process itself. */
  readonly name: string
  /** Arguments joined by spaces, clipped; chosen by the process itself. */
  readonly commandLine: string
  /** Real user id; -1 when unknown. */
  readonly uid: number
}

const commandLineMax = 1024

export function processFacts(pid: number): ProcessFacts {
  const name = readText(`/proc/${pid}/comm`).trimEnd()
  const commandLine = readText(`/proc/${pid}/cmdline`)
    .replaceAll('\0', ' ')
    .trimEnd()
    .slice(0, commandLineMax)
  return { name, commandLine, uid: realUid(pid) }
}

/** Real user id of a process; -1 when it is gone. */
export function realUid(pid: number): number {
  const uid = /^Uid:\t(\d+)/m.exec(readText(`/proc/${pid}/status`))?.[1]
  return uid === undefined ? -1 : Number(uid)
}

/** Path of the executable as bytes in a latin1 string; empty when unknown (kernel thread, gone). */
export function executableOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`, 'latin1')
  } catch {
    return ''
  }
}

/** Path behind one of our own descriptors, as bytes in a latin1 string; undefined when the name is too long. */
export function pathOfFd(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`, 'latin1')
  } catch {
    return undefined
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
