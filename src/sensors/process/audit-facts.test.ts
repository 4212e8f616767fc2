import assert from 'node:assert/strict'
import test from 'node:test'

import { must } from '../../../test/support/must.ts'
import type { AuditEvent } from '../../platform/linux/audit-event.ts'
import { AuditRecord, RecordType } from '../../platform/linux/audit-record.ts'
import { auditCall, auditExec, moduleName, terminal } from './audit-facts.ts'

const x64 = { skip: process.arch === 'x64' ? false : 'numbers of x86-64' }

function event(...records: readonly (readonly [number, string])[]): AuditEvent {
  const stamp = { timeMs: 1_364_481_363_243, serial: 5, bodyStart: 0 }
  return {
    serial: 5,
    timeMs: stamp.timeMs,
    records: records.map(([type, body]) => new AuditRecord(type, stamp, body)),
    complete: true,
  }
}

const ids =
  ' ppid=41 pid=42 auid=1000 uid=1000 gid=100 euid=0 suid=0 fsuid=0 egid=101 sgid=102 fsgid=0 tty=pts3 ses=7'

test('a program start has everything that audit knows', x64, () => {
  const start = event(
    [
      RecordType.syscall,
      ` arch=c000003e syscall=59 success=yes exit=0 a0=1 items=3${ids} comm="sh" exe="/usr/bin/dash" key="k"`,
    ],
    [RecordType.fileCapabilities, ' fver=0 old_pe=0 pp=0 pe=0000000000000021 pa=0'],
    [RecordType.execve, ' argc=2 a0="/bin/sh" a1=612062'],
    [RecordType.cwd, ' cwd="/tmp"'],
    [RecordType.path, ' item=0 name="./run" inode=11 dev=fe:00 mode=0100755 nametype=NORMAL'],
    [RecordType.path, ' item=1 name="/bin/sh" inode=12 dev=fe:00 mode=0104755 nametype=NORMAL'],
    [RecordType.path, ' item=2 name="/lib64/ld-linux-x86-64.so.2" inode=13 dev=fe:00 nametype=NORMAL'],
  )
  const call = must(auditCall(start))
  assert.equal(call.call, 'execve')
  assert.deepEqual(auditExec(start, call), {
    fact: {
      pid: 42,
      name: 'sh',
      executable: '/usr/bin/dash',
      filename: './run',
      args: ['/bin/sh', 'a b'],
      argsTruncated: false,
      workingDirectory: '/tmp',
      parentPid: 41,
      credentials: { uid: 1000, gid: 100, euid: 0, egid: 101, suid: 0, sgid: 102, effective: 0x21 },
      auid: 1000,
      session: 7,
      tty: 0x8803,
      memfd: false,
    },
    inode: '12',
  })
})

test('a start whose arguments did not come, or not all of it, is marked', x64, () => {
  const syscall = [
    RecordType.syscall,
    ` arch=40000003 syscall=11 success=yes exit=0${ids} comm="x" exe="/memfd:x (deleted)"`,
  ] as const
  const bare = event(syscall)
  const { fact } = auditExec(bare, must(auditCall(bare)))
  assert.deepEqual([fact.args, fact.argsTruncated, fact.memfd, fact.executable], [[], true, true, '/memfd:x'])
  const cut = { ...event(syscall, [RecordType.execve, ' argc=1 a0="x"']), complete: false }
  assert.equal(auditExec(cut, must(auditCall(cut))).fact.argsTruncated, true)
})

test('what failed, or is not watched, or has no number, is no call', x64, () => {
  for (const body of [
    ' arch=c000003e syscall=59 success=no exit=-2 pid=42',
    ' arch=c000003e syscall=1 success=yes exit=1 pid=42',
    ' arch=c00000b7 syscall=59 success=yes exit=1 pid=42',
    ' arch=c000003e syscall=59 success=yes exit=0 pid=none',
  ])
    assert.equal(auditCall(event([RecordType.syscall, body])), undefined, body)
  assert.equal(auditCall(event([RecordType.cwd, ' cwd="/"'])), undefined)
})

test('a module is told by its name', x64, () => {
  const load = event(
    [RecordType.syscall, ' arch=c000003e syscall=313 success=yes exit=0 pid=42'],
    [RecordType.kernelModule, ' name="evil"'],
  )
  assert.equal(auditCall(load)?.call, 'finit_module')
  assert.equal(moduleName(load), 'evil')
  assert.equal(moduleName(event([RecordType.syscall, ''])), '')
})

test('terminals have the numbers that /proc shows', () => {
  // From the kernel's devices.txt: tty1 is 4:1, ttyS0 4:64, pts/0 136:0; minors above 255 go into the high bits.
  assert.deepEqual(
    ['tty1', 'ttyS0', 'pts0', 'pts300', 'console', 'pts99999999', ''].map((name) => terminal(name)),
    [0x401, 0x440, 0x8800, (300 & 0xff) | 0x8800 | (0x100 << 12), 0, 0, 0],
  )
})
