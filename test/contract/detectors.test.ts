// What every detector of the table promises, whatever it looks for.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { loadHashLists } from '../../src/engine/detectors/hash/index.ts'
import { createDetectors } from '../../src/engine/detectors/index.ts'
import { Budget, defaultLimits, LimitReached } from '../../src/engine/limits.ts'
import { headBytes, type ScanObject } from '../../src/engine/scan-object.ts'
import { maxRead } from '../../src/engine/source/byte-source.ts'

const listed = Buffer.from('a listed object')
const hashOf = (kind: string): string => createHash(kind).update(listed).digest('hex')
const list = [
  `${hashOf('sha256')}:Any`,
  `${hashOf('sha1')}:${listed.length}:Sized`,
  `${hashOf('md5')}:9999:Other`,
]
const { database } = loadHashLists([{ name: 'list', bytes: Buffer.from(list.join('\n')) }])
const detectors = createDetectors({ hash: database })

/** Like a decoder's source: one buffer, overwritten by every read. */
function objectOf(bytes: Uint8Array): { object: ScanObject; readBytes: () => number } {
  const view = new Uint8Array(maxRead)
  let readBytes = 0
  const source = {
    size: bytes.length,
    read(offset: number, length: number) {
      assert.ok(Number.isInteger(offset) && offset >= 0 && Number.isInteger(length), 'read of whole numbers')
      assert.ok(length <= maxRead, 'no read asks for more than maxRead')
      const part = bytes.subarray(offset, offset + length)
      view.fill(0xaa).set(part)
      readBytes += part.length
      return view.subarray(0, part.length)
    },
  }
  const object = { chain: ['sample'], depth: 0, source, head: bytes.slice(0, headBytes) }
  return { object, readBytes: () => readBytes }
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constant(new Uint8Array(listed)),
  fc
    .constantFrom(headBytes - 1, headBytes, 9999, maxRead - 1, maxRead, maxRead + 1, 3 * maxRead)
    .map((length) => new Uint8Array(length)),
  fc.uint8Array({ maxLength: 70 }).map((tail) => Buffer.concat([Buffer.from('X5O!P%@AP'), tail])),
)

test('ids are unique and as a user writes them', () => {
  const ids = detectors.map((detector) => detector.id)
  assert.deepEqual(ids, ['eicar', 'hash'])
  for (const id of ids) assert.match(id, /^[a-z][a-z0-9-]*$/)
})

test('an empty hash database adds no detector', () => {
  const empty = createDetectors({ hash: loadHashLists([]).database })
  assert.deepEqual(
    empty.map((detector) => detector.id),
    ['eicar'],
  )
})

for (const detector of detectors) {
  test(`${detector.id}: any bytes are judged without a throw, twice the same, with offsets inside the object`, () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const judge = (): string[] => {
          const found: string[] = []
          detector.detect(objectOf(bytes).object, {
            budget: new Budget(defaultLimits),
            report(name, offset) {
              assert.match(name, /^[\x21-\x7e]{1,255}$/)
              assert.ok(offset >= 0 && offset <= bytes.length)
              found.push(`${name} ${offset}`)
            },
          })
          return found
        }
        assert.deepEqual(judge(), judge())
      }),
    )
  })

  test(`${detector.id}: a budget that is used up ends the work within one read`, () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const { object, readBytes } = objectOf(bytes)
        const budget = new Budget({ ...defaultLimits, maxMs: 0 })
        try {
          detector.detect(object, { budget, report() {} })
        } catch (error) {
          assert.ok(error instanceof LimitReached && error.code === 'time', String(error))
        }
        assert.ok(readBytes() <= maxRead, `${readBytes()} bytes were read`)
      }),
    )
  })
}

test('the listed object is found by every entry that fits it', () => {
  const found: string[] = []
  for (const detector of detectors) {
    detector.detect(objectOf(listed).object, {
      budget: new Budget(defaultLimits),
      report: (name) => found.push(name),
    })
  }
  assert.deepEqual(found, ['Any', 'Sized'])
})
