import assert from 'node:assert/strict'
import { test } from 'node:test'

import { liveFinding } from './live.ts'

function found(kind: string, data: object): readonly unknown[] | undefined {
  const finding = liveFinding({ kind, source: 'p#live', times: [], title: '', data })
  return finding === undefined ? undefined : [finding.by, finding.rule, finding.level, finding.what]
}

test('what hides on a host is a finding, what is seen by all is none', () => {
  assert.deepEqual(
    found('live-processes', { pid: 7, name: 'x', executable: '/bin/x', hidden: 'not in /proc' }),
    ['trace', 'hidden-process', 'high', 'pid 7 /bin/x'],
  )
  assert.equal(
    found('live-processes', { pid: 7, name: 'x', hidden: null, executable_deleted: false }),
    undefined,
  )
  assert.equal(found('live-modules', { name: 'evil', hidden_from: ['/proc/modules'] })?.[1], 'hidden-module')
  assert.equal(found('live-modules', { name: 'good', hidden_from: [] }), undefined)
  assert.deepEqual(
    found('live-sockets', {
      transport: 'tcp',
      local_ip: '::',
      local_port: 4444,
      hidden_from: ['/proc/net/tcp'],
    }),
    ['trace', 'hidden-socket', 'high', 'tcp :::4444'],
  )
  assert.deepEqual(found('live-hidden-ports', { transport: 'tcp', port: 31337 })?.slice(1), [
    'hidden-port',
    'high',
    'tcp port 31337',
  ])
})

test('programs without a file, changed ones, and what the scan of the collection found', () => {
  const deleted = { pid: 8, executable: '/tmp/x (deleted)', executable_deleted: true }
  assert.deepEqual(found('live-processes', deleted)?.slice(1, 3), ['process-deleted', 'medium'])
  assert.equal(found('live-processes', { ...deleted, executable: '/usr/sbin/sshd (deleted)' })?.[2], 'low')
  assert.equal(found('live-processes', { ...deleted, executable_memfd: true })?.[1], 'process-memfd')
  assert.equal(
    found('live-package-verification', { path: '/bin/ls', state: 'modified' })?.[1],
    'package-modified',
  )
  assert.equal(
    found('live-package-verification', { path: '/etc/x', state: 'changed configuration' }),
    undefined,
  )
  assert.deepEqual(found('live-programs', { path: '/tmp/e', verdict: 'found', found: ['Eicar'] }), [
    'engine',
    'Eicar',
    'high',
    '/tmp/e',
  ])
  assert.equal(
    found('live-programs', { path: '/tmp/e', verdict: 'found', found: ['Heuristic.X'] })?.[2],
    'medium',
  )
  assert.equal(found('live-programs', { path: '/bin/ls', verdict: 'clean', found: [] }), undefined)
  assert.equal(found('prefetch', { verdict: 'found', found: ['x'] }), undefined)
})
