import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'

import * as fc from 'fast-check'

import { must } from '../../../test/support/must.ts'
import { requireRoot } from '../../../test/support/scratch.ts'
import { AuditChannel } from './audit-channel.ts'
import {
  Action,
  callTables,
  decodeRule,
  encodeCallRule,
  isAbandoned,
  isHaechiKey,
  List,
  ownKey,
  watchedCall,
} from './audit-rule.ts'

test('a rule that was encoded is read again with its list, action, calls and key', () => {
  for (const data of encodeCallRule({ calls: ['execve', 'execveat'], argument0: 7 }, 'some-key')) {
    const rule = must(decodeRule(data))
    assert.deepEqual(
      [rule.list, rule.action, rule.calls, rule.key],
      [List.exit, Action.always, 2, 'some-key'],
    )
  }
})

test('the kernel and auditctl understand a rule as it is meant', async (t) => {
  if (!requireRoot(t)) return
  const channel = new AuditChannel(
    { multicast: false, receiveBytes: 65_536, datagramsPerCall: 4 },
    () => undefined,
  )
  t.after(() => channel.close())
  // A request that ptrace(2) does not have: the rule never matches.
  const rules = encodeCallRule({ calls: ['ptrace'], argument0: 0x7123 }, ownKey())
  try {
    for (const rule of rules) {
      assert.equal(await channel.addRule(rule), true)
      assert.equal(await channel.addRule(rule), false)
    }
    const own = (await channel.rules()).filter(({ key }) => key === ownKey())
    assert.equal(own.length, rules.length)
    const listed = spawnSync('/usr/sbin/auditctl', ['-l', '-k', ownKey()], { encoding: 'utf8' })
    if (listed.error === undefined && process.arch === 'x64')
      assert.match(
        listed.stdout,
        new RegExp(`-a always,exit -F arch=b64 -S ptrace -F success=1 -F a0=0x7123 -F key=${ownKey()}`),
      )
  } finally {
    for (const rule of rules) {
      assert.equal(await channel.deleteRule(rule), true)
      assert.equal(await channel.deleteRule(rule), false)
    }
  }
})

test('system calls are known by architecture and number', (t) => {
  if (process.arch !== 'x64') {
    t.skip('numbers of x86-64')
    return
  }
  assert.equal(watchedCall(0xc000003e, 59), 'execve')
  assert.equal(watchedCall(0x40000003, 11), 'execve')
  assert.equal(watchedCall(0xc000003e, 11), undefined)
  assert.equal(callTables[0]?.calls.ptrace, 101)
})

test('keys tell of the process that added the rule', () => {
  assert.equal(isHaechiKey(ownKey()), true)
  assert.equal(isAbandoned(ownKey()), false)
  // The same number with another start is another process; process 1 is none of ours.
  assert.equal(isAbandoned(`haechi-${process.pid}-1`), true)
  assert.equal(isAbandoned('haechi-4194305-99'), true)
  assert.equal(isAbandoned('haechi-1'), false)
  assert.equal(isAbandoned('privileged'), false)
})

test('a key is found behind other texts of a rule, and lengths that lie give none', () => {
  const data = must(encodeCallRule({ calls: ['execve'] }, '/bin/truekey')[0])
  // Two fields with texts: a path of 9 bytes, then the key of 3.
  const count = data.readUInt32LE(8)
  data.writeUInt32LE(count + 1, 8)
  data.writeUInt32LE(112, 268 + 4 * (count - 1))
  data.writeUInt32LE(9, 524 + 4 * (count - 1))
  data.writeUInt32LE(210, 268 + 4 * count)
  data.writeUInt32LE(3, 524 + 4 * count)
  assert.equal(decodeRule(data)?.key, 'key')
  data.writeUInt32LE(0xffffffff, 524 + 4 * (count - 1))
  assert.equal(decodeRule(data)?.key, '')
})

test('any bytes are a rule or none', () => {
  const bytes = fc.uint8Array({ minLength: 1030, maxLength: 1100 })
  fc.assert(
    fc.property(bytes, (data) => {
      const rule = decodeRule(Buffer.from(data))
      assert.ok(rule === undefined || rule.data.length <= data.length)
    }),
  )
})
