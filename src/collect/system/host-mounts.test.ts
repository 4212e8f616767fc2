import assert from 'node:assert/strict'
import { test } from 'node:test'

import { parseMounts } from '../../platform/linux/mounts.ts'
import { planWalk, untouchable } from './host-mounts.ts'

function mounts(...lines: readonly string[]): ReturnType<typeof parseMounts> {
  return parseMounts(
    lines
      .map((line, at) => line.replace(/^(\S+) (\S+) (\S+) (\S+)$/, `${at + 1} 1 $1 $2 $3 rw - $4 x rw`))
      .join('\n'),
  )
}

function points(plan: ReturnType<typeof planWalk>): string[] {
  return plan.starts.map(({ point }) => point)
}

test('file systems of the kernel, of other hosts and of programs are left out, each with its reason', () => {
  const table = mounts(
    '8:1 / / ext4',
    '0:1 / /proc proc',
    '0:2 / /net nfs4',
    '0:3 / /cloud fuse.rclone',
    '0:4 / /ntfs fuseblk',
    '0:5 / /merged overlay',
    '0:6 / /dev/shm tmpfs',
  )
  const plan = planWalk(table, '')
  assert.deepEqual(points(plan), ['/', '/dev/shm'])
  assert.deepEqual(
    plan.leftOut.map(({ point, why }) => `${point}: ${why}`),
    [
      '/proc: made by the kernel',
      '/net: of another host',
      '/cloud: served by a program',
      '/ntfs: served by a program',
      '/merged: layers that lie elsewhere',
    ],
  )
  assert.deepEqual(
    untouchable(table, '').map(({ point }) => point),
    ['proc', 'net', 'cloud', 'ntfs', 'merged'],
  )
})

test('a root of whatever kind is walked', () => {
  assert.deepEqual(points(planWalk(mounts('0:5 / / overlay'), '')), ['/'])
  assert.deepEqual(points(planWalk(mounts('0:5 / / nfs4'), '')), ['/'])
})

test('what is bound a second time is looked at once', () => {
  const plan = planWalk(mounts('8:1 / / ext4', '8:1 /srv/a /srv/jail/a ext4', '8:1 / /copy ext4'), '')
  assert.deepEqual(points(plan), ['/'])
})

test('parts of a file system are each looked at, and once more not by the whole that is mounted later', () => {
  const plan = planWalk(
    mounts('0:9 /@ / btrfs', '0:9 /@home /home btrfs', '0:9 / /all btrfs', '0:9 /@homely /homely btrfs'),
    '',
  )
  assert.deepEqual(points(plan), ['/', '/all'])
  const all = plan.starts[1]
  assert.deepEqual([...(all?.seenElsewhere ?? [])], ['@'])
})

test('of mounts at the same point the last one counts', () => {
  const plan = planWalk(mounts('8:1 / / ext4', '0:6 / /mnt tmpfs', '0:7 / /mnt tmpfs'), '')
  assert.deepEqual(
    plan.starts.map(({ device }) => device),
    ['8:1', '0:7'],
  )
})

test('what mounts cover is known', () => {
  const plan = planWalk(
    mounts('8:1 / / ext4', '8:2 / /home ext4', '0:1 / /proc proc', '8:3 / /home/a ext4'),
    '',
  )
  assert.deepEqual([...(plan.starts[0]?.covered ?? [])], ['home', 'proc', 'home/a'])
  assert.deepEqual([...(plan.starts[1]?.covered ?? [])], ['a'])
})

test('below a folder that stands for the root, paths are told without it, and nothing beside it is looked at', () => {
  const table = mounts('8:1 / / ext4', '8:2 / /img ext4', '8:3 / /img/home ext4', '8:4 / /imgs ext4')
  const plan = planWalk(table, '/img')
  assert.deepEqual(
    plan.starts.map(({ point, shown }) => [point, shown]),
    [
      ['/img', ''],
      ['/img/home', '/home'],
    ],
  )
  const inside = planWalk(table, '/srv/folder')
  assert.deepEqual(
    inside.starts.map(({ point, shown, device }) => [point, shown, device]),
    [['/srv/folder', '', '8:1']],
  )
})

test('a folder that is bound into the folder above it is no way round', () => {
  const plan = planWalk(mounts('8:1 / / ext4', '8:1 /srv/root /srv/root/loop ext4'), '/srv/root')
  assert.deepEqual(points(plan), ['/srv/root'])
})
