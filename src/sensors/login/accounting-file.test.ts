import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { withFolder } from '../../../test/support/folder.ts'
import { AccountingFile, type KeptPlace } from './accounting-file.ts'
import { utmpRecordBytes } from '../../evidence/logins/index.ts'
import { writeUtmp, type WrittenRecord } from '../../../test/support/utmp-writer.ts'

interface Followed {
  readonly path: string
  readonly users: string[]
  readonly tampered: string[]
  file: AccountingFile
  /** Looks until nothing is left to do, and at least so often. */
  settle(times?: number): void
  /** Ends the run, and begins another one with its state. */
  restart(): void
}

let second = 1_700_000_000

function login(user: string, at?: number): WrittenRecord {
  second += 1
  return { type: 7, seconds: at ?? second, pid: 100, line: 'pts/0', user, host: '192.0.2.7', ip: '192.0.2.7' }
}

function logins(count: number, prefix: string): WrittenRecord[] {
  return Array.from({ length: count }, (_, index) => login(`${prefix}${index}`))
}

function follow(t: TestContext, before: readonly WrittenRecord[] = []): Followed {
  const path = join(withFolder(t).path, 'wtmp')
  writeFileSync(path, writeUtmp(before))
  const users: string[] = []
  const tampered: string[] = []
  const make = (kept: KeptPlace | undefined): AccountingFile =>
    new AccountingFile({
      path,
      kept,
      onRecord: (record) => users.push(record.user),
      onTampered: (what) => tampered.push(what),
    })
  const followed: Followed = {
    path,
    users,
    tampered,
    file: make(undefined),
    settle(times = 1) {
      for (let look = 0; look < times || !this.file.isCurrent; look += 1) this.file.look()
    },
    restart() {
      const kept = structuredClone(this.file.place)
      this.file.close()
      this.file = make(kept)
    },
  }
  t.after(() => followed.file.close())
  followed.settle()
  return followed
}

test('what was there is not told, what is appended is told once, across a restart', (t) => {
  const followed = follow(t, logins(300, 'old'))
  assert.deepEqual(followed.users, [])
  appendFileSync(followed.path, writeUtmp(logins(600, 'a')))
  followed.settle()
  followed.restart()
  appendFileSync(followed.path, writeUtmp(logins(3, 'b')))
  followed.settle(3)
  assert.deepEqual(followed.users, [
    ...Array.from({ length: 600 }, (_, index) => `a${index}`),
    'b0',
    'b1',
    'b2',
  ])
  assert.deepEqual(followed.tampered, [])
})

test('a record that is half written is waited for; one that stays half is told', (t) => {
  const followed = follow(t, logins(2, 'old'))
  const record = writeUtmp([login('slow')])
  appendFileSync(followed.path, record.subarray(0, 100))
  followed.settle(3)
  assert.deepEqual(followed.users, [])
  appendFileSync(followed.path, record.subarray(100))
  followed.settle()
  assert.deepEqual(followed.users, ['slow'])
  appendFileSync(followed.path, record.subarray(0, 10))
  followed.settle(15)
  assert.deepEqual(followed.tampered, ['its size is no multiple of the size of a record'])
})

test('a rotation loses and repeats nothing: renamed, late records in the old file, a new one', (t) => {
  const followed = follow(t, logins(5, 'old'))
  appendFileSync(followed.path, writeUtmp([login('first')]))
  renameSync(followed.path, `${followed.path}.1`)
  appendFileSync(`${followed.path}.1`, writeUtmp([login('late')]))
  writeFileSync(followed.path, writeUtmp([login('new')]))
  followed.settle(4)
  assert.deepEqual(followed.users, ['first', 'late', 'new'])
  // While nobody looks.
  appendFileSync(followed.path, writeUtmp([login('before')]))
  followed.settle()
  followed.restart()
  appendFileSync(followed.path, writeUtmp([login('away')]))
  renameSync(followed.path, `${followed.path}-20261122`)
  writeFileSync(followed.path, writeUtmp([login('fresh')]))
  followed.settle(3)
  assert.deepEqual(followed.users, ['first', 'late', 'new', 'before', 'away', 'fresh'])
  assert.deepEqual(followed.tampered, [])
})

test('a rotation with compression, by copying, and by the real logrotate are no tampering', (t) => {
  const followed = follow(t, logins(5, 'old'))
  const text = readFileSync(followed.path)
  writeFileSync(`${followed.path}.2.gz`, text)
  rmSync(followed.path)
  writeFileSync(followed.path, writeUtmp([login('new')]))
  followed.settle(4)
  assert.deepEqual(followed.users, ['new'])
  copyFileSync(followed.path, `${followed.path}.1`)
  truncateSync(followed.path, 0)
  appendFileSync(followed.path, writeUtmp([]))
  followed.settle(2)
  appendFileSync(followed.path, writeUtmp([login('again')]))
  followed.settle(2)
  assert.deepEqual([followed.users, followed.tampered], [['new', 'again'], []])
  const config = `${followed.path}.conf`
  writeFileSync(config, `${followed.path} { rotate 5\n create 0644 root root\n}\n`, { mode: 0o644 })
  try {
    execFileSync('logrotate', ['-f', '-s', `${followed.path}.status`, config], { stdio: 'ignore' })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return
    throw thrown
  }
  appendFileSync(followed.path, writeUtmp([login('rotated')]))
  followed.settle(4)
  assert.deepEqual([followed.users, followed.tampered], [['new', 'again', 'rotated'], []])
})

