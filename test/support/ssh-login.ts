// Somebody who logs in by ssh from an address of the loopback, with a password or a key, and types commands.

import { spawn } from 'node:child_process'
import { once } from 'node:events'

import type { PrivateSshd } from './private-sshd.ts'

const timeoutMs = 30_000

export interface SshLogin {
  readonly from: string
  readonly user: string
  readonly password?: string
  readonly key?: string
  /** Typed one after the other at a terminal; a command for all of it when undefined. */
  readonly typed: readonly string[]
  readonly pauseMs?: number
}

/** True when the login succeeded. */
export async function sshLogin({ port, askpass }: PrivateSshd, login: SshLogin): Promise<boolean> {
  const options = {
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    IdentityAgent: 'none',
    IdentitiesOnly: 'yes',
    NumberOfPasswordPrompts: '1',
    PreferredAuthentications: login.key === undefined ? 'password' : 'publickey',
    LogLevel: 'ERROR',
  }
  const child = spawn(
    'ssh',
    ['-tt', '-F', 'none', '-b', login.from, '-p', `${port}`, '-l', login.user]
      .concat(login.key === undefined ? [] : ['-i', login.key])
      .concat(Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]))
      .concat('127.0.0.1'),
    {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: timeoutMs,
      env: {
        PATH: process.env['PATH'] ?? '',
        TERM: 'dumb',
        SSH_ASKPASS: askpass,
        SSH_ASKPASS_REQUIRE: 'force',
        TEST_PASSWORD: login.password ?? '',
      },
    },
  )
  let text = ''
  let answered = 0
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'close')
  for (const command of ['true', ...login.typed]) {
    answered += 1
    // The echo of what is typed has quotes where the output has none.
    child.stdin.write(`${command}; sleep ${(login.pauseMs ?? 0) / 1000}; echo "d"one-${answered}\n`)
    const marker = new RegExp(`^done-${answered}\\r?$`, 'm')
    while (child.exitCode === null && !marker.test(text))
      await Promise.race([once(child.stdout, 'data'), ended])
  }
  child.stdin.write('exit 0\n')
  const [code] = (await ended) as [number | null]
  return code === 0
}
