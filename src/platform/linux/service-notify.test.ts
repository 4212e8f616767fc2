import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { notifyServiceManager } from './service-notify.ts'

const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('\\0' + sys.argv[1][1:] if sys.argv[1][0] == '@' else sys.argv[1])
print('bound', flush=True)
print(s.recv(1000).decode(), flush=True)
`

async function listen(t: TestContext, path: string): Promise<ChildProcess> {
  const child = spawn('python3', ['-c', listener, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  child.stdout.setEncoding('utf8')
  assert.deepEqual(await once(child.stdout, 'data'), ['bound\n'])
  return child
}

for (const kind of ['a path', 'an abstract name']) {
  test(`the service manager hears it on ${kind}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = kind === 'a path' ? join(folder, 'notify') : `@haechi-test-${process.pid}`
    const { stdout } = await listen(t, path)
    assert.ok(stdout)
    assert.equal(notifyServiceManager('READY=1\nSTATUS=sees', path), true)
    assert.deepEqual(await once(stdout, 'data'), ['READY=1\nSTATUS=sees\n'])
  })
}

test('without a service manager nothing is sent', () => {
  assert.equal(notifyServiceManager('READY=1', ''), false)
  assert.equal(notifyServiceManager('READY=1', 'vsock:1:2'), false)
  assert.equal(notifyServiceManager('READY=1', '/nonexistent/notify'), false)
  assert.equal(notifyServiceManager('READY=1', `/${'x'.repeat(108)}`), false)
})
