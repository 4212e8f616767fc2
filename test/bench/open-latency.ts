// open() of small clean files: by one process and by ten at a time, cold (the guard has never seen the file) and warm.

import { join } from 'node:path'

import type { ContestantId, Stage } from './contestant.ts'
import type { Exec } from './exec.ts'
import type { Ground } from './ground.ts'
import type { Samples } from './samples.ts'
import { openFiles } from './trees.ts'

const processes = 10
const percentiles = { p50: 'median', p99: '99th percentile', max: 'slowest' } as const

type Pass = Readonly<Record<keyof typeof percentiles, number>>

/** Compiles the measuring program; its path. */
export async function compileOpener(ground: Ground, exec: Exec): Promise<string> {
  const program = join(ground.aside, 'open-latency')
  await exec('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'open-latency.c')])
  return program
}

async function passes(stage: Stage, program: string, folder: string, by: number): Promise<Pass[]> {
  const { stdout } = await stage.exec(program, [folder, `${openFiles}`, `${by}`, '2'])
  return JSON.parse(stdout) as Pass[]
}

/** One discarded look at every file, so that neither the disk nor the directory cache is measured. */
export async function warmCaches(stage: Stage, program: string): Promise<void> {
  await stage.exec('sh', ['-c', 'cat "$0"/*/* "$1"/*/* >/dev/null', stage.trees.single, stage.trees.parallel])
  for (const folder of [stage.trees.single, stage.trees.parallel]) await passes(stage, program, folder, 1)
}

export async function measureOpens(
  stage: Stage,
  program: string,
  into: { samples: Samples; who: ContestantId; round: number },
): Promise<void> {
  const cases = [
    { id: 'single', title: 'open', folder: stage.trees.single, by: 1 },
    { id: 'parallel', title: `open, ${processes} processes`, folder: stage.trees.parallel, by: processes },
  ]
  for (const { id, title, folder, by } of cases) {
    const [cold, warm] = await passes(stage, program, folder, by)
    for (const [state, pass] of Object.entries({ cold, warm })) {
      if (pass === undefined) continue
      for (const [key, name] of Object.entries(percentiles)) {
        const measure = {
          id: `${id}.${state}.${key}`,
          title: `${title}, ${state}: ${name}`,
          unit: 'ns',
        } as const
        into.samples.add(measure, into.who, into.round, pass[key as keyof Pass])
      }
    }
  }
}
