// Expected figures are those of YARA-X, asked for the same expressions, or follow from the definition.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Budget, defaultLimits, LimitReached } from '../../../../limits.ts'
import type { ModuleContext } from '../module.ts'
import { mathModule } from './index.ts'

function contextOf(bytes: Uint8Array, budget = new Budget(defaultLimits)): ModuleContext {
  return { bytes, budget, log: () => undefined }
}

type Kind = 'int' | 'float' | 'bool' | 'text'

function kindOf(arg: unknown): Kind {
  if (typeof arg === 'string') return 'text'
  if (typeof arg === 'boolean') return 'bool'
  return typeof arg === 'number' && !Number.isInteger(arg) ? 'float' : 'int'
}

/** Floats have to have a fraction here. */
function call(name: string, args: readonly unknown[], context: ModuleContext): unknown {
  const fn = mathModule.type.fields[name]
  assert.ok(typeof fn === 'object' && fn.kind === 'function')
  const overload = fn.overloads.find(
    (one) => one.args.length === args.length && one.args.every((type, index) => type === kindOf(args[index])),
  )
  assert.ok(overload !== undefined, `${name}(${args.map(kindOf).join()})`)
  return overload.call(mathModule.open(context), args, context)
}

const of = (content: string): ModuleContext => contextOf(Buffer.from(content, 'latin1'))
const nothing = of('')

test('entropy is measured in bits for each byte', () => {
  assert.equal(call('entropy', ['AAAAA'], nothing), 0)
  assert.equal(call('entropy', ['AABB'], nothing), 1)
  assert.equal(call('entropy', [''], nothing), 0)
  assert.equal(call('entropy', [2, 3], of('CCAAACCC')), 0)
  assert.equal(call('entropy', [2, 100], of('CCAAACCC')), 1)
  const all = contextOf(Uint8Array.from({ length: 2048 }, (_, index) => index % 256))
  assert.equal(call('entropy', [0, 2048], all), 8)
  assert.equal(call('entropy', [0, 2048], all), 8)
  assert.equal(call('entropy', [0, 1024], all), 8)
})

test('mean and deviation', () => {
  assert.equal(call('mean', ['ABCABC'], nothing), 66)
  assert.equal(call('mean', [0, 3], of('ABCABC')), 66)
  assert.equal(call('deviation', ['ABAB', 65.5], nothing), 0.5)
  assert.equal(call('deviation', [2, 4, 64.5], of('ABABABAB')), 1)
  assert.equal(call('mean', [''], nothing), undefined)
  assert.equal(call('deviation', ['', 0.5], nothing), undefined)
})

test('serial correlation and the estimate of pi', () => {
  assert.equal(call('serial_correlation', ['BCA'], nothing), -0.5)
  assert.equal(call('serial_correlation', [1, 3], of('ABCABC')), -0.5)
  assert.equal(call('serial_correlation', ['aaaa'], nothing), -100000)
  assert.equal(call('serial_correlation', [0, 0], of('ABC')), -100000)
  const estimate = call('monte_carlo_pi', ['ABCDEF123456987'], nothing)
  assert.equal(estimate, (4 - Math.PI) / Math.PI)
  assert.equal(call('monte_carlo_pi', ['\xff\xff\xff\xff\xff\xff'], nothing), 1)
  assert.equal(call('monte_carlo_pi', ['ABCDE'], nothing), undefined)
})

test('bytes are counted in the whole object and in a range', () => {
  const context = of('AABAAB')
  assert.equal(call('count', [0x41], context), 4)
  assert.equal(call('count', [0x41, 0, 3], context), 2)
  assert.equal(call('count', [0x41, 4, 10], context), 1)
  assert.equal(call('percentage', [0x41, 0, 3], context), 2 / 3)
  assert.equal(call('percentage', [0x42], context), 2 / 6)
  assert.equal(call('mode', [], context), 0x41)
  assert.equal(call('mode', [2, 1], context), 0x42)
  assert.equal(call('mode', [], of('BA')), 0x41)
  for (const value of [-1, 256, 2n ** 60n]) {
    assert.equal(call('count', [value], context), undefined)
    assert.equal(call('percentage', [value, 0, 3], context), undefined)
  }
  assert.equal(call('percentage', [0x41], nothing), undefined)
  assert.equal(call('count', [0x41], nothing), 0)
  assert.equal(call('mode', [], nothing), undefined)
})

