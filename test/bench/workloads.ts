// Everyday commands on the guarded ground: each once cold (first time for this guard), then warm.

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import type { ContestantId, Stage } from './contestant.ts'
import type { ExecOptions } from './exec.ts'
import { median, type Samples } from './samples.ts'
import { gitEnv, gitFiles, tarFiles } from './trees.ts'

interface Workload {
  readonly id: string
  readonly title: string
  readonly command: string
  readonly args: readonly string[]
  readonly options: ExecOptions
}

interface Into {
  readonly samples: Samples
  readonly who: ContestantId
  readonly round: number
}

const warmRuns = 3
/** What was unpacked is judged after it was written; that must not weigh on the next measure. */
const settleMs = 500

function workloads({ trees, ground }: Stage): Workload[] {
  const { gcc } = trees
  return [
    {
      id: 'git',
      title: `git status, ${gitFiles} files`,
      command: 'git',
      args: ['status', '--short'],
      options: { cwd: trees.repository, env: gitEnv },
    },
    {
      id: 'node',
      title: 'node -e 0',
      command: trees.node,
      args: ['-e', '0'],
      options: { cwd: ground.aside },
    },
    {
      id: 'gcc',
      title: 'gcc -c, 101 own files',
      command: 'gcc',
      // The copied compiler and assembler; the temporary file between them is guarded too.
      args: ['-B', `${gcc.folder}/`, '-c', gcc.source, '-o', join(gcc.folder, 'main.o')],
      options: { env: { TMPDIR: gcc.folder } },
    },
  ]
}

async function measureTar({ exec, trees, ground }: Stage, into: Into): Promise<void> {
  const folder = join(ground.path, 'unpacked')
  mkdirSync(folder)
  await exec('sync', ['-f', ground.path])
  const { ms } = await exec('tar', ['xf', trees.archive, '-C', folder])
  into.samples.add({ id: 'tar', title: `tar x, ${tarFiles} files`, unit: 'ms' }, into.who, into.round, ms)
  await delay(settleMs)
  rmSync(folder, { recursive: true })
  await exec('sync', ['-f', ground.path])
}

export async function measureWorkloads(stage: Stage, into: Into): Promise<void> {
  for (const { id, title, command, args, options } of workloads(stage)) {
    const run = async (): Promise<number> => (await stage.exec(command, args, options)).ms
    const cold = await run()
    into.samples.add({ id: `${id}.cold`, title: `${title}, cold`, unit: 'ms' }, into.who, into.round, cold)
    const warm: number[] = []
    for (let count = 0; count < warmRuns; count++) warm.push(await run())
    const measure = { id: `${id}.warm`, title: `${title}, warm`, unit: 'ms' } as const
    into.samples.add(measure, into.who, into.round, median(warm) ?? 0)
  }
  await measureTar(stage, into)
}
