// What the system tells of one running process, as far as it may be asked.

import { filetime } from '../../evidence/fields.ts'
import { closeHandle } from '../../platform/windows/native.ts'
import { processParameters } from '../../platform/windows/process-parameters.ts'
import {
  creationTime,
  imagePath,
  listProcesses,
  openProcess,
  processRights,
  sessionOfProcess,
} from '../../platform/windows/processes.ts'
import { ownerOf, type ProcessOwner } from '../../platform/windows/tokens.ts'

export interface RunningProcess {
  readonly pid: number
  readonly parentPid: number
  readonly name: string
  readonly threads: number
  readonly image?: string
  readonly commandLine?: string
  readonly workingDirectory?: string
  /** ISO 8601 with 100 ns. */
  readonly start?: string
  readonly session?: number
  readonly owner?: ProcessOwner
}

export function runningProcesses(): RunningProcess[] {
  return listProcesses().map((listed) => ({ ...listed, ...processFacts(listed.pid) }))
}

/** Nothing where it is gone or may not be opened. */
export function processFacts(pid: number): Omit<RunningProcess, 'pid' | 'parentPid' | 'name' | 'threads'> {
  const handle = openProcess(pid, processRights.read) ?? openProcess(pid, processRights.limited)
  if (handle === undefined) return {}
  try {
    const facts = {
      image: imagePath(handle),
      ...processParameters(handle),
      start: startOf(creationTime(handle)),
      session: sessionOfProcess(pid),
      owner: ownerOf(handle),
    }
    return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
  } finally {
    closeHandle(handle)
  }
}

function startOf(time: bigint | undefined): string | undefined {
  if (time === undefined) return undefined
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(time)
  return filetime(bytes, 0)
}
