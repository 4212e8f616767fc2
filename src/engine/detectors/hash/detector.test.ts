import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'

import { Budget, defaultLimits, LimitReached } from '../../limits.ts'
import { headBytes } from '../../scan-object.ts'
import { type ByteSource, bytesSource } from '../../source/byte-source.ts'
import { createHashDetector, loadHashLists } from './index.ts'
import { hashKinds } from '../../hashes/kinds.ts'
import { detectContext } from '../../../../test/support/detect-context.ts'

const budget = new Budget(defaultLimits)
const hex = (kind: string, content: Uint8Array): string => createHash(kind).update(content).digest('hex')

function findings(list: string, content: Uint8Array, source: ByteSource = bytesSource(content)): string[] {
  const { database, problems } = loadHashLists([{ name: 'list', bytes: Buffer.from(list) }])
  assert.deepEqual(problems, [])
  const found: string[] = []
  createHashDetector(database).detect(
    { chain: ['sample'], depth: 0, source, head: content.subarray(0, headBytes) },
    detectContext({ budget, report: (name, offset) => found.push(`${name} at ${offset}`) }),
  )
  return found
}

for (const length of [0, 5, headBytes - 1, headBytes, 256 * 1024, 1_000_000]) {
  const content = Buffer.alloc(length, 'malware')
  for (const kind of hashKinds) {
    test(`an object of ${length} bytes is found by its ${kind}, with and without a size`, () => {
      assert.deepEqual(findings(`${hex(kind, content)}:Any`, content), ['Any at 0'])
      assert.deepEqual(findings(`${hex(kind, content)}:*:Any`, content), ['Any at 0'])
      assert.deepEqual(findings(`${hex(kind, content)}:${length}:Sized`, content), ['Sized at 0'])
      assert.deepEqual(findings(`${hex(kind, content)}:${length + 1}:Sized`, content), [])
      assert.deepEqual(findings(`${hex(kind, Buffer.from('other'))}:${length}:Other`, content), [])
    })
  }
}

test('names of several kinds are all told, each once', () => {
  const content = Buffer.from('evil')
  const list = hashKinds.flatMap((kind) => [
    `${hex(kind, content)}:4:By-${kind}`,
    `${hex(kind, content)}:Evil`,
  ])
  assert.deepEqual(
    new Set(findings(list.join('\n'), content)),
    new Set(['By-sha256 at 0', 'By-sha1 at 0', 'By-md5 at 0', 'Evil at 0']),
  )
  assert.equal(findings(list.join('\n'), content).length, 4)
})

const unreadable = (size?: number): ByteSource => ({
  get size(): number {
    if (size === undefined) throw new Error('size was asked for')
    return size
  },
  read() {
    throw new Error('the source was read')
  },
})

test('an object of a size that no entry asks for is not read', () => {
  const list = `${hex('md5', Buffer.from('x'))}:7:Name`
  assert.deepEqual(findings(list, Buffer.alloc(6), unreadable()), [])
  assert.deepEqual(findings(list, Buffer.alloc(5000), unreadable(5000)), [])
  assert.throws(() => findings(list, Buffer.alloc(7), unreadable(7)), /the source was read/)
})

test('the size, which may decode a whole stream, is not asked for when no entry has one', () => {
  const content = Buffer.alloc(300_000, 'evil')
  const bytes = bytesSource(content)
  const source: ByteSource = {
    get size(): number {
      throw new Error('size was asked for')
    },
    read: (offset, length) => bytes.read(offset, length),
  }
  assert.deepEqual(findings(`${hex('sha1', content)}:Any`, content, source), ['Any at 0'])
})

test('time is checked between chunks', () => {
  const content = Buffer.alloc(1_000_000, 'evil')
  const { database } = loadHashLists([{ name: 'list', bytes: Buffer.from(`${hex('md5', content)}:Name`) }])
  const object = {
    chain: ['sample'],
    depth: 0,
    source: bytesSource(content),
    head: content.subarray(0, headBytes),
  }
  const usedUp = new Budget({ ...defaultLimits, maxMs: 0 })
  assert.throws(
    () => createHashDetector(database).detect(object, detectContext({ budget: usedUp, report: assert.fail })),
    (error) => error instanceof LimitReached && error.code === 'time',
  )
})
