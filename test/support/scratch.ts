// A file system of its own for each test, so that the guard's file system marks touch nothing else on the machine.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** True when the test may go on; otherwise it is skipped with the reason. */
export function requireRoot(t: TestContext): boolean {
  if (process.platform !== 'linux') t.skip('the guard needs Linux')
  else if (process.getuid?.() !== 0) t.skip('SKIPPED, NOT TESTED: guarding needs root')
  else return true
  return false
}

export interface Scratch {
  readonly path: string
  at(...names: readonly string[]): string
  /** Makes a directory in it. */
  folder(...names: readonly string[]): string
  /** Mounts something below it, which goes with the test. */
  mount(...args: readonly string[]): void
}

/** A fresh tmpfs in a fresh directory; both go after the test, also when it fails. */
export function withScratch(t: TestContext): Scratch {
  const path = mkdtempSync(join(tmpdir(), 'haechi-scratch-'))
  const mounted: string[] = []
  // A lazy unmount works while somebody is still in there; the innermost goes first.
  t.after(() => {
    for (const point of mounted.toReversed()) run('umount', ['-l', point])
    if (mounted.length > 0) rmdirSync(path)
    else rmSync(path, { recursive: true, force: true })
  })
  function mount(...args: readonly string[]): void {
    run('mount', args)
    mounted.push(args.at(-1) ?? '')
  }
  mount('-t', 'tmpfs', '-o', 'mode=755', 'haechi-test', path)
  function at(...names: readonly string[]): string {
    return join(path, ...names)
  }
  return {
    path,
    at,
    mount,
    folder(...names) {
      mkdirSync(at(...names), { recursive: true })
      return at(...names)
    },
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
}
