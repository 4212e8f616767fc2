// Cures one malicious file beside the guard: the engine of the thread scans it, rebuilds it and scans the result.

import { parentPort } from 'node:worker_threads'

import { attach } from '../engine/index.ts'
import { cureFile } from '../response/cure-file.ts'
import { Quarantine } from '../response/quarantine/index.ts'
import { type CureTask, onJudgedFile, type Responded, withLinks } from './respond.ts'

export function run(data: unknown): void {
  const task = data as CureTask
  const responded = onJudgedFile(task.record, (path, fd) => cure(task, path, fd))
  parentPort?.postMessage({ responded })
}

function cure({ record, directory, decisiveScore, engine }: CureTask, path: Buffer, fd: number): Responded {
  const name = path.subarray(path.lastIndexOf(0x2f) + 1).toString()
  const request = { path, fd, name, verdict: record.verdict, by: 'haechi guard', decisiveScore }
  const done = cureFile(new Quarantine(directory), attach(engine).instance(), request)
  if (done.response === 'left-in-place') return { response: 'left-in-place' }
  if (done.response === 'cured')
    return withLinks({ response: 'cured', changes: done.changes }, done.otherLinks)
  return { response: 'quarantined', problem: `it could not be cured: ${done.problem ?? 'unknown'}` }
}