test('records that were read and are changed, zeroed or cut off are told', (t) => {
  const followed = follow(t, logins(200, 'old'))
  const bytes = readFileSync(followed.path)
  bytes.write('nobody\0', 10 * utmpRecordBytes + 44)
  writeFileSync(followed.path, bytes)
  followed.settle(2)
  assert.deepEqual(followed.tampered.splice(0), [
    'records that were read already were changed between bytes 0 and 24576',
  ])
  bytes.fill(0, 150 * utmpRecordBytes, 151 * utmpRecordBytes)
  writeFileSync(followed.path, bytes)
  // Times of the file can be set back, that of its inode cannot.
  utimesSync(followed.path, 1_700_000_000, 1_700_000_000)
  followed.settle(2)
  assert.deepEqual(followed.tampered.splice(0), [
    `records that were read already were zeroed at byte ${150 * utmpRecordBytes}`,
  ])
  truncateSync(followed.path, 190 * utmpRecordBytes)
  followed.settle(2)
  assert.equal(
    followed.tampered[0],
    `it was cut from ${200 * utmpRecordBytes} to ${190 * utmpRecordBytes} bytes`,
  )
  // What is appended after the cut is new, what was left is not.
  appendFileSync(followed.path, writeUtmp([login('after')]))
  followed.settle(2)
  assert.deepEqual(followed.users, ['after'])
})

test('what was changed while nobody looked is told at the next start', (t) => {
  const followed = follow(t, logins(100, 'old'))
  appendFileSync(followed.path, writeUtmp([login('a')]))
  followed.settle()
  followed.restart()
  const bytes = readFileSync(followed.path)
  bytes[utmpRecordBytes * 70 + 76] = 0x39
  writeFileSync(followed.path, bytes)
  followed.settle(2)
  assert.match(followed.tampered.join(), /were changed between bytes 24576 and/)
  assert.deepEqual(followed.users, ['a'])
  followed.restart()
  truncateSync(followed.path, 0)
  followed.settle(2)
  assert.match(followed.tampered[1] ?? '', /^it was cut from \d+ to 0 bytes$/)
})

test('a copy without one record that takes the place of the file is told, and repeats nothing', (t) => {
  const followed = follow(t, logins(50, 'old'))
  const bytes = readFileSync(followed.path)
  const without = Buffer.concat([
    bytes.subarray(0, 20 * utmpRecordBytes),
    bytes.subarray(21 * utmpRecordBytes),
  ])
  writeFileSync(`${followed.path}x`, without)
  renameSync(`${followed.path}x`, followed.path)
  followed.settle(4)
  assert.deepEqual(followed.tampered, ['it was replaced by an altered copy of itself'])
  assert.deepEqual(followed.users, [])
  appendFileSync(followed.path, writeUtmp([login('next')]))
  followed.settle(2)
  assert.deepEqual(followed.users, ['next'])
})

test('a file that is gone, or replaced by an empty one, is told', (t) => {
  const gone = follow(t, logins(5, 'old'))
  rmSync(gone.path)
  gone.settle(9)
  assert.deepEqual(gone.tampered, [])
  gone.settle(4)
  assert.deepEqual(gone.tampered, ['the file is gone'])
  gone.settle(20)
  assert.equal(gone.tampered.length, 1)
  const replaced = follow(t, logins(5, 'old'))
  rmSync(replaced.path)
  writeFileSync(replaced.path, '')
  replaced.settle(3)
  assert.deepEqual(replaced.tampered, ['it was replaced by another file, and no rotated one is there'])
})

test('a zeroed record and times that run backwards are told, a boot may set the clock back', (t) => {
  const followed = follow(t)
  const now = second + 10_000
  appendFileSync(
    followed.path,
    writeUtmp([
      login('a', now),
      login('b', now - 30),
      { type: 2, seconds: now - 5000, user: 'reboot', line: '~' },
      login('c', now - 4990),
    ]),
  )
  followed.settle(2)
  assert.deepEqual(followed.tampered, [])
  appendFileSync(followed.path, writeUtmp([login('d', now - 9000), { type: 0, seconds: 0 }]))
  followed.settle(2)
  assert.deepEqual(followed.tampered, [
    `time runs backwards by 4010 s at byte ${4 * utmpRecordBytes}`,
    `the record at byte ${5 * utmpRecordBytes} is zeroed`,
  ])
})
