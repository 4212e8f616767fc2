import assert from 'node:assert/strict'
import test from 'node:test'

import * as fc from 'fast-check'

import { auditArguments } from './audit-arguments.ts'
import { AuditRecord, readStamp, RecordType } from './audit-record.ts'

const stamp = { timeMs: 0, serial: 0, bodyStart: 0 }

function record(type: number, body: string): AuditRecord {
  return new AuditRecord(type, stamp, body)
}

function execve(body: string): AuditRecord {
  return record(RecordType.execve, body)
}

const limits = { maxArgs: 100, maxBytes: 10_000 }

test('the stamp has the time in milliseconds and the serial number', () => {
  const bytes = Buffer.from('xxaudit(1364481363.243:24287): arch=c000003e')
  const found = { timeMs: 0, serial: 0, bodyStart: 0 }
  assert.equal(readStamp(bytes, 2, bytes.length, found), true)
  assert.deepEqual(found, { timeMs: 1_364_481_363_243, serial: 24_287, bodyStart: 30 })
})

test('what is no stamp is refused', () => {
  for (const text of [
    '',
    'audit(',
    'audit(1364481363:24287): a=1',
    'audit(.243:24287): a=1',
    'audit(1364481363.243:): a=1',
    'audit(1364481363.243:24287',
    'audit(1364481363.243:24287)',
    'audit(99999999999999999999.243:1): a=1',
    'Audit(1364481363.243:24287): a=1',
  ]) {
    const bytes = Buffer.from(text)
    assert.equal(readStamp(bytes, 0, bytes.length, { ...stamp }), false, text)
  }
})

test('fields of a system call are found by their whole names', () => {
  const syscall = record(
    RecordType.syscall,
    ' arch=c000003e syscall=59 success=yes exit=0 a0=7ffe a3=8 items=2 ppid=2686 pid=3538 auid=4294967295 uid=0' +
      ' gid=1000 tty=(none) ses=1 comm="cat" exe="/bin/cat" key=(null)',
  )
  assert.equal(syscall.number('pid'), 3538)
  assert.equal(syscall.number('ppid'), 2686)
  assert.equal(syscall.number('uid'), 0)
  assert.equal(syscall.number('auid'), 4_294_967_295)
  assert.equal(syscall.hex('arch'), 0xc000003e)
  assert.equal(syscall.hex('a0'), 0x7ffe)
  assert.equal(syscall.text('comm'), 'cat')
  assert.equal(syscall.word('tty'), undefined)
  assert.equal(syscall.text('key'), undefined)
  assert.equal(syscall.number('id'), undefined)
  assert.equal(syscall.number('comm'), undefined)
})

test('texts that the kernel does not trust come in hexadecimal digits', () => {
  const cwd = record(RecordType.cwd, ' cwd=2F746D702F6120FFC3BC0A')
  assert.equal(cwd.text('cwd'), '/tmp/a \ufffdü\n')
  assert.equal(cwd.word('cwd'), '2F746D702F6120FFC3BC0A')
})

test('what a program sends is found too, but never before what the kernel says', () => {
  const login = record(
    RecordType.userLogin,
    " pid=1310 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=28756E6B6E6F776E207573657229" +
      ' uid=77 exe="/usr/sbin/sshd" hostname=? addr=10.0.0.1 terminal=ssh res=failed\'',
  )
  assert.equal(login.number('uid'), 0)
  assert.equal(login.word('op'), 'login')
  assert.equal(login.text('acct'), '(unknown user)')
  assert.equal(login.text('exe'), '/usr/sbin/sshd')
  assert.equal(login.word('hostname'), undefined)
  assert.equal(login.word('addr'), '10.0.0.1')
  assert.equal(login.word('res'), 'failed')
})

test('capabilities of 64 bits are numbers', () => {
  assert.equal(
    record(RecordType.fileCapabilities, ' old_pe=0 pp=0 pe=000001ffffffffff pa=0').hex('pe'),
    0x1ffffffffff,
  )
  assert.equal(record(RecordType.fileCapabilities, ' pe=ffffffffffffffff').hex('pe'), undefined)
})

test('arguments keep empty ones, blanks, quotes and letters', () => {
  assert.deepEqual(
    auditArguments([execve(' argc=5 a0="/bin/echo" a1="" a2=612062 a3=C3BC a4="2F"')], limits),
    {
      args: ['/bin/echo', '', 'a b', 'ü', '2F'],
      truncated: false,
    },
  )
})

test('arguments may be spread over records, and a long one over pieces', () => {
  const records = [
    execve(' argc=3 a0="sh" a1_len=8 a1[0]="abcd"'),
    // The two bytes of one letter, torn apart.
    execve(' a1[1]=C3'),
    execve(' a1[2]=BC a2="end"'),
  ]
  assert.deepEqual(auditArguments(records, limits), { args: ['sh', 'abcdü', 'end'], truncated: false })
})

test('a missing record of arguments is told', () => {
  assert.deepEqual(auditArguments([execve(' argc=3 a0="sh"'), execve(' a2="end"')], limits), {
    args: ['sh', '', 'end'],
    truncated: true,
  })
  assert.equal(auditArguments([execve(' argc=3 a0="sh" a1="x"')], limits).truncated, true)
  assert.equal(auditArguments([], limits).truncated, true)
})

test('arguments end at the limits, and that is told', () => {
  const body = ` argc=3 a0="abc" a1="${'x'.repeat(50)}" a2="y"`
  assert.deepEqual(auditArguments([execve(body)], { maxArgs: 2, maxBytes: 100 }), {
    args: ['abc', 'x'.repeat(50)],
    truncated: true,
  })
  assert.deepEqual(auditArguments([execve(body)], { maxArgs: 9, maxBytes: 10 }), {
    args: ['abc', 'xxxxxxx'],
    truncated: true,
  })
})

test('lying numbers of arguments change nothing but the mark', () => {
  const lies = execve(' argc=999999999 a0="sh" a900000000="far" a0="again" a0[999999999]="more" a1="b"')
  assert.deepEqual(auditArguments([lies], limits), { args: ['shmore', 'b'], truncated: true })
})

test('any body is read without an error and within the limits', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom('a0=', 'a1[', ']=', '"', ' ', "msg='", '41', 'argc=3', 'a7="x"', '(null)'),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const one = execve(pieces.join(''))
      for (const name of ['a0', 'argc', 'msg', 'exe', '']) {
        one.text(name)
        one.word(name)
        one.number(name)
        one.hex(name)
      }
      const { args } = auditArguments([one, one], { maxArgs: 5, maxBytes: 40 })
      assert.ok(args.length <= 5 && Buffer.from(args.join(''), 'latin1').length <= 40)
    }),
  )
})