test('a range is cut at the end of the object but has to start inside it or at its end', () => {
  const context = of('ABC')
  for (const name of ['entropy', 'mean', 'serial_correlation', 'monte_carlo_pi', 'mode']) {
    for (const range of [
      [4, 1],
      [-1, 2],
      [0, -1],
      [2n ** 60n, 1],
      [0, -(2n ** 60n)],
    ]) {
      assert.equal(call(name, range, context), undefined, name)
    }
  }
  assert.equal(call('entropy', [3, 1], context), 0)
  assert.equal(call('mean', [3, 1], context), undefined)
  assert.equal(call('mean', [1, 2n ** 62n], context), 66.5)
  assert.equal(call('count', [0x41, 4, 0], context), undefined)
  assert.equal(call('count', [0x41, 3, 0], context), 0)
})

test('arithmetic is exact for all 64 bits', () => {
  const least = -(2n ** 63n)
  assert.equal(call('min', [-1, 2n ** 60n], nothing), -1)
  assert.equal(call('max', [-1, 2n ** 60n], nothing), 2n ** 60n)
  assert.equal(call('abs', [-5], nothing), 5)
  assert.equal(call('abs', [-(2n ** 60n)], nothing), 2n ** 60n)
  assert.equal(call('abs', [least], nothing), least)
  assert.equal(call('in_range', [2, 1, 2], nothing), true)
  assert.equal(call('in_range', [3, 1, 2], nothing), false)
  assert.equal(call('in_range', [2n ** 60n, 0, 2n ** 61n], nothing), true)
  assert.equal(call('in_range', [0.5, 0.1, 0.6], nothing), true)
  assert.equal(call('to_number', [true], nothing), 1)
  assert.equal(call('to_number', [false], nothing), 0)
})

test('numbers are written in base 8, 10 and 16', () => {
  assert.equal(call('to_string', [-32], nothing), '-32')
  assert.equal(call('to_string', [32, 8], nothing), '40')
  assert.equal(call('to_string', [-32, 10], nothing), '-32')
  assert.equal(call('to_string', [-1, 16], nothing), 'ffffffffffffffff')
  assert.equal(call('to_string', [-(2n ** 63n), 8], nothing), '1000000000000000000000')
  assert.equal(call('to_string', [32, 2], nothing), undefined)
})

test('great objects are counted in parts, and the clock is looked at', () => {
  const bytes = new Uint8Array(1_000_003).map((_, index) => index % 251)
  const context = contextOf(bytes)
  assert.equal(call('count', [7], context), bytes.filter((byte) => byte === 7).length)
  const usedUp = contextOf(bytes, new Budget({ ...defaultLimits, maxMs: 0 }))
  for (const name of ['entropy', 'mean', 'serial_correlation', 'monte_carlo_pi']) {
    assert.throws(() => call(name, [0, bytes.length], usedUp), LimitReached)
  }
})

test('every range of every object has a figure or none', () => {
  const anyInt = fc.oneof(
    fc.integer({ min: -3, max: 1200 }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  )
  const bytes = fc.uint8Array({ maxLength: 1000 })
  fc.assert(
    fc.property(bytes, anyInt, anyInt, (content, offset, length) => {
      const context = contextOf(content)
      for (const name of ['entropy', 'mean', 'serial_correlation', 'monte_carlo_pi', 'mode']) {
        const figure = call(name, [offset, length], context)
        assert.ok(figure === undefined || Number.isFinite(figure), name)
        assert.equal(call(name, [offset, length], context), figure)
      }
      const isThere = offset >= 0 && Number(offset) <= content.length && length >= 0
      assert.equal(call('entropy', [offset, length], context) !== undefined, isThere)
    }),
  )
})
