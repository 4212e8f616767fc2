import assert from 'node:assert/strict'
import { test } from 'node:test'

import { detectContext } from '../../../test/support/detect-context.ts'
import { imageOf, placesOf, text } from '../../../test/support/pattern-search.ts'
import { Budget, defaultLimits, LimitReached } from '../limits.ts'
import { headBytes, type ScanObject } from '../scan-object.ts'
import { type ByteSource, bytesSource, maxRead } from '../source/byte-source.ts'
import { Sweep } from './sweep.ts'

/** A decoder's source: nothing in one piece, one buffer for all reads. */
function streamed(bytes: Uint8Array): { object: ScanObject; reads: () => number } {
  const view = new Uint8Array(maxRead)
  let reads = 0
  const source: ByteSource = {
    size: bytes.length,
    read(offset, length) {
      reads++
      const part = bytes.subarray(offset, offset + Math.min(length, maxRead))
      view.fill(0xaa).set(part)
      return view.subarray(0, part.length)
    },
  }
  const object = { chain: ['sample'], depth: 0, source, head: bytes.slice(0, headBytes) }
  return { object, reads: () => reads }
}

const image = imageOf([text('needle'), text('M')])
const context = detectContext({ report: assert.fail })

function hay(length: number, ...at: readonly number[]): Buffer {
  const bytes = Buffer.alloc(length, '.')
  for (const place of at) bytes.write('needle', place)
  return bytes
}

test('objects of every size are searched whole, in one piece', () => {
  const sweep = new Sweep(image, { all: true })
  for (const size of [
    6,
    100,
    headBytes - 1,
    headBytes,
    headBytes + 1,
    maxRead,
    maxRead + 1,
    5 * maxRead + 7,
  ]) {
    const bytes = hay(size, size - 6)
    for (const source of [streamed(bytes).object.source, bytesSource(bytes)]) {
      const swept = sweep.of({ chain: ['x'], depth: 0, source, head: bytes.subarray(0, headBytes) }, context)
      assert.equal(Buffer.compare(swept.bytes, bytes), 0, `${size}`)
      assert.deepEqual(placesOf(swept.hits, 0), [`${size - 6}+6`])
    }
  }
})

test('an empty object has neither bytes nor matches', () => {
  const swept = new Sweep(image, { all: true }).of(streamed(new Uint8Array(0)).object, context)
  assert.deepEqual([swept.bytes.length, swept.hits.touched.length], [0, 0])
})

test('the second detector that asks about an object gets what the first one got', () => {
  const sweep = new Sweep(image, { all: true })
  const { object, reads } = streamed(hay(maxRead * 2, 9))
  const first = sweep.of(object, context)
  const count = reads()
  assert.equal(sweep.of(object, context), first)
  assert.equal(reads(), count)
})

test('the next object, also an equal one, is looked at anew', () => {
  const sweep = new Sweep(image, { all: true })
  assert.equal(sweep.of(streamed(hay(50, 3)).object, context).hits.count(0), 1)
  assert.equal(sweep.of(streamed(hay(50)).object, context).hits.count(0), 0)
  assert.equal(sweep.of(streamed(hay(50, 3, 20)).object, context).hits.count(0), 2)
})

test('a small object is known by its head and not read again', () => {
  const { object, reads } = streamed(hay(headBytes - 1, 7))
  assert.equal(new Sweep(image, { all: true }).of(object, context).hits.count(0), 1)
  assert.equal(reads(), 0)
})

test('beyond the limit nothing is searched, and that is told', () => {
  for (const limit of [1000, headBytes + 500, maxRead + 1]) {
    const bytes = hay(3 * maxRead, 10, limit - 6, limit - 5, 2 * maxRead)
    const told: string[] = []
    const limited = detectContext({
      report: assert.fail,
      budget: new Budget({ ...defaultLimits, maxMatchedBytes: limit }),
      incomplete: (code, message) => told.push(`${code}: ${message}`),
    })
    for (const { object } of [
      streamed(bytes),
      { object: { ...streamed(bytes).object, source: bytesSource(bytes) } },
    ]) {
      const swept = new Sweep(image, { all: true }).of(object, limited)
      assert.equal(swept.bytes.length, limit)
      assert.deepEqual(placesOf(swept.hits, 0), ['10+6'])
    }
    const message = `bytes: only the first ${limit} bytes were searched for signatures`
    assert.deepEqual(told, [message, message])
  }
})

test('an object as long as the limit is whole', () => {
  const bytes = hay(5000, 4994)
  const whole = detectContext({
    report: assert.fail,
    budget: new Budget({ ...defaultLimits, maxMatchedBytes: 5000 }),
  })
  assert.equal(new Sweep(image, { all: true }).of(streamed(bytes).object, whole).hits.count(0), 1)
})

test('an object that was given up is not remembered as looked at', () => {
  const sweep = new Sweep(image, { all: true })
  const { object } = streamed(hay(500_000, 400_000))
  const spent = detectContext({ report: assert.fail, budget: new Budget({ ...defaultLimits, maxMs: 0 }) })
  assert.throws(() => sweep.of(object, spent), LimitReached)
  assert.deepEqual(placesOf(sweep.of(object, context).hits, 0), ['400000+6'])
})

test('the profile is that of the object', () => {
  const sweep = new Sweep(image, { all: true })
  assert.notEqual(
    sweep.of(streamed(Buffer.from('MZ')).object, context).profile,
    sweep.of(streamed(Buffer.from('PK')).object, context).profile,
  )
})
