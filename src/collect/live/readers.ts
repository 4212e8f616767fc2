// For tests: which processes read for a process.

import { readdirSync } from 'node:fs'

import { parseProcessStat } from '../../platform/linux/process-stat.ts'
import { readText } from './proc-files.ts'

/** Their numbers. */
export function readersOf(parent: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map(Number).filter((pid) => {
    const stat = parseProcessStat(readText(`/proc/${pid}/stat`) ?? '')
    return stat?.parent === parent && (readText(`/proc/${pid}/cmdline`) ?? '').includes('reader-process.ts')
  })
}
