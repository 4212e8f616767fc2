// Runs bin/haechi for real, and makes what it is run on.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const launcher = join(import.meta.dirname, '../../bin/haechi')

const eicarParts = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*']
/** The EICAR test file, put together here so that no source file is one. */
export const eicar = eicarParts.join('')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Set-user-id before the start: root can read everything, so some tests need to be nobody. */
  readonly uid?: number
}

export function haechi(args: readonly string[], options: RunOptions = {}): Finished {
  const run = spawnSync(launcher, args, {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 64 * 1024 ** 2,
    ...options,
    env: { ...process.env, ...options.env },
  })
  return { code: run.status, stdout: run.stdout, stderr: run.stderr }
}

export function startHaechi(args: readonly string[]): ChildProcess {
  return spawn(launcher, args, { stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The lines of --json output. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** A folder of its own that goes with the scope. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'haechi-test-'))

  at(...names: readonly string[]): string {
    return join(this.path, ...names)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}
