// The figures that the hash lists promise, on a million entries.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { before, describe, test } from 'node:test'
import { Worker } from 'node:worker_threads'

import { bytesSource } from '../../source/byte-source.ts'
import { createHashDetector, type HashDatabase, loadHashLists } from './index.ts'
import { detectContext } from '../../../../test/support/detect-context.ts'

const count = 1_000_000
const sizeOf = (index: number): number => 1000 + index * 7
const nameOf = (index: number): string => `Haechi.Test.Hash-${String(index).padStart(6, '0')}`
const digestOf = (index: number): Buffer => createHash('sha256').update(String(index)).digest()

// One worst case: every size and every name is different.
function millionLines(): Buffer {
  const list = Buffer.alloc(count * 110)
  let length = 0
  for (let index = 0; index < count; index++) {
    const hash = createHash('sha256').update(String(index)).digest('hex')
    length += list.write(`${hash}:${sizeOf(index)}:${nameOf(index)}\n`, length, 'latin1')
  }
  return list.subarray(0, length)
}

describe('a million SHA-256 with sizes and names', () => {
  let database: HashDatabase
  let ms = 0
  before(() => {
    const bytes = millionLines()
    const started = performance.now()
    const loaded = loadHashLists([{ name: 'million.txt', bytes }])
    ms = performance.now() - started
    database = loaded.database
    assert.deepEqual(loaded.problems, [])
  })

  test('load in under 3 s even on a busy machine (1 s is the promise)', (context) => {
    context.diagnostic(`loaded in ${Math.round(ms)} ms`)
    assert.equal(database.count, count)
    assert.ok(ms < 3000, `${ms} ms`)
  })

  test('cost at most 40 bytes each, names included', (context) => {
    context.diagnostic(`${database.bytes / count} bytes an entry`)
    assert.ok(database.bytes <= 40 * count, `${database.bytes / count} bytes an entry`)
  })

  test('are found, each by its size only', () => {
    for (let index = 0; index < count; index += 997) {
      assert.deepEqual(database.namesOf('sha256', digestOf(index), sizeOf(index)), [nameOf(index)])
      assert.deepEqual(database.namesOf('sha256', digestOf(index), sizeOf(index + 1)), [])
      assert.deepEqual(database.kindsFor(sizeOf(index)), ['sha256'])
      assert.deepEqual(database.kindsFor(sizeOf(index) + 1), [])
    }
  })

  test('cost next to nothing for an object of another size', (context) => {
    const detector = createHashDetector(database)
    const silent = detectContext({ report: assert.fail })
    const objects = Array.from({ length: 100 }, (_, index) => {
      const head = Buffer.alloc(sizeOf(index * 4) + 1)
      return { chain: ['small'], depth: 0, head, source: bytesSource(head) }
    })
    const rounds = 10_000
    const started = performance.now()
    for (let round = 0; round < rounds; round++) {
      for (const object of objects) detector.detect(object, silent)
    }
    const ns = ((performance.now() - started) * 1e6) / (rounds * objects.length)
    context.diagnostic(`${Math.round(ns)} ns an object`)
    assert.ok(ns < 5000, `${ns} ns`)
  })

  test('are found the same by a worker thread, in the same memory', async () => {
    const questions = Array.from({ length: 200 }, (_, index) => ({
      digest: new Uint8Array(digestOf(index * 4999)),
      size: sizeOf(index * 4999) + (index % 10 === 0 ? 1 : 0),
    }))
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads')
       import(workerData.module).then(({ attachHashDatabase }) => {
         const database = attachHashDatabase(workerData.shared)
         parentPort.postMessage({
           bytes: database.bytes,
           answers: workerData.questions.map(({ digest, size }) => database.namesOf('sha256', digest, size)),
         })
         // Proof that the memory is shared: what is written here is seen outside.
         new Uint8Array(workerData.shared.sizeFilter.bits).fill(0)
       })`,
      {
        eval: true,
        workerData: { module: new URL('index.ts', import.meta.url).href, shared: database.shared, questions },
      },
    )
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    worker.once('message', resolve)
    worker.once('error', reject)
    const exited = once(worker, 'exit')
    const message = await promise
    await exited
    assert.deepEqual(message, {
      bytes: database.bytes,
      answers: questions.map(({ digest, size }) => database.namesOf('sha256', digest, size)),
    })
    assert.deepEqual(database.kindsFor(sizeOf(0)), [])
  })
})
