// Any bytes, and valid archives with a few bytes changed: no error, no endless loop, no memory kept.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { Inflate } from '../../src/engine/codecs/inflate.ts'
import { formats } from '../../src/engine/formats/index.ts'
import { bytesSource } from '../../src/engine/source/byte-source.ts'
import { samples } from '../support/samples.ts'
import { tarOf } from '../support/tar-writer.ts'
import { listed, unpack } from '../support/unpack.ts'
import { zipOf } from '../support/zip-writer.ts'

const limits = { maxMs: 5000, maxMembers: 2000, maxBytes: 64 << 20, maxHeldBytes: 1 << 20 }
const runs = Number(process.env['HAECHI_PROPERTY_RUNS'] ?? 100)

function survives(bytes: Uint8Array): void {
  const eager = formats.map((format) => ({ ...format, matches: () => true }))
  for (const options of [{ formats: eager, isFlat: true }, {}]) {
    const { budget, limit } = unpack(bytes, { ...options, limits, passwords: ['secret'] })
    assert.notEqual(limit, 'time')
    assert.ok(budget.hold(limits.maxHeldBytes), 'all memory was given back')
  }
}

test('any bytes are survived', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 3000 }), survives), { numRuns: runs })
})

const magic = fc.constantFrom(
  'PK\x03\x04',
  'PK\x01\x02',
  'PK\x05\x06',
  'PK\x07\x08',
  'PK\x06\x06',
  '\x1f\x8b\x08',
  'ustar',
)
test('bytes full of signatures are survived', () => {
  const soup = fc.array(fc.oneof(magic, fc.uint8Array({ maxLength: 40 })), { maxLength: 60 })
  fc.assert(
    fc.property(soup, (parts) => {
      survives(
        Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
      )
    }),
    { numRuns: runs },
  )
})

const change = fc.record({
  at: fc.nat(),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.constantFrom(
      Uint8Array.of(255, 255, 255, 255),
      Uint8Array.of(0, 0, 0, 0),
      Uint8Array.of(255, 255, 255, 127),
    ),
  ),
  kind: fc.constantFrom('overwrite', 'insert', 'delete'),
})

function changed(
  sample: Uint8Array,
  changes: readonly (typeof change extends fc.Arbitrary<infer T> ? T : never)[],
) {
  let bytes = Buffer.from(sample)
  for (const { at: anywhere, bytes: replacement, kind } of changes) {
    const at = anywhere % (bytes.length + 1)
    const tail = bytes.subarray(kind === 'insert' ? at : at + replacement.length)
    bytes = Buffer.concat([bytes.subarray(0, at), kind === 'delete' ? Buffer.alloc(0) : replacement, tail])
  }
  return new Uint8Array(bytes)
}

for (const [id, own] of Object.entries(samples)) {
  test(`changed ${id} files are survived`, () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...own),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (sample, changes) => {
          survives(changed(sample, changes))
        },
      ),
      { numRuns: runs },
    )
  })
}

const content = fc.record({
  name: fc.stringMatching(/^[a-z]{1,20}$/),
  data: fc.uint8Array({ maxLength: 2000 }),
  method: fc.constantFrom(0 as const, 8 as const),
  isStreamed: fc.boolean(),
})

test('what was written to a zip or a tar is what comes out', () => {
  fc.assert(
    fc.property(
      fc.array(content, { minLength: 1, maxLength: 8 }),
      fc.uint8Array({ maxLength: 50 }),
      (members, prefix) => {
        const expected = members.map(({ name, data }) => `${name}=${Buffer.from(data).toString('latin1')}`)
        const flat = { isFlat: true }
        const asZip = unpack(zipOf(members, { prefix, prefixIsUnknown: true }), {
          ...flat,
          formats: formats.filter(({ id }) => id === 'zip'),
        })
        assert.deepEqual([listed(asZip), asZip.faults], [expected, []])
        const asTar = unpack(tarOf(members), { ...flat, formats: formats.filter(({ id }) => id === 'tar') })
        assert.deepEqual([listed(asTar), asTar.faults], [expected, []])
      },
    ),
    { numRuns: runs },
  )
})

test('inflate ends within its input for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 70_000 }), (bytes, step) => {
      const inflate = new Inflate(bytesSource(bytes), 0)
      const out = new Uint8Array(step)
      while (inflate.read(out) > 0);
      assert.ok(inflate.consumed <= bytes.length)
      assert.ok(inflate.isComplete || inflate.fault !== undefined)
    }),
    { numRuns: runs * 5 },
  )
})
