// Each limit of the Budget through the library: the verdict is partial with that reason, and never clean.

import assert from 'node:assert/strict'
import { readdirSync, readlinkSync, truncateSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

import { withFolder } from '../../test/support/folder.ts'
import { eicar } from '../../test/support/samples.ts'
import { tarOf } from '../../test/support/tar-writer.ts'
import { zipOf } from '../../test/support/zip-writer.ts'
import type { Verdict } from '../model/index.ts'
import { type Limits, load } from './index.ts'

function nested(levels: number, core: Uint8Array | string): Uint8Array {
  let bytes: Uint8Array = Buffer.from(core)
  for (let level = 0; level < levels; level++) bytes = zipOf([{ name: `${level}`, data: bytes }])
  return bytes
}

function assertPartial(verdict: Verdict, code: string): void {
  assert.equal(verdict.status, 'partial', JSON.stringify(verdict.reasons))
  assert.ok(
    verdict.reasons.some((reason) => reason.code === code && reason.message !== ''),
    JSON.stringify(verdict.reasons),
  )
}

const zeros = Buffer.alloc(200_000)
const cases: readonly { code: string; limits: Partial<Limits>; bytes: Uint8Array }[] = [
  { code: 'depth', limits: { maxDepth: 3 }, bytes: nested(4, 'clean') },
  {
    code: 'members',
    limits: { maxMembers: 2 },
    bytes: zipOf(['a', 'b', 'c'].map((name) => ({ name, data: 'clean' }))),
  },
  {
    code: 'bytes',
    limits: { maxBytes: 100_000 },
    bytes: gzipSync(tarOf([{ name: 'a', data: zeros }])),
  },
  {
    code: 'ratio',
    limits: { maxRatio: 10, ratioFromBytes: 1000 },
    bytes: gzipSync(tarOf([{ name: 'a', data: zeros }])),
  },
  { code: 'time', limits: { maxMs: 0 }, bytes: Buffer.from('clean') },
]

for (const { code, limits, bytes } of cases) {
  test(`the limit ${code}: partial with that reason, whether set at load or for one scan`, () => {
    assert.equal(load().instance().scan(bytes).status, 'clean')
    assertPartial(load({ limits }).instance().scan(bytes), code)
    assertPartial(load().instance().scan(bytes, { limits }), code)
  })
}

test('limits of one scan hold for that scan only', () => {
  const instance = load({ limits: { maxDepth: 3 } }).instance()
  assertPartial(instance.scan(nested(4, 'clean'), { name: 'z' }), 'depth')
  assert.equal(instance.scan(nested(4, 'clean'), { limits: { maxDepth: 4 } }).status, 'clean')
  assertPartial(instance.scan(nested(4, 'clean'), { name: 'z' }), 'depth')
})

test('exactly at the depth that is allowed everything is found, one deeper is partial', () => {
  const instance = load({ limits: { maxDepth: 5 } }).instance()
  assert.equal(instance.scan(nested(5, eicar)).status, 'found')
  assertPartial(instance.scan(nested(6, 'clean')), 'depth')
})

test('without any setting the limits are there: nested 17 times is partial', () => {
  assert.equal(load().instance().scan(nested(16, eicar)).status, 'found')
  assertPartial(load().instance().scan(nested(17, 'clean')), 'depth')
})

test('a limit that is met inside says where: the chain of its reason leads to the place', () => {
  const inner = zipOf([{ name: 'deep.zip', data: zipOf([{ name: 'x', data: 'clean' }]) }])
  const { reasons } = load({ limits: { maxDepth: 1 } })
    .instance()
    .scan(inner, { name: 'outer.zip' })
  assert.deepEqual(
    reasons.map(({ code, chain }) => [code, chain]),
    [['depth', ['outer.zip', 'deep.zip']]],
  )
})

test('a member that unpacks to too much ends alone: what comes after it is found', () => {
  const bytes = zipOf([
    { name: 'bomb', data: zeros },
    { name: 'eicar.com', data: eicar },
  ])
  const { status, detections, reasons } = load({
    limits: { maxRatio: 10, ratioFromBytes: 1000 },
    hashLists: [],
  })
    .instance()
    .scan(
      zipOf([
        { name: 'b.tar.gz', data: gzipSync(tarOf([{ name: 'a', data: zeros }])) },
        { name: 'in.zip', data: bytes },
      ]),
      {
        name: 'z',
      },
    )
  assert.equal(status, 'found')
  assert.deepEqual(detections[0]?.chain, ['z', 'in.zip', 'eicar.com'])
  assert.ok(reasons.some(({ code }) => code === 'ratio'))
})

test('found wins over partial, and the reasons are kept', () => {
  const bytes = zipOf([
    { name: 'eicar.com', data: eicar },
    { name: 'locked', data: 'text', password: 'secret' },
    { name: 'one', data: 'clean' },
    { name: 'two', data: 'clean' },
  ])
  const { status, detections, reasons } = load({ limits: { maxMembers: 2 } })
    .instance()
    .scan(bytes)
  assert.equal(status, 'found')
  assert.equal(detections.length, 1)
  const codes = reasons.map(({ code }) => code)
  assert.ok(codes.includes('members'), codes.join())
})

test('a member that needs a password is partial and named, opened with the right password, counted as read', () => {
  const bytes = zipOf([{ name: 'locked.com', data: eicar, password: 'secret' }])
  const { status, reasons } = load().instance().scan(bytes, { name: 'z' })
  assert.equal(status, 'partial')
  assert.deepEqual(
    reasons.map(({ code, chain }) => [code, chain]),
    [['encrypted', ['z', 'locked.com']]],
  )
  const opened = load({ passwords: ['wrong', 'secret'] })
    .instance()
    .scan(bytes, { name: 'z' })
  assert.deepEqual([opened.status, opened.reasons], ['found', []])
})

test('an archive of endless faults gives a bounded number of reasons', () => {
  const members = Array.from({ length: 500 }, (_, index) => ({ name: `${index}`, data: 'x', password: 'p' }))
  const { status, reasons } = load().instance().scan(zipOf(members))
  assert.equal(status, 'partial')
  assert.ok(reasons.length >= 50 && reasons.length <= 101, `${reasons.length}`)
})

test('a slice that gives the scan up makes it partial with reason preempted, and the next scan is whole', () => {
  const instance = load().instance()
  const bytes = zipOf([{ name: 'eicar.com', data: eicar }])
  const slice = { afterMs: 0, look: () => -1 }
  assertPartial(instance.scan(bytes, { slice }), 'preempted')
  assert.equal(instance.scan(bytes).status, 'found')
  const looks: number[] = []
  const look = (): number => looks.push(0) && Number.POSITIVE_INFINITY
  assert.equal(instance.scan(bytes, { slice: { afterMs: 0, look } }).status, 'found')
  assert.equal(looks.length, 1)
})

test('the pulse of a scan moves: more for more members, and nobody else’s word', () => {
  const instance = load().instance()
  const moved = [1, 50].map((count) => {
    const words = new Int32Array(new SharedArrayBuffer(16))
    const members = Array.from({ length: count }, (_, index) => ({ name: `${index}`, data: 'clean' }))
    instance.scan(zipOf(members), { pulse: { words, at: 2 } })
    assert.deepEqual([words[0], words[1], words[3]], [0, 0, 0])
    return words[2] ?? 0
  })
  const [few = 0, many = 0] = moved
  assert.ok(few > 0 && many > few + 48, moved.join())
})

test('nothing is unpacked to the disk: while a member is judged the temporary folder is empty', (t) => {
  const folder = withFolder(t)
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder.path
  t.after(() => {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  })
  let looks = 0
  const open = (): string[] => readdirSync('/proc/self/fd').map((fd) => targetOf(fd))
  const known = new Set(open())
  const { status } = load()
    .instance()
    .scan(
      gzipSync(
        tarOf([
          { name: 'eicar.com', data: eicar },
          { name: 'big', data: zeros },
        ]),
      ),
      {
        trace: () => {
          looks++
          assert.deepEqual(readdirSync(folder.path), [])
          const added = open().filter((target) => target.startsWith('/') && !known.has(target))
          assert.deepEqual(
            added.filter((target) => !target.startsWith('/proc/')),
            [],
          )
        },
      },
    )
  assert.equal(status, 'found')
  assert.ok(looks > 5)
})

function targetOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

test('no whole-file copies: a file of 200 MB is judged by its hash with flat memory', (t) => {
  const folder = withFolder(t)
  const path = folder.file('large', 'text')
  truncateSync(path, 200 * 1024 ** 2)
  const list = folder.file('list', `${'0'.repeat(64)}:Any.Size`)
  const instance = load({ hashLists: [list] }).instance()
  const before = process.memoryUsage.rss()
  assert.equal(instance.scan(path).status, 'clean')
  const growth = Math.max(process.memoryUsage.rss(), process.resourceUsage().maxRSS * 1024) - before
  assert.ok(growth < 100 * 1024 ** 2, `${growth >> 20} MiB`)
})
