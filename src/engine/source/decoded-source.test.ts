import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Budget, defaultLimits, LimitReached, type Limits } from '../limits.ts'
import { maxRead, sliceSource } from './byte-source.ts'
import { DecodedSource } from './decoded-source.ts'

/** Decodes to a known sequence, so that any byte can be checked without keeping the whole. */
function counting(total: number, encodedBytes = total) {
  const runs = { started: 0 }
  const open = () => {
    runs.started++
    let at = 0
    return {
      get consumed() {
        return Math.ceil((at / total) * encodedBytes)
      },
      read(out: Uint8Array) {
        const count = Math.min(out.length, total - at, 50_000)
        for (let i = 0; i < count; i++) out[i] = byteAt(at + i)
        at += count
        return count
      },
    }
  }
  return { open, runs }
}

const byteAt = (offset: number): number => (offset * 31 + (offset >>> 8)) & 0xff

function assertBytes(view: Uint8Array, offset: number, length: number): void {
  assert.equal(view.length, length, `length at ${offset}`)
  for (let i = 0; i < length; i++) if (view[i] !== byteAt(offset + i)) assert.fail(`byte ${offset + i}`)
}

const budgetOf = (limits: Partial<Limits> = {}) => new Budget({ ...defaultLimits, ...limits })
const isCode = (code: string) => (thrown: unknown) => thrown instanceof LimitReached && thrown.code === code

test('small output is decoded once, whatever is read in which order', () => {
  const { open, runs } = counting(700_000)
  const source = new DecodedSource(open, budgetOf())
  assertBytes(source.read(10, 100), 10, 100)
  assert.equal(source.size, 700_000)
  assertBytes(source.read(650_000, maxRead), 650_000, 50_000)
  assertBytes(source.read(0, maxRead), 0, maxRead)
  assert.equal(source.read(700_000, 1).length, 0)
  assert.equal(source.read(-1, 1).length, 0)
  assert.equal(runs.started, 1)
  assert.equal(source.encodedSize, 700_000)
})

test('output larger than the held memory is read through a window, backwards by decoding again', () => {
  const total = 3_000_000
  for (const maxHeldBytes of [0, 100_000, 1_500_000]) {
    const { open, runs } = counting(total)
    const source = new DecodedSource(open, budgetOf({ maxHeldBytes }))
    for (let at = 0; at < total; at += maxRead)
      assertBytes(source.read(at, maxRead), at, Math.min(maxRead, total - at))
    assert.equal(runs.started, 1, 'forwards: one run')
    assertBytes(source.read(total - 1000, 5000), total - 1000, 1000)
    assertBytes(source.read(total - 40_000, 500), total - 40_000, 500)
    assert.equal(runs.started, 1, 'a little backwards: still one run')
    for (const at of [5, 2_000_000, 777_777, 1, 2_900_000]) {
      assertBytes(source.read(at, maxRead), at, Math.min(maxRead, total - at))
    }
    assert.equal(source.size, total)
    assertBytes(sliceSource(source, 1_000_000, 50).read(10, 100), 1_000_010, 40)
  }
})

test('the first bytes stay at hand while the window slides', () => {
  const { open, runs } = counting(3_000_000)
  const source = new DecodedSource(open, budgetOf({ maxHeldBytes: 600_000 }))
  assert.equal(source.size, 3_000_000)
  assertBytes(source.read(0, 4096), 0, 4096)
  assert.equal(runs.started, 1)
})

test('held memory is within the budget and given back', () => {
  const budget = budgetOf({ maxHeldBytes: 1 << 20 })
  const sources = Array.from({ length: 5 }, () => new DecodedSource(counting(400_000).open, budget))
  for (const source of sources) assert.equal(source.size, 400_000)
  assert.equal(budget.hold(1 << 20), false)
  for (const source of sources) source.release()
  assert.equal(budget.hold(1 << 20), true)
  budget.release(1 << 20)
  for (const source of sources) assertBytes(source.read(100, 100), 100, 100)
  for (const source of sources) source.release()
  assert.equal(budget.hold(1 << 20), true)
})

test('a limit ends the decoding; what was decoded before it stays readable', () => {
  const source = new DecodedSource(counting(3_000_000).open, budgetOf({ maxBytes: 500_000 }))
  assertBytes(source.read(0, 1000), 0, 1000)
  assert.throws(() => source.size, isCode('bytes'))
  assertBytes(source.read(200_000, 200_000), 200_000, 200_000)
  assert.throws(() => source.read(2_000_000, 1), isCode('bytes'))
  assert.ok(source.wasCut)
})

test('a ratio above the limit is found while decoding', () => {
  const limits = { maxRatio: 100, ratioFromBytes: 1_000_000 }
  const bomb = new DecodedSource(counting(3_000_000, 3000).open, budgetOf(limits))
  assert.throws(() => bomb.size, isCode('ratio'))
  const harmless = new DecodedSource(counting(900_000, 900).open, budgetOf(limits))
  assert.equal(harmless.size, 900_000)
})

test('decoding again is charged again', () => {
  const source = new DecodedSource(
    counting(2_000_000).open,
    budgetOf({ maxBytes: 9_000_000, maxHeldBytes: 0 }),
  )
  assert.throws(() => {
    for (let i = 0; i < 10; i++) {
      source.read(1_900_000, 1)
      source.read(0, 1)
    }
  }, isCode('bytes'))
})
