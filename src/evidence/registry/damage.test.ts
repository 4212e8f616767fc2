import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import {
  binary,
  type HiveOptions,
  multiSz,
  sz,
  writeHive,
  writeNewLog,
  type WrittenKey,
} from '../../../test/support/hive-writer.ts'
import { must } from '../../../test/support/must.ts'
import { opened, pathsOf } from '../../../test/support/opened-hive.ts'
import { deletedIn, isHive, isPrimaryHead, walk } from './index.ts'

const tree: WrittenKey = {
  name: 'ROOT',
  subkeys: [
    {
      name: 'Software',
      className: 'Shell',
      values: [
        sz('', 'nameless'),
        multiSz('many', 'a', 'bb'),
        binary('big', Buffer.alloc(40_000, 'regdata ')),
      ],
      subkeys: [
        { name: '한글 키', subkeys: [{ name: 'deep' }] },
        { name: 'ri', list: 'ri', subkeys: [{ name: 'a' }, { name: 'b' }] },
      ],
    },
    { name: 'Control Panel' },
  ],
}

function treeWith(...names: string[]): WrittenKey {
  return { name: 'ROOT', subkeys: names.map((name) => ({ name, values: [sz('v', name.repeat(800))] })) }
}

const dirty: HiveOptions = { sequences: [8, 7], spareBytes: 16_384 }

test('a key that is its own child is told once, with a note', () => {
  const bytes = writeHive(tree)
  const hive = opened(bytes)
  const root = must(hive.root)
  const list = root.subkeysOffset + 4096 + 4
  bytes.writeUInt32LE(root.offset, list + 4)
  bytes.writeUInt32LE(must(hive.find('Control Panel')).offset, list + 12)
  assert.deepEqual(pathsOf(opened(bytes)), ['', 'Control Panel'])
  const looped = opened(bytes)
  pathsOf(looped)
  assert.match(looped.notes.kept[0]?.text ?? '', /two parents/)
})

test('two keys with one list of subkeys do not double what is below', () => {
  const bytes = writeHive({
    name: 'r',
    subkeys: [
      { name: 'a', subkeys: [{ name: 'x' }] },
      { name: 'b', subkeys: [{ name: 'y' }] },
    ],
  })
  const hive = opened(bytes)
  bytes.writeUInt32LE(must(hive.find('a')).subkeysOffset, must(hive.find('b')).position + 28)
  const shared = opened(bytes)
  assert.deepEqual(pathsOf(shared), ['', 'a', 'a\\x', 'b'])
  assert.match(shared.notes.kept[0]?.text ?? '', /list of subkeys belongs to two/)
})

test('two keys with one list of values, and values in each other, cost no more than the hive', () => {
  const data = Buffer.alloc(15_000, 'x')
  const values = Array.from({ length: 3000 }, (_, index) => binary(`v${index}`, Buffer.from('abcdefgh')))
  const bytes = writeHive({
    name: 'r',
    subkeys: [
      { name: 'a', values },
      { name: 'b', values: [binary('big', data)] },
    ],
  })
  const hive = opened(bytes)
  const [a, b] = [must(hive.find('a')), must(hive.find('b'))]
  for (const value of a.values()) {
    bytes.writeUInt32LE(must(must(b.value('big')).dataOffset), value.position + 8)
    bytes.writeUInt32LE(data.length, value.position + 4)
  }
  bytes.writeUInt32LE(a.valuesOffset, b.position + 40)
  bytes.writeUInt32LE(3000, b.position + 36)
  const shared = opened(bytes)
  assert.deepEqual(
    [...walk(must(shared.root))].map((key) => key.values().length),
    [0, 3000, 0],
  )
  let read = 0
  const again = must(shared.find('a'))
  for (let round = 0; round < 20; round += 1) {
    for (const value of again.values()) read += value.data.length
  }
  assert.ok(read < 300_000_000)
  assert.match(shared.notes.kept.at(-1)?.text ?? '', /lie in each other/)
})

test('a hive that is cut off gives what is before the cut, with notes', () => {
  const bytes = writeHive(treeWith('one', 'two', 'three', 'four'))
  const hive = opened(bytes)
  const cut = must(hive.find('three')).position
  // The root's cell stands behind its children: it is looked for where it should be, and is not there.
  const short = opened(bytes.subarray(0, cut))
  assert.equal(short.root, undefined)
  assert.ok(short.notes.kept.some(({ text }) => text.includes('should have')))
  const value = must(must(hive.find('four')).value('v'))
  bytes.writeUInt32LE(200_000, value.position + 4)
  const long = must(must(opened(bytes).find('four')).value('v'))
  assert.ok(long.data.length < 200_000)
})

test('a hive whose base block is lost is read from its bins', () => {
  const bytes = writeHive(tree)
  bytes.fill(0, 0, 4096)
  const hive = opened(bytes)
  assert.equal(hive.find('Software')?.value('')?.text(), 'nameless')
  assert.ok(hive.notes.kept.length > 0)
})

test('what is no hive is refused; logs are no hives of their own', () => {
  assert.throws(() => opened(Buffer.from('MZ')), { code: 'unsupported' })
  assert.equal(isHive(writeHive(tree)), true)
  const hive = writeHive(tree, dirty)
  assert.equal(isPrimaryHead(hive.subarray(0, 512)), true)
  assert.equal(isPrimaryHead(writeNewLog([hive, hive], 7)), false)
  assert.equal(isPrimaryHead(Buffer.from('regf')), true)
  assert.equal(isPrimaryHead(Buffer.from('hbin')), false)
})

test('any damage is survived, in time and with what is left', () => {
  const whole = writeHive(tree)
  const log = writeNewLog([writeHive(treeWith('a'), dirty), writeHive(treeWith('a', 'b'), dirty)], 7)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (changes, isDirty) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes[at] = value
        if (isDirty) bytes[4] = 99
        bytes.write('regf', 0, 'latin1')
        const hive = opened(bytes, { 'H.LOG1': log })
        let length = 0
        for (const key of hive.root === undefined ? [] : walk(hive.root)) {
          for (const value of key.values())
            length += value.data.length + value.name.length + value.text().length
          key.security()
          length += key.className.length
        }
        for (const found of deletedIn(hive.image, hive.root))
          length += found.kind === 'key' ? found.path.length : found.value.data.length
        assert.ok(length < 100_000_000)
      },
    ),
    { numRuns: 150 },
  )
})
