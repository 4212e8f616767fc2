// Hosts that are only network namespaces, joined by a cable (veth): what is blocked in one touches nothing else on the machine.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import type { TestContext } from 'node:test'

import { until } from './response.ts'
import { launcher, type Finished } from './run-haechi.ts'

export interface TestHost {
  readonly pid: number
  /** Runs a program in the namespace. */
  run(command: string, ...args: readonly string[]): Finished
  /** `bin/haechi` in it, with these variables besides. */
  haechi(args: readonly string[], env?: Readonly<Record<string, string>>): Finished
  /** A Node program in it; ends with the test. */
  node(code: string, ...args: readonly string[]): ChildProcess
}

/** Two hosts with the addresses 10.77.0.1 and 10.77.0.2, fd77::1 and fd77::2. */
export async function twoHosts(t: TestContext): Promise<readonly [TestHost, TestHost]> {
  const [one, other] = [await makeHost(t), await makeHost(t)]
  must(
    one.run(
      'ip',
      'link',
      'add',
      'cable',
      'type',
      'veth',
      'peer',
      'name',
      'cable',
      'netns',
      String(other.pid),
    ),
  )
  for (const [index, host] of [one, other].entries()) {
    must(host.run('ip', 'link', 'set', 'lo', 'up'))
    must(host.run('ip', 'address', 'add', `10.77.0.${index + 1}/24`, 'dev', 'cable'))
    must(host.run('ip', 'address', 'add', `fd77::${index + 1}/64`, 'dev', 'cable', 'nodad'))
    must(host.run('ip', 'link', 'set', 'cable', 'up'))
  }
  return [one, other]
}

async function makeHost(t: TestContext): Promise<TestHost> {
  const holder = spawn('unshare', ['--net', 'sleep', '600'], { stdio: 'ignore' })
  t.after(() => holder.kill('SIGKILL'))
  await once(holder, 'spawn')
  const pid = holder.pid ?? 0
  const inIt = ['-t', String(pid), '-n', '--']
  await until(() => readlinkSync(`/proc/${pid}/ns/net`) !== readlinkSync('/proc/self/ns/net'), 'a namespace')
  function run(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Finished {
    const { SSH_CONNECTION: _, ...inherited } = process.env
    const done = spawnSync('nsenter', [...inIt, command, ...args], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...inherited, ...env },
    })
    return { code: done.status, stdout: done.stdout, stderr: done.stderr }
  }
  return {
    pid,
    run: (command, ...args) => run(command, args),
    haechi: (args, env) => run(launcher, args, env),
    node(code, ...args) {
      const child = spawn('nsenter', [...inIt, process.execPath, '-e', code, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      t.after(() => child.kill('SIGKILL'))
      return child
    },
  }
}

function must({ code, stderr }: Finished): void {
  if (code !== 0) throw new Error(stderr)
}
