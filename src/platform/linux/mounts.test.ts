import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { parseMounts, readMounts } from './mounts.ts'

test('a line of proc_pid_mountinfo(5) is read', () => {
  const line = '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue'
  assert.deepEqual(parseMounts(`${line}\n`), [
    { id: 36, device: '98:0', root: '/mnt1', point: '/mnt2', fsType: 'ext3' },
  ])
})

test('no, one and several optional fields are passed over, also when the source is a dash', () => {
  const lines = [
    '1 0 8:1 / / rw - ext4 /dev/sda1 rw',
    '2 0 8:1 / /a rw shared:1 - xfs - rw',
    '3 0 8:1 / /b rw shared:1 master:2 propagate_from:3 unbindable - btrfs x rw',
  ]
  assert.deepEqual(
    parseMounts(lines.join('\n')).map(({ fsType }) => fsType),
    ['ext4', 'xfs', 'btrfs'],
  )
})

test('octal escapes stand for space, tab, line feed, backslash and number sign; a dash as a path is a path', () => {
  const [mount, dash] = parseMounts(
    String.raw`1 0 8:1 /a\040b /c\011d\012e\134f\043g rw - ext4 x rw
2 0 8:1 / - rw - tmpfs x rw`,
  )
  assert.deepEqual([mount?.root, mount?.point], ['/a b', '/c\td\ne\\f#g'])
  assert.deepEqual([dash?.point, dash?.fsType], ['-', 'tmpfs'])
})

test('an escaped backslash before digits is not unescaped twice', () => {
  const [mount] = parseMounts(String.raw`1 0 8:1 / /a\134040b rw - ext4 x rw`)
  assert.equal(mount?.point, String.raw`/a\040b`)
})

test('names that are not ASCII stay bytes in a latin1 string', () => {
  const text = Buffer.from('1 0 8:1 / /srv/ü rw - ext4 x rw').toString('latin1')
  assert.equal(parseMounts(text)[0]?.point, Buffer.from('/srv/ü').toString('latin1'))
})

test('lines that are cut off are left out, and any text is survived', () => {
  assert.deepEqual(parseMounts(''), [])
  assert.deepEqual(parseMounts('\n1 2\n1 2 3 4'), [])
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), (text) => {
      for (const { root, point } of parseMounts(text)) assert.ok(root.length + point.length <= text.length)
    }),
  )
})

test('the mounts of this host have a root, distinct ids and the right devices', () => {
  const mounts = readMounts()
  assert.ok(mounts.some(({ point }) => point === '/'))
  assert.equal(new Set(mounts.map(({ id }) => id)).size, mounts.length)
  const proc = mounts.find(({ point }) => point === '/proc')
  const { dev } = statSync('/proc')
  // Small numbers: major above bit 8, minor below.
  assert.equal(proc?.device, `${dev >> 8}:${dev & 0xff}`)
  assert.equal(proc.fsType, 'proc')
})
