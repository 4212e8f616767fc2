// Deletion out of an archive of the golden samples, read again by the format.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { goldenSamples } from '../../../test/support/golden.ts'
import { unpack } from '../../../test/support/unpack.ts'
import { sevenZip } from '../formats/7z/7z.ts'
import { Budget, defaultLimits } from '../limits.ts'
import { bytesSource } from '../source/byte-source.ts'
import { deleteFrom7z, type Deletion } from './delete.ts'

function sampleOf(title: string): Uint8Array {
  const sample = goldenSamples('7z').find((one) => one.title === title)
  assert.ok(sample)
  return sample.bytes
}

function without(bytes: Uint8Array, options: Deletion): { bytes: Uint8Array; error: string | undefined } {
  const done = deleteFrom7z(bytesSource(bytes), options, new Budget(defaultLimits))
  return typeof done === 'string'
    ? { bytes: new Uint8Array(0), error: done }
    : { bytes: done, error: undefined }
}

function namesIn(bytes: Uint8Array, passwords: readonly string[] = []): string[] {
  const { members, faults } = unpack(bytes, { formats: [sevenZip], isFlat: true, passwords })
  return [...members.map(({ chain, size }) => `${chain} ${size}`), ...faults]
}

for (const title of ['solid', 'not solid, plain header', 'method PPMd']) {
  test(`one member goes, the other stays: ${title}`, () => {
    const before = sampleOf(title)
    const { bytes, error } = without(before, { names: ['folder/eicar.com'] })
    assert.equal(error, undefined)
    const kept = namesIn(before).filter((name) => !name.startsWith('folder/'))
    assert.deepEqual([namesIn(bytes), kept.length], [kept, 1])
  })
}

test('an encrypted header stays encrypted', () => {
  const before = sampleOf('encrypted header, with the password')
  const { bytes, error } = without(before, {
    names: ['readme.txt'],
    password: 'secret',
    isHeaderEncrypted: true,
  })
  assert.equal(error, undefined)
  assert.deepEqual(namesIn(bytes), ['encrypted (archive)'])
  assert.deepEqual(namesIn(bytes, ['secret']), ['folder/eicar.com 68'])
})

test('wildcards are names, and a name that is not there is told', () => {
  assert.match(without(sampleOf('solid'), { names: ['*'] }).error ?? '', /no member/)
  assert.match(without(sampleOf('solid'), { names: ['folder/other'] }).error ?? '', /no member/)
})

test('an archive that cannot be read is told', () => {
  const locked = sampleOf('encrypted header, with the password')
  assert.match(without(locked, { names: ['readme.txt'], password: 'wrong' }).error ?? '', /password/i)
  assert.ok(without(sampleOf('cut off'), { names: ['eicar.com'] }).error)
})
