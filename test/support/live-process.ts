// Processes with something planted in them, for tests of the collection from the running system (live-process.c).

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { requirePrograms, type Stand } from './programs.ts'

/** The program, compiled into the folder; undefined when the test was skipped. */
export function livePrograms(t: Stand, folder: string): string | undefined {
  if (!requirePrograms(t, { '/usr/bin/gcc': 'gcc', '/usr/include/linux/fuse.h': 'linux-libc-dev' }))
    return undefined
  const program = join(folder, 'live-process')
  const made = spawnSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, 'live-process.c')], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  if (made.status !== 0) throw new Error(made.stderr)
  return program
}

export interface Planted {
  readonly pid: number
  readonly child: ChildProcess
  /** Resolves when it has said the word. */
  said(word: string): Promise<void>
}

/** Started, and ready; ends with the test. */
export async function plant(t: Stand, command: string, ...args: readonly string[]): Promise<Planted> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  async function said(word: string): Promise<void> {
    while (!lines.includes(word)) {
      if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`)
      await once(reader, 'line', { signal: AbortSignal.timeout(20_000) })
    }
  }
  await said('ready')
  return { pid: child.pid ?? 0, child, said }
}
