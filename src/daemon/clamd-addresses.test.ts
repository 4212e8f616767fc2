import assert from 'node:assert/strict'
import { test } from 'node:test'

import { AppError } from '../base/app-error.ts'
import { defaultConfig } from '../config/index.ts'
import { clamdAddresses } from './clamd-addresses.ts'

const { clamd } = defaultConfig

test('nothing is served unless it is asked for', () => {
  assert.deepEqual(clamdAddresses(clamd), { unix: undefined, tcp: undefined })
})

test('the socket has its mode, and a group by name or number', () => {
  const socket = { ...clamd, socket: '/run/x.sock' }
  assert.deepEqual(clamdAddresses(socket).unix, { path: '/run/x.sock', mode: 0o660, group: -1 })
  assert.equal(clamdAddresses({ ...socket, socketMode: '0600', socketGroup: '4711' }).unix?.group, 4711)
  assert.equal(clamdAddresses({ ...socket, socketGroup: 'root' }).unix?.group, 0)
  assert.throws(() => clamdAddresses({ ...socket, socketGroup: 'no such group' }), AppError)
})

for (const [text, host, port, isLocal] of [
  ['3310', '127.0.0.1', 3310, true],
  [':3310', '127.0.0.1', 3310, true],
  ['localhost:1', 'localhost', 1, true],
  ['127.0.0.53:3310', '127.0.0.53', 3310, true],
  ['[::1]:3310', '::1', 3310, true],
  ['0.0.0.0:65535', '0.0.0.0', 65_535, false],
  ['[::]:0', '::', 0, false],
  ['scanner.example.org:3310', 'scanner.example.org', 3310, false],
] as const) {
  test(`${text} is ${host} port ${port}, ${isLocal ? 'this host only' : 'reachable from outside'}`, () => {
    assert.deepEqual(clamdAddresses({ ...clamd, tcp: text }).tcp, { host, port, isLocal })
  })
}

for (const text of ['x', '::1', '1:2:3', '65536', '-1', 'host:', 'host:1x', '[::1]']) {
  test(`${text} is no address`, () => {
    assert.throws(() => clamdAddresses({ ...clamd, tcp: text }), /is no address/)
  })
}
