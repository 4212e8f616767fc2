import assert from 'node:assert/strict'
import { test } from 'node:test'

import { listed, unpack } from '../../../../test/support/unpack.ts'
import { addResource, PeWriter, withSignatures, words } from '../../parsers/pe/pe-writer.ts'
import { pe } from './pe.ts'

const flat = { formats: [pe], isFlat: true } as const
const content = Buffer.from('a resource of more than sixty-four bytes, as everything that is looked at')

test('types, names and languages are spelled as they are, known types by their name', () => {
  for (const [ids, name] of [
    [[10, 7, 1033], 'resources/RCDATA/7/1033'],
    [[23, 'PAGE', 0], 'resources/HTML/PAGE/0'],
    [['OWN TYPE', 'x', 1], 'resources/OWN TYPE/x/1'],
    [[777, 1, 2], 'resources/777/1/2'],
  ] as const) {
    const bytes = addResource(new PeWriter(), ids, content).build()
    assert.deepEqual(listed(unpack(bytes, flat)), [`${name}=${content.toString()}`])
  }
})

test('icons, texts and versions are no objects, unless they begin as one', () => {
  const program = new PeWriter().build()
  for (const type of [1, 2, 3, 6, 16]) {
    assert.deepEqual(unpack(addResource(new PeWriter(), [type, 1, 1], content).build(), flat).members, [])
    const hidden = unpack(addResource(new PeWriter(), [type, 1, 1], program).build(), flat)
    assert.deepEqual(
      hidden.members.map(({ size }) => size),
      [program.length],
    )
  }
  assert.deepEqual(
    unpack(addResource(new PeWriter(), [10, 1, 1], content.subarray(0, 63)).build(), flat).members,
    [],
  )
})

test('a tree that leads back to itself ends, and places named twice are shown once', () => {
  const writer = new PeWriter()
  const data = writer.add(content)
  const head = (count: number): Buffer => Buffer.concat([words(0, 0, 0), Buffer.of(0, 0, count, 0)])
  const root = writer.next
  // Root: itself, the second directory twice; second directory: root, two leaves of the same place.
  const first = Buffer.concat([
    head(3),
    words(10, 0x80000000),
    words(100, 0x80000028),
    words(101, 0x80000028),
  ])
  const second = Buffer.concat([head(3), words(1, 0x80000000), words(2, 0x50), words(3, 0x50)])
  const leaf = words(data, content.length, 0, 0)
  writer.directory(2, root, writer.add(Buffer.concat([first, second, leaf])))
  const { members, faults } = unpack(writer.build(), flat)
  assert.deepEqual([members.length, faults], [1, []])
})

test('resources that together are larger than the file twice over are damage', () => {
  const writer = new PeWriter()
  writer.add(Buffer.alloc(4096, 7))
  const count = 40
  const directory = Buffer.concat([words(0, 0, 0), Buffer.of(0, 0, count, 0)])
  const rows = Array.from({ length: count }, (_, index) => words(0x100 + index, 16 + count * 8 + index * 16))
  const leaves = Array.from({ length: count }, (_, index) => words(0x1000 + index, 4000, 0, 0))
  writer.directory(2, writer.next, writer.add(Buffer.concat([directory, ...rows, ...leaves])))
  const { members, faults } = unpack(writer.build(), flat)
  assert.ok(members.length > 0 && members.length < 10)
  assert.deepEqual(faults, ['damaged resources'])
})

test('an overlay begins behind the symbols that GNU linkers write, and zeros are none', () => {
  const bytes = new PeWriter({ overlay: Buffer.alloc(18 * 2) }).build()
  bytes.writeUInt32LE(bytes.length - 36, 0x100 + 12)
  bytes.writeUInt32LE(2, 0x100 + 16)
  const strings = Buffer.concat([words(9), Buffer.from('name\0')])
  assert.deepEqual(listed(unpack(Buffer.concat([bytes, strings, Buffer.from('appended')]), flat)), [
    'overlay=appended',
  ])
  assert.deepEqual(unpack(Buffer.concat([new PeWriter().build(), Buffer.alloc(99)]), flat).members, [])
})

test('a certificate table is no overlay; what stands behind a signature in it is shown', () => {
  const program = new PeWriter().build()
  const der = Buffer.of(0x30, 0x02, 0x05, 0x00)
  assert.deepEqual(unpack(withSignatures(program, [der]), flat).members, [])
  const hidden = withSignatures(program, [
    Buffer.concat([der, Buffer.from('hidden in it')]),
    Buffer.from('no signature'),
  ])
  assert.deepEqual(listed(unpack(hidden, flat)), [
    'certificates/1=hidden in it',
    'certificates/2=no signature',
  ])
  const long = withSignatures(program, [Buffer.of(0x30, 0x82, 0x00, 0x04, 1, 2, 3, 4, 0x21)])
  assert.deepEqual(listed(unpack(long, flat)), ['certificates/1=!'])
})

test('the resources of a .NET assembly follow each other', () => {
  const writer = new PeWriter()
  const part = (text: string): Buffer =>
    Buffer.concat([
      words(text.length),
      Buffer.from(text.padEnd(text.length + (-(text.length + 4) & 7), '\0')),
    ])
  const resources = writer.add(
    Buffer.concat([part('short'), part('x'.repeat(70)), part('y'.repeat(64)), words(0xffffffff)]),
  )
  const header = writer.add(Buffer.concat([words(72, 0, 0, 0, 0, 0, resources, 400), Buffer.alloc(40)]))
  const { members } = unpack(writer.directory(14, header, 72).build(), flat)
  assert.deepEqual(
    members.map(({ chain, size }) => `${chain} ${size}`),
    ['dotnet-resources/2 70', 'dotnet-resources/3 64'],
  )
})

test('a long DOS part is shown', () => {
  const stub = Buffer.alloc(64, 'stub')
  const bytes = new PeWriter({ stub }).build()
  assert.deepEqual(unpack(bytes, flat).members, [])
  const moved = Buffer.concat([bytes.subarray(0, 0x100), Buffer.alloc(2000, 'x'), bytes.subarray(0x100)])
  moved.writeUInt32LE(0x100 + 2000, 60)
  assert.equal(unpack(moved, flat).members[0]?.chain, 'dos-stub')
})
