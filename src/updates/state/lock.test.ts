import assert from 'node:assert/strict'
import { readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { AppError } from '../../base/app-error.ts'
import { withFolder } from '../../../test/support/folder.ts'
import { Lock } from './lock.ts'

const isBusy = (thrown: unknown): boolean =>
  thrown instanceof AppError && /another update works/.test(thrown.message)

test('one holder at a time, and the next one after it', (t) => {
  const { path } = withFolder(t)
  for (let round = 0; round < 3; round++) {
    using lock = new Lock(path)
    assert.throws(() => new Lock(path), isBusy)
    assert.ok(lock instanceof Lock)
  }
  assert.equal(readdirSync(path).length, 1, 'only the mark of the last holder stays')
})

test('a holder that is dead, from before the boot, or another process with its number is followed', (t) => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  const namespace = readlinkSync('/proc/self/ns/pid')
  const dead = [
    `${boot} ${namespace} 4194305 1`,
    `${boot} ${namespace} ${process.pid} 1`,
    `00000000-0000-0000-0000-000000000000 ${namespace} ${process.pid} 1`,
    'nonsense',
    'free',
  ]
  for (const target of dead) {
    const { path } = withFolder(t)
    symlinkSync(target, join(path, '.lock.7'))
    using lock = new Lock(path)
    assert.ok(lock instanceof Lock)
    assert.deepEqual(readdirSync(path), ['.lock.8'], target)
  }
})

test('a holder in another namespace of processes is believed for some hours', (t) => {
  const { path } = withFolder(t)
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  symlinkSync(`${boot} pid:[1] 1 1`, join(path, '.lock.1'))
  assert.throws(() => new Lock(path), isBusy)
})

test('files of others with similar names are left alone', (t) => {
  const { path } = withFolder(t)
  for (const name of ['.lock.x', '.lock.', '.lock.01', 'lock.3']) writeFileSync(join(path, name), '')
  new Lock(path)[Symbol.dispose]()
  assert.deepEqual(readdirSync(path).toSorted(), ['.lock.', '.lock.01', '.lock.2', '.lock.x', 'lock.3'])
})
