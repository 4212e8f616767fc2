import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { AppError } from '../../base/app-error.ts'
import { setTimes } from '../../platform/linux/file-times.ts'
import { listXattrs, setXattr } from '../../platform/linux/xattr.ts'
import { Quarantine } from './quarantine.ts'

const verdict = {
  status: 'found',
  detections: [{ name: 'Test', detector: 'eicar', chain: ['evil'], offset: 0, sha256: '' }],
  reasons: [],
} as const

class Workplace {
  readonly root = mkdtempSync(join(tmpdir(), 'haechi-quarantine-'))
  readonly store = new Quarantine(this.at('quarantine'))

  at(...names: readonly string[]): string {
    return join(this.root, ...names)
  }

  write(name: string, content = 'malicious content'): string {
    writeFileSync(this.at(name), content)
    return this.at(name)
  }

  /** The only file of the quarantine. */
  file(): string {
    const [name = ''] = readdirSync(this.at('quarantine'))
    return this.at('quarantine', name)
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

function take(place: Workplace, path: string | Uint8Array): string {
  return place.store.add({ path, verdict, by: 'test' }).item.id
}

function fails(code: AppError['code'], message: RegExp): (thrown: unknown) => boolean {
  return (thrown) => thrown instanceof AppError && thrown.code === code && message.test(thrown.message)
}

test('restore puts back content, mode, times to the nanosecond and extended attributes', () => {
  using place = new Workplace()
  const path = place.write('evil', 'x'.repeat(700_000))
  const fd = openSync(path, 'r+')
  assert.equal(setXattr(fd, 'user.haechi', Buffer.from([0, 255, 10])), undefined)
  setTimes(fd, { atimeNs: 981_173_106_123_456_789n, mtimeNs: -1_500_000_001n })
  closeSync(fd)
  // The mode last: a write clears set-user-id.
  chmodSync(path, 0o4751)
  const before = statSync(path, { bigint: true })

  const id = take(place, path)
  assert.equal(existsSync(path), false)
  const restored = place.store.restore(id)
  assert.deepEqual(restored.warnings, [])

  const after = statSync(path, { bigint: true })
  assert.equal(readFileSync(path, 'utf8'), 'x'.repeat(700_000))
  const kept = ['mode', 'uid', 'gid', 'size', 'mtimeNs'] as const
  for (const field of kept) assert.equal(after[field], before[field], field)
  const back = openSync(path, 'r')
  const xattrs = listXattrs(back).filter((xattr) => xattr.name.startsWith('user.'))
  closeSync(back)
  assert.deepEqual(
    xattrs.map(({ name, value }) => [name, [...value]]),
    [['user.haechi', [0, 255, 10]]],
  )
  assert.deepEqual(place.store.list(), [], 'the item is gone')
})

test('the owner is put back', (t) => {
  if (process.geteuid?.() !== 0) return t.skip('needs root')
  using place = new Workplace()
  const path = place.write('evil')
  chownSync(path, 12_345, 54_321)
  place.store.restore(take(place, path))
  const { uid, gid } = statSync(path)
  assert.deepEqual([uid, gid], [12_345, 54_321])
})

test('the kept content is unusable, the folder is 0700 and the item 0600', () => {
  using place = new Workplace()
  take(place, place.write('evil', 'a recognisable malicious content'))
  assert.equal(readFileSync(place.file()).includes('recognisable'), false)
  assert.equal(statSync(place.at('quarantine')).mode & 0o777, 0o700)
  assert.equal(statSync(place.file()).mode & 0o777, 0o600)
})

test('a file that was exchanged after its verdict is left in place, the judged one is kept', () => {
  using place = new Workplace()
  const path = place.write('evil')
  const fd = openSync(path, 'r')
  renameSync(path, place.at('moved'))
  writeFileSync(path, 'innocent')
  const { original, otherLinks, item } = place.store.add({ path, fd, verdict, by: 'test' })
  assert.equal(fstatSync(fd).size, 17, 'the descriptor is still open')
  closeSync(fd)
  assert.equal(original, 'left-in-place')
  assert.equal(otherLinks, 0)
  assert.equal(readFileSync(path, 'utf8'), 'innocent')
  place.store.restore(item.id, { to: place.at('out') })
  assert.equal(readFileSync(place.at('out'), 'utf8'), 'malicious content')
})

test('other names of the file are counted', () => {
  using place = new Workplace()
  const path = place.write('evil')
  linkSync(path, place.at('second'))
  assert.equal(place.store.add({ path, verdict, by: 'test' }).otherLinks, 1)
})

test('a symbolic link is not taken for its target', () => {
  using place = new Workplace()
  place.write('target')
  symlinkSync('target', place.at('link'))
  assert.throws(() => take(place, place.at('link')), fails('quarantine', /cannot open/))
  assert.equal(existsSync(place.at('target')), true)
})

test('restore replaces a file only when forced', () => {
  using place = new Workplace()
  const path = place.write('evil')
  const id = take(place, path)
  writeFileSync(path, 'new')
  assert.throws(() => place.store.restore(id), fails('quarantine', /exists/))
  assert.equal(readFileSync(path, 'utf8'), 'new')
  assert.deepEqual(readdirSync(place.root).toSorted(), ['evil', 'quarantine'], 'no temporary file is left')
  place.store.restore(id, { force: true })
  assert.equal(readFileSync(path, 'utf8'), 'malicious content')
})

test('restore does not go through a folder that has become a symbolic link', () => {
  using place = new Workplace()
  mkdirSync(place.at('home'))
  mkdirSync(place.at('etc'))
  const id = take(place, place.write('home/evil'))
  rmSync(place.at('home'), { recursive: true })
  symlinkSync('etc', place.at('home'))
  assert.throws(() => place.store.restore(id), fails('quarantine', /symbolic link/))
  assert.deepEqual(readdirSync(place.at('etc')), [])
  place.store.restore(id, { to: place.at('home') })
  assert.deepEqual(readdirSync(place.at('etc')), ['evil'], '--to follows: the user chose it')
})

test('a file that was taken through a link goes back to where it really was', () => {
  using place = new Workplace()
  mkdirSync(place.at('real'))
  symlinkSync('real', place.at('alias'))
  place.write('real/evil')
  place.store.restore(take(place, place.at('alias/evil')))
  assert.equal(lstatSync(place.at('real/evil')).isFile(), true)
})

test('an item that was changed is not restored', () => {
  using place = new Workplace()
  const path = place.write('evil')
  const id = take(place, path)
  const bytes = readFileSync(place.file())
  for (const offset of [bytes.length - 1, 70, 20]) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8((changed.readUInt8(offset) + 1) & 0xff, offset)
    writeFileSync(place.file(), changed)
    assert.throws(() => place.store.restore(id), fails('quarantine', /./))
    assert.equal(existsSync(path), false)
    assert.deepEqual(readdirSync(place.root), ['quarantine'])
  }
  truncateSync(place.file(), 100)
  assert.deepEqual(
    place.store.list().map((entry) => entry.kind),
    ['damaged'],
  )
  place.store.delete(id)
  assert.deepEqual(place.store.list(), [])
})

test('a header of any bytes and any length is refused, not believed', () => {
  using place = new Workplace()
  take(place, place.write('evil'))
  const bytes = readFileSync(place.file())
  for (const length of [0, 1, 0x7fff_ffff, 0xffff_ffff]) {
    const changed = Buffer.from(bytes)
    changed.writeUInt32LE(length, 8)
    writeFileSync(place.file(), changed)
    assert.deepEqual(
      place.store.list().map((entry) => entry.kind),
      ['damaged'],
    )
  }
  writeFileSync(place.file(), bytes.subarray(0, -1))
  assert.deepEqual(
    place.store.list().map((entry) => entry.kind),
    ['damaged'],
    'the body is cut',
  )
  writeFileSync(place.file(), '')
  assert.deepEqual(
    place.store.list().map((entry) => entry.kind),
    ['damaged'],
  )
})

test('an id cannot lead out of the quarantine', () => {
  using place = new Workplace()
  take(place, place.write('evil'))
  place.write('victim.item')
  for (const id of ['../victim', '/etc/passwd', '', '.', 'x\0y']) {
    assert.throws(() => place.store.delete(id), fails('not-found', /./))
    assert.throws(() => place.store.restore(id), fails('not-found', /./))
  }
  assert.equal(existsSync(place.at('victim.item')), true)
})

test('a name that is not valid UTF-8 comes back byte for byte', () => {
  using place = new Workplace()
  const path = Buffer.concat([Buffer.from(place.at('bad-')), Buffer.from([0xff, 0x1b, 0x0a])])
  writeFileSync(path, 'malicious')
  const id = take(place, path)
  assert.deepEqual(Buffer.from(place.store.show(id).path), path)
  place.store.restore(id)
  assert.equal(readFileSync(path, 'utf8'), 'malicious')
})

test('unfinished copies of a killed run are swept when they are old', () => {
  using place = new Workplace()
  take(place, place.write('evil'))
  writeFileSync(place.at('quarantine/.old.item'), '')
  writeFileSync(place.at('quarantine/.new.item'), '')
  utimesSync(place.at('quarantine/.old.item'), 1, 1)
  take(place, place.write('evil2'))
  const names = readdirSync(place.at('quarantine')).filter((name) => name.startsWith('.'))
  assert.deepEqual(names, ['.new.item'])
})
