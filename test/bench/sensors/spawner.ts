// The load of programs that exit at once, from a generator that costs little itself.

import { join } from 'node:path'

import type { Bench } from './bench.ts'
import { writeTinyProgram } from './tiny-program.ts'

export interface Load {
  readonly tag: string
  readonly count: number
  /** Programs a second; 0: as fast as the host takes them. */
  readonly rate: number
}

export interface LoadResult {
  readonly wallMs: number
  /** Of the generator and of all programs: starting, running, ending. */
  readonly cpuUs: number
}

export interface Spawner {
  /** Path of the program that is started. */
  readonly program: string
  run(load: Load): Promise<LoadResult>
}

/** Arguments of every run behind its tag and its number. */
export const lastArgument = '--config=/etc/some where.conf'

export async function prepareSpawner({ folder, exec }: Bench): Promise<Spawner> {
  const program = join(folder, 'tiny')
  const generator = join(folder, 'spawner')
  writeTinyProgram(program)
  await exec('gcc', ['-O2', '-o', generator, join(import.meta.dirname, 'spawner.c')])
  return {
    program,
    async run({ tag, count, rate }) {
      const { stdout } = await exec(generator, [program, tag, `${count}`, `${rate}`], { timeoutMs: 120_000 })
      return JSON.parse(stdout) as LoadResult
    },
  }
}
