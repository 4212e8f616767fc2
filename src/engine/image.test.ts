import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { TakeAnswer, TakeTask } from '../../test/support/take-thread.ts'
import { runThread } from '../../test/support/thread.ts'
import { AppError } from '../base/app-error.ts'
import { Image } from './image.ts'

const lengths = { words: 12, odd: 5, empty: 0, large: 200_000 }

test('tables lie one behind the other, aligned, zeroed, each in its length', () => {
  const image = Image.create(lengths)
  let end = 0
  for (const [name, length] of Object.entries(lengths)) {
    const offset = image.offsetOf(name)
    assert.ok(offset >= end && offset % 64 === 0, name)
    assert.equal(image.bytes(name).length, length)
    assert.ok(image.bytes(name).every((byte) => byte === 0))
    end = offset + length
  }
  assert.equal(image.words('words').length, 3)
  assert.equal(image.words('odd').length, 1)
})

test('a table is filled through its bytes and read as words', () => {
  const image = Image.of({
    first: Uint8Array.of(1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff),
    second: Uint8Array.of(7),
  })
  assert.deepEqual([...image.words('first')], [1, -1])
  assert.deepEqual([...image.bytes('second')], [7])
})

test('a name that no table has is an empty table', () => {
  const image = Image.of({ first: Uint8Array.of(1) })
  assert.equal(image.bytes('other').length, 0)
  assert.equal(image.words('other').length, 0)
})

test('tables that need more than the address space are refused', () => {
  assert.throws(
    () => Image.create({ huge: 2 ** 31 }),
    (error) => error instanceof AppError && error.code === 'unsupported',
  )
})

test('room that is taken is aligned, zeroed, and no other table or room', () => {
  const image = Image.of({ table: new Uint8Array(70_000).fill(1) })
  const rooms = [1, 64, 65, 100_000, 1_000_000].map((length) => ({ length, offset: image.take(length) }))
  let end = image.offsetOf('table') + 70_000
  for (const { length, offset } of rooms) {
    assert.ok(offset >= end && offset % 64 === 0)
    const room = new Uint8Array(image.shared.memory.buffer, offset, length)
    assert.ok(room.every((byte) => byte === 0))
    room.fill(0xee)
    end = offset + length
  }
  assert.ok(image.bytes('table').every((byte) => byte === 1))
})

test('memory that grows stays the memory of views made before', () => {
  const image = Image.of({ table: Uint8Array.of(1, 2, 3) })
  const before = image.bytes('table')
  image.take(5_000_000)
  image.bytes('table')[1] = 9
  assert.deepEqual([...before], [1, 9, 3])
})

test('an image that is made again from what is shared sees the same bytes', () => {
  const image = Image.of({ table: Uint8Array.of(1, 2, 3) })
  const other = new Image(image.shared)
  other.bytes('table')[0] = 7
  assert.deepEqual([...image.bytes('table')], [7, 2, 3])
  assert.notEqual(other.take(10), image.take(10))
})

test('when no memory is left for a scanner that is an error of ours, not a crash', () => {
  const image = Image.of({ table: Uint8Array.of(1) })
  assert.throws(
    () => image.take(2 ** 31),
    (error) => error instanceof AppError && error.code === 'internal',
  )
})

test('threads that take room at the same time get rooms of their own, and all of them are there', async () => {
  const image = Image.of({ table: new Uint8Array(100).fill(3) })
  const start = new Int32Array(new SharedArrayBuffer(4))
  const threads = 4
  const task: TakeTask = { shared: image.shared, rooms: 60, length: 30_000, start, threads }
  const module = new URL('../../test/support/take-thread.ts', import.meta.url)
  const answers = await Promise.all(
    Array.from(
      { length: threads },
      async (_, index) => await runThread<TakeAnswer>(module, { ...task, mark: index + 1 }),
    ),
  )
  const offsets = answers.flatMap((answer) => answer.offsets).toSorted((left, right) => left - right)
  assert.equal(offsets.length, threads * 60)
  for (const [index, offset] of offsets.entries()) {
    assert.ok(offset >= (offsets[index - 1] ?? image.offsetOf('table')) + (index === 0 ? 100 : 30_000))
  }
  // Every thread wrote its mark into its rooms while the others took theirs.
  for (const [index, answer] of answers.entries()) {
    for (const offset of answer.offsets) {
      const room = new Uint8Array(image.shared.memory.buffer, offset, 30_000)
      assert.ok(room.every((byte) => byte === index + 1))
    }
  }
  assert.ok(image.bytes('table').every((byte) => byte === 3))
})
