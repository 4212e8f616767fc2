// Servers and tools that a test calls: as root they are installed where they are missing (Debian), otherwise the test is
// skipped and says so.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import type { TestContext } from 'node:test'

/** A test, or who does its work: what is made goes `after` it. */
export type Stand = Pick<TestContext, 'after' | 'skip'>

const installTimeoutMs = 300_000

/** `programs`: globs of absolute paths, and the Debian package of each. True when all are there. */
export function requirePrograms(t: Stand, programs: Readonly<Record<string, string>>): boolean {
  const missing = missingOf(programs)
  if (missing.length === 0) return true
  if (process.getuid?.() === 0) install(missing.map(([, debianPackage]) => debianPackage))
  const still = missingOf(programs)
  if (still.length === 0) return true
  t.skip(`SKIPPED, NOT TESTED: there is no ${still.map(([path]) => path).join(', ')}`)
  return false
}

function missingOf(programs: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(programs).filter(([path]) => globSync(path).length === 0)
}

function install(packages: readonly string[]): void {
  // RUNLEVEL=1: the servers that come with them are not started.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const options = { env, timeout: installTimeoutMs, stdio: 'ignore' } as const
  const wanted = ['install', '-q', '-y', '--no-install-recommends', ...new Set(packages)]
  if (spawnSync('apt-get', wanted, options).status === 0) return
  spawnSync('apt-get', ['update', '-q'], options)
  spawnSync('apt-get', wanted, options)
}
