// What tests of the responses need: a context of actions, and processes that are found again by a word in their command line.

import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'

import type { ActionContext, ResponseSettings } from '../../src/response/action.ts'

export const responseSettings: ResponseSettings = {
  quarantineDirectory: '/nonexistent',
  blockForMs: 60_000,
  isolateForMs: 60_000,
  managementAddresses: [],
  managementPort: 22,
  isolationAllow: [],
  collection: {
    socket: '/nonexistent/haechi.sock',
    folder: '/nonexistent',
    profile: 'quick',
    maxBytes: 64 * 1024 ** 2,
    maxTimeMs: 20_000,
    spacingMs: 60_000,
    leastFreeBytes: 0,
    encryptTo: [],
  },
}

export function actionContext(changes: Partial<ActionContext> = {}): ActionContext {
  return {
    settings: responseSettings,
    id: '20261122T120000Z-00c0ffee',
    force: false,
    endSessions: false,
    keys: false,
    reason: 'a test',
    ...changes,
  }
}

/** Pids of the processes that have `word` as one of their arguments and are no zombies. */
export function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => textOf(`/proc/${pid}/cmdline`).split('\0').includes(word))
    .map(Number)
}

/** Rejects after the time. */
export async function until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not in time: ${what}`)
    await delay(5)
  }
}

/** A control group that holds at most so many processes; it goes with the test, and all that is in it. Undefined: not here. */
export function limitedGroup(t: TestContext, pids: number): string | undefined {
  for (const root of ['/sys/fs/cgroup/pids', '/sys/fs/cgroup']) {
    const path = join(root, `haechi-test-${process.pid}-${Date.now()}`)
    try {
      mkdirSync(path)
      t.after(() => removeGroup(path))
      writeFileSync(join(path, 'pids.max'), String(pids))
      return path
    } catch {
      // This hierarchy has no such controller.
    }
  }
  return undefined
}

/** Ends what is in a control group and removes it. */
export async function removeGroup(path: string): Promise<void> {
  const pids = (): string[] =>
    textOf(join(path, 'cgroup.procs'))
      .split('\n')
      .filter((pid) => pid !== '')
  await until(() => {
    for (const pid of pids()) kill(Number(pid))
    return pids().length === 0
  }, `an empty ${path}`)
  await until(() => {
    try {
      rmdirSync(path)
      return true
    } catch {
      return false
    }
  }, `no ${path}`)
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
