// What every detector owes to the scan, whatever it looks for. `checkDetector` registers the tests of one detector; a
// plugin's author calls it in a test file of their own: `checkDetector(plugin, [what it finds])`.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import type { Detector } from '../../src/engine/detectors/detector.ts'
import { Budget, defaultLimits, LimitReached } from '../../src/engine/limits.ts'
import { headBytes, type ScanObject } from '../../src/engine/scan-object.ts'
import { maxRead } from '../../src/engine/source/byte-source.ts'
import { detectContext } from './detect-context.ts'

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

/** What a detector reports about some bytes: `name offset`. Throws when a name or an offset is none. */
export function findingsOf(detector: Detector, bytes: Uint8Array): string[] {
  const found: string[] = []
  const context = detectContext({
    report(name, offset) {
      assert.match(name, /^[\x21-\x7e]{1,255}$/)
      assert.ok(offset >= 0 && offset <= bytes.length)
      found.push(`${name} ${offset}`)
    },
    suspect({ name, offset, score, reasons, techniques }) {
      assert.match(name, /^Heuristic\.[A-Za-z0-9.]{1,100}$/)
      assert.ok(offset >= 0 && offset <= bytes.length)
      assert.ok(score >= 1 && score <= 100 && reasons.length > 0)
      for (const technique of techniques) assert.match(technique, /^T\d{4}(\.\d{3})?$/)
      found.push(`${name} ${offset}`)
    },
  })
  detector.detect(objectOf(bytes).object, context)
  return found
}

/** Random bytes, sizes around every boundary, and what the detector knows: whole, cut off and with more behind. */
function anyBytes(known: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const samples = fc.constantFrom(new Uint8Array(0), ...known.map((bytes) => new Uint8Array(bytes)))
  return fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    samples,
    fc
      .constantFrom(headBytes - 1, headBytes, 9999, maxRead - 1, maxRead, maxRead + 1, 3 * maxRead)
      .map((length) => new Uint8Array(length)),
    fc.tuple(samples, fc.nat({ max: 100 }), fc.uint8Array({ maxLength: 70 })).map(([bytes, kept, tail]) => {
      const part = bytes.subarray(0, kept % 2 === 0 ? bytes.length : kept)
      return new Uint8Array(Buffer.concat([part, tail]))
    }),
  )
}

/** Registers the contract suite of one detector with node:test. `known`: objects in which it finds something. */
export function checkDetector(detector: Detector, known: readonly Uint8Array[]): void {
  void test(`${detector.id}: its id is as a user writes it`, () => {
    assert.match(detector.id, /^[a-z][a-z0-9-]*$/)
  })

  void test(`${detector.id}: finds what it knows`, () => {
    assert.ok(known.length > 0)
    for (const bytes of known) assert.notDeepEqual(findingsOf(detector, bytes), [])
  })

  void test(`${detector.id}: any bytes are judged without a throw, twice the same, with offsets inside the object`, () => {
    fc.assert(
      fc.property(anyBytes(known), (bytes) => {
        assert.deepEqual(findingsOf(detector, bytes), findingsOf(detector, bytes))
      }),
    )
  })

  void test(`${detector.id}: a budget that is used up ends the work within one read`, () => {
    fc.assert(
      fc.property(anyBytes(known), (bytes) => {
        const { object, readBytes } = objectOf(bytes)
        const budget = new Budget({ ...defaultLimits, maxMs: 0 })
        try {
          detector.detect(object, detectContext({ budget, report() {}, suspect() {} }))
        } catch (error) {
          assert.ok(error instanceof LimitReached && error.code === 'time', String(error))
        }
        assert.ok(readBytes() <= maxRead, `${readBytes()} bytes were read`)
      }),
    )
  })
}
