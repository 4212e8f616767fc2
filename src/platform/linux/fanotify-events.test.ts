import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readlinkSync } from 'node:fs'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { must } from '../../../test/support/must.ts'
import { requireRoot, withScratch } from '../../../test/support/scratch.ts'
import { type FileEvent, FileMask, openNameGroup, readFileEvents, splitKey } from './fanotify-events.ts'
import { Mark } from './fanotify.ts'
import { fsidOf, openDirectoryHandle } from './file-handles.ts'

interface Info {
  readonly type: number
  readonly name?: string
  /** What the record says about itself and its handle; by default the truth. */
  readonly length?: number
  readonly handleBytes?: number
}

/** An information record as fanotify(7) draws it. */
function info({ type, name, length, handleBytes }: Info): Buffer {
  const text = name === undefined ? '' : `${name}\0`
  const bytes = Buffer.alloc(Math.ceil((28 + text.length) / 8) * 8)
  bytes.writeUInt8(type, 0)
  bytes.writeUInt16LE(length ?? bytes.length, 2)
  bytes.write('FSIDFSID', 4, 'latin1')
  bytes.writeUInt32LE(handleBytes ?? 8, 12)
  bytes.writeInt32LE(0x81, 16)
  bytes.write('HANDLE!!', 20, 'latin1')
  bytes.write(text, 28, 'latin1')
  return bytes
}

function record(mask: number, infos: readonly Info[], length?: number): Buffer {
  const body = Buffer.concat(infos.map((one) => info(one)))
  const head = Buffer.alloc(24)
  head.writeUInt32LE(length ?? 24 + body.length, 0)
  head.writeUInt8(3, 4)
  head.writeUInt16LE(24, 6)
  head.writeBigUInt64LE(BigInt(mask), 8)
  head.writeInt32LE(-1, 16)
  head.writeInt32LE(4321, 20)
  return Buffer.concat([head, body])
}

function read(bytes: Buffer): { events: FileEvent[]; rest: number } {
  const events: FileEvent[] = []
  const rest = readFileEvents(bytes, (event) => events.push(event))
  return { events, rest }
}

const directory = `FSIDFSID\x08\0\0\0\x81\0\0\0HANDLE!!`

test('a rename has both of its names, a creation the handle of what was made', () => {
  const { events, rest } = read(
    Buffer.concat([
      record(FileMask.rename, [{ type: 10, name: 'old' }, { type: 12, name: 'new' }, { type: 1 }]),
      record(FileMask.create | FileMask.onDirectory, [{ type: 2, name: 'n\xff' }, { type: 1 }]),
    ]),
  )
  assert.equal(rest, 0)
  assert.deepEqual(events, [
    {
      mask: FileMask.rename,
      pid: 4321,
      at: { directory, name: 'old' },
      to: { directory, name: 'new' },
      target: directory,
    },
    {
      mask: FileMask.create | FileMask.onDirectory,
      pid: 4321,
      at: { directory, name: 'n\xff' },
      to: undefined,
      target: directory,
    },
  ])
})

test('an overflow has no names, and records of unknown kinds are passed over', () => {
  const { events } = read(
    Buffer.concat([
      record(FileMask.overflow, []),
      record(FileMask.delete, [
        { type: 99, name: 'x' },
        { type: 2, name: 'y' },
      ]),
    ]),
  )
  assert.deepEqual(
    events.map(({ mask, at }) => [mask, at?.name]),
    [
      [FileMask.overflow, undefined],
      [FileMask.delete, 'y'],
    ],
  )
})

test('lengths that lie lead nowhere: the record has no name, or the reading ends and says how much is left', () => {
  for (const length of [0, 1, 23, 10_000, 0xffff_ffff]) {
    const bytes = record(FileMask.create, [{ type: 2, name: 'x' }], length)
    assert.deepEqual(read(bytes), { events: [], rest: bytes.length })
  }
  for (const lie of [
    { length: 0 },
    { length: 19 },
    { length: 0xffff },
    { handleBytes: 9999 },
    { handleBytes: 0xffff_ffff },
  ]) {
    const { events } = read(
      Buffer.concat([record(1, [{ type: 2, name: 'x', ...lie }]), record(2, [{ type: 2, name: 'next' }])]),
    )
    assert.deepEqual(
      events.map(({ at }) => at?.name),
      [undefined, 'next'],
      JSON.stringify(lie),
    )
  }
})

test('any bytes are survived, and names come from nowhere else', () => {
  const soup = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc
        .record({
          type: fc.nat({ max: 13 }),
          name: fc.string({ maxLength: 9 }),
          length: fc.nat({ max: 80 }),
          handleBytes: fc.nat({ max: 30 }),
        })
        .map((one) => record(FileMask.create, [one, { type: 12, name: 'z' }])),
    ),
    { maxLength: 5 },
  )
  const secret = Buffer.from('SECRET\0'.repeat(20))
  fc.assert(
    fc.property(soup, (parts) => {
      const inside = Buffer.concat(parts)
      const all = Buffer.concat([secret, inside, secret])
      const { events, rest } = read(all.subarray(secret.length, secret.length + inside.length))
      assert.ok(rest >= 0 && rest <= inside.length)
      assert.ok(!JSON.stringify(events).includes('SECRET'))
    }),
    { numRuns: 500 },
  )
})

test('the kernel tells of what happens on a file system, with handles that lead back to the directory', (t) => {
  if (!requireRoot(t)) return
  const scratch = withScratch(t)
  const group = openNameGroup({ queue: 'unlimited', targets: 'with-targets' })
  t.after(() => group.close())
  const { create, closeWrite, attributes, rename, onDirectory } = FileMask
  const mask = create | closeWrite | attributes | rename | FileMask.delete | onDirectory
  assert.equal(group.mark(Mark.add | Mark.filesystem, mask, scratch.path), 0)
  mkdirSync(scratch.at('sub'))
  execFileSync('/bin/sh', ['-ec', 'mkdir d; echo x > d/f; mv d/f sub/g; chmod 600 sub/g; rm sub/g'], {
    cwd: scratch.path,
  })
  const buffer = Buffer.alloc(65_536)
  const { events, rest } = read(buffer.subarray(0, group.readRecords(buffer)))
  assert.equal(rest, 0)
  const others = events.filter(({ pid }) => pid !== process.pid)
  assert.deepEqual(
    others.map((event) => [event.mask, event.at?.name, event.to?.name]),
    [
      [create | onDirectory, 'd', undefined],
      [create | closeWrite, 'f', undefined],
      [rename, 'f', 'g'],
      [attributes, 'g', undefined],
      // The count of its links went down: told of the object, which has no name any more.
      [attributes, undefined, undefined],
      [FileMask.delete, 'g', undefined],
    ],
  )
  const [made, written, moved] = others
  // The new directory is known by its handle before anything happens in it.
  assert.equal(made?.target, written?.at?.directory)
  const mount = openSync(scratch.path, 'r')
  const { fsid, handle } = splitKey(must(moved?.to).directory)
  assert.equal(fsid, fsidOf(mount))
  const fd = openDirectoryHandle(mount, handle)
  assert.equal(readlinkSync(`/proc/self/fd/${fd}`), scratch.at('sub'))
  closeSync(fd)
  closeSync(mount)
})
