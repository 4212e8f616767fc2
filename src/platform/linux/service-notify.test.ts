import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { type TestContext, test } from 'node:test'

import { notifyServiceManager } from './service-notify.ts'

const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind('\\0' + sys.argv[1][1:] if sys.argv[1][0] == '@' else sys.argv[1])
print('bound', flush=True)
print(s.recv(1000).decode(), flush=True)
`

/** What the manager says, line by line. */
async function listen(t: TestContext, path: string): Promise<Interface> {
  const child = spawn('python3', ['-c', listener, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill())
  const lines = createInterface({ input: child.stdout })
  assert.deepEqual(await once(lines, 'line'), ['bound'])
  return lines
}

for (const kind of ['a path', 'an abstract name']) {
  test(`the service manager hears it on ${kind}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'haechi-test-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const path = kind === 'a path' ? join(folder, 'notify') : `@haechi-test-${process.pid}`
    const manager = await listen(t, path)
    assert.equal(notifyServiceManager('READY=1\nSTATUS=sees', path), true)
    assert.deepEqual(await once(manager, 'line'), ['READY=1'])
  })
}

test('without a service manager nothing is sent', () => {
  assert.equal(notifyServiceManager('READY=1', ''), false)
  assert.equal(notifyServiceManager('READY=1', 'vsock:1:2'), false)
  assert.equal(notifyServiceManager('READY=1', '/nonexistent/notify'), false)
  assert.equal(notifyServiceManager('READY=1', `/${'x'.repeat(108)}`), false)
})
