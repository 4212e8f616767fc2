import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ChunkWriter, eventRecord, logFile } from '../../../test/support/evtx-writer.ts'
import { Notes } from '../note.ts'
import { memorySource } from '../source.ts'
import { logInventory } from './index.ts'

const second = 10_000_000n
const start = 133_000_000_000_000_000n

/** Records by number and second. */
function chunk(records: readonly (readonly [number, number])[]): Uint8Array {
  const made = new ChunkWriter()
  for (const [id, at] of records)
    made.add(
      eventRecord(id, {
        channel: 'Security',
        eventId: 4624,
        computer: 'PC1',
        time: start + BigInt(at) * second,
      }),
    )
  return made.bytes()
}

test('a log is told by its channel, its computers, its first and last record', () => {
  const bytes = logFile([
    chunk([
      [5, 0],
      [6, 10],
    ]),
    chunk([[7, 20]]),
  ])
  assert.deepEqual(logInventory(memorySource(bytes), new Notes()), {
    channels: ['Security'],
    computers: ['PC1'],
    bytes: bytes.length,
    records: 3,
    firstId: 5,
    lastId: 7,
    first: '2022-06-18T04:26:40.0000000Z',
    last: '2022-06-18T04:27:00.0000000Z',
    gaps: [],
    missing: 0,
    backwards: [],
    isDirty: false,
    isFull: false,
  })
})

test('numbers that are missing, and a clock that was set back, are told, whatever the order of the chunks', () => {
  const bytes = logFile([
    chunk([
      [20, 100],
      [21, 5000],
      [22, 1000],
    ]),
    chunk([
      [1, 0],
      [2, 30],
      [5, 29],
    ]),
  ])
  const inventory = logInventory(memorySource(bytes), new Notes())
  assert.deepEqual(inventory?.gaps, [
    { after: 2, before: 5 },
    { after: 5, before: 20 },
  ])
  assert.equal(inventory.missing, 16)
  assert.deepEqual(inventory.backwards, [
    { id: 22, from: '2022-06-18T05:50:00.0000000Z', to: '2022-06-18T04:43:20.0000000Z' },
  ])
  assert.equal(inventory.firstId, 1)
  assert.equal(inventory.lastId, 22)
})

test('what is no log has no inventory, an empty one no records', () => {
  assert.equal(logInventory(memorySource(Buffer.from('text')), new Notes()), undefined)
  assert.equal(logInventory(memorySource(logFile([])), new Notes())?.records, 0)
})
