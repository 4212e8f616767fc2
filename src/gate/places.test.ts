import assert from 'node:assert/strict'
import { closeSync, linkSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import { test, type TestContext } from 'node:test'

import { requireRoot, type Scratch, withScratch } from '../../test/support/scratch.ts'
import { parseMounts, readMounts } from '../platform/linux/mounts.ts'
import { pathOfFd } from '../platform/linux/processes.ts'
import { Stat } from '../platform/linux/statx.ts'
import { isBelow, mountAt, Places, type Position } from './places.ts'
import type { Place } from './settings.ts'

const below: readonly (readonly [string, string, boolean])[] = [
  ['/srv', '/srv', true],
  ['/srv/a', '/srv', true],
  ['/srv/', '/srv', true],
  ['/srv/a/b', '/srv/a', true],
  ['/srv2', '/srv', false],
  ['/srv2/a', '/srv', false],
  ['/sr', '/srv', false],
  ['/', '/srv', false],
  ['', '/srv', false],
  ['/', '/', true],
  ['/srv', '/', true],
  ['srv', '/', false],
  ['/a/srv', '/srv', false],
  ['/srv//a', '/srv', true],
  ['/srv\n/a', '/srv', false],
]
for (const [path, directory, expected] of below) {
  test(`${JSON.stringify(path)} ${expected ? 'is' : 'is not'} ${directory} or below it`, () => {
    assert.equal(isBelow(path, directory), expected)
  })
}

test('the mount that shows a path is the deepest, and of those the last', () => {
  const mounts = parseMounts(`1 0 8:1 / / rw - ext4 x rw
2 1 8:2 / /srv rw - ext4 x rw
3 1 8:3 / /srv2 rw - ext4 x rw
4 2 8:4 / /srv rw - tmpfs x rw
5 4 8:5 / /srv/a rw - tmpfs x rw`)
  const ids = ['/srv/b', '/srv', '/srv2/b', '/srv/a/b', '/srv/ab', '/etc', '/'].map(
    (path) => mountAt(mounts, path)?.id,
  )
  assert.deepEqual(ids, [4, 4, 3, 5, 4, 1, 1])
  assert.equal(mountAt([], '/srv'), undefined)
})

/** Where the file behind a path is, asked as a worker asks: by its descriptor. */
function positionOf(places: Places, path: string): Position {
  const fd = openSync(path, 'r')
  const stat = new Stat()
  assert.ok(stat.read(fd))
  const seen = pathOfFd(fd) ?? ''
  closeSync(fd)
  return places.positionOf(seen, stat.mountId, stat.links)
}

const placesOf = (path: string, kind: Place['kind'] = 'directory'): Places => new Places([{ path, kind }])

type Scene = Omit<Scratch, 'at'> & { readonly at: (name: string) => string }

/** place/in, place/deep/in, placebo/out and out in a file system of their own. */
function scene(t: TestContext): Scene {
  const scratch = withScratch(t)
  scratch.folder('place', 'deep')
  scratch.folder('placebo')
  for (const name of ['place/in', 'place/deep/in', 'placebo/out', 'out']) writeFileSync(scratch.at(name), 'x')
  return { ...scratch, at: (name) => scratch.at(name) }
}

test('a directory: what lies in it and below is inside, what is beside it is outside', (t) => {
  if (!requireRoot(t)) return
  const { at } = scene(t)
  const places = placesOf(at('place'))
  const found = ['place/in', 'place/deep/in', 'placebo/out', 'out'].map((name) =>
    positionOf(places, at(name)),
  )
  assert.deepEqual(found, ['inside', 'inside', 'outside', 'outside'])
})

test('a file outside with another name anywhere may be inside: it counts as inside', (t) => {
  if (!requireRoot(t)) return
  const { at } = scene(t)
  linkSync(at('place/in'), at('link'))
  symlinkSync(at('place/deep/in'), at('symbolic'))
  const places = placesOf(at('place'))
  assert.deepEqual([positionOf(places, at('link')), positionOf(places, at('symbolic'))], ['inside', 'inside'])
})

test('a bind mount of the place, or of what is above or below it, shows the same files: inside', (t) => {
  if (!requireRoot(t)) return
  const scratch = scene(t)
  const { at } = scratch
  for (const name of ['place', 'place/deep', 'placebo']) {
    const target = scratch.folder(`bind-${name.replace('/', '-')}`)
    scratch.mount('--bind', at(name), target)
  }
  const whole = scratch.folder('whole')
  scratch.mount('--bind', scratch.path, whole)
  const places = placesOf(at('place'))
  const found = Object.fromEntries(
    ['bind-place/in', 'bind-place-deep/in', 'bind-placebo/out', 'whole/place/in', 'whole/out'].map((name) => [
      name,
      positionOf(places, at(name)),
    ]),
  )
  assert.deepEqual(found, {
    'bind-place/in': 'inside',
    'bind-place-deep/in': 'inside',
    'bind-placebo/out': 'outside',
    'whole/place/in': 'inside',
    'whole/out': 'outside',
  })
})

test('a bind mount of something else below the place is inside', (t) => {
  if (!requireRoot(t)) return
  const scratch = scene(t)
  scratch.mount('--bind', scratch.at('placebo'), scratch.at('place/deep'))
  assert.equal(positionOf(placesOf(scratch.at('place')), scratch.at('place/deep/out')), 'inside')
})

test('a mount: everything on it is inside, the same file system mounted elsewhere is not', (t) => {
  if (!requireRoot(t)) return
  const scratch = scene(t)
  const { at } = scratch
  const bind = scratch.folder('bind')
  scratch.mount('--bind', at('placebo'), bind)
  const [onBind, onOriginal] = [placesOf(bind, 'mount'), placesOf(at('place'), 'mount')]
  assert.deepEqual(
    [positionOf(onBind, at('bind/out')), positionOf(onBind, at('placebo/out'))],
    ['inside', 'outside'],
  )
  assert.deepEqual(
    [positionOf(onOriginal, at('out')), positionOf(onOriginal, at('bind/out'))],
    ['inside', 'outside'],
  )
})

test('a file system: everything on it is inside under every mount, other file systems are not', (t) => {
  if (!requireRoot(t)) return
  const scratch = scene(t)
  const { at } = scratch
  scratch.mount('--bind', at('placebo'), scratch.folder('bind'))
  scratch.mount('-t', 'tmpfs', 'haechi-other', scratch.folder('other'))
  writeFileSync(at('other/file'), 'x')
  const places = placesOf(at('place'), 'filesystem')
  const found = ['out', 'place/in', 'bind/out', 'other/file'].map((name) => positionOf(places, at(name)))
  assert.deepEqual(found, ['inside', 'inside', 'inside', 'outside'])
  assert.equal(positionOf(places, '/proc/self/status'), 'outside')
})

test('the root as a place: everything of this namespace is inside', () => {
  const places = placesOf('/')
  for (const path of ['/proc/self/status', process.execPath]) assert.equal(positionOf(places, path), 'inside')
})

test('a mount that this namespace does not know counts as inside', () => {
  const unknown = Math.max(...readMounts().map(({ id }) => id)) + 1_000_000
  assert.equal(placesOf('/nowhere').positionOf('/etc/passwd', unknown, 1), 'inside')
})

test('a path that does not fit its mount counts as inside', (t) => {
  if (!requireRoot(t)) return
  const { path, at } = scene(t)
  const id = mountAt(readMounts(), path)?.id ?? -1
  const places = placesOf(at('place'))
  for (const odd of ['', '(unreachable)/x', '/elsewhere/x', 'memfd:x (deleted)']) {
    assert.equal(places.positionOf(odd, id, 1), 'inside', odd)
  }
  assert.equal(places.positionOf(at('out'), id, 1), 'outside')
})

test('what is mounted after the places were set up is known within two seconds', async (t) => {
  if (!requireRoot(t)) return
  const scratch = scene(t)
  const places = placesOf(scratch.at('place'))
  scratch.mount('-t', 'tmpfs', 'haechi-later', scratch.folder('later'))
  writeFileSync(scratch.at('later/file'), 'x')
  const first = positionOf(places, scratch.at('later/file'))
  assert.equal(first, 'inside', 'not known yet: asked about')
  const { promise, resolve } = Promise.withResolvers<undefined>()
  setTimeout(resolve, 1100, undefined)
  await promise
  assert.equal(positionOf(places, scratch.at('later/file')), 'outside')
})
