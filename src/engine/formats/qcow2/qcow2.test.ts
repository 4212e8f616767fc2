import assert from 'node:assert/strict'
import { test } from 'node:test'

import { goldenSamples } from '../../../../test/support/golden.ts'
import { Budget, defaultLimits } from '../../limits.ts'
import { bytesSource } from '../../source/byte-source.ts'
import { qcow2 } from './qcow2.ts'

function disksOf(bytes: Uint8Array): { names: string[]; faults: string[]; sizes: number[] } {
  const found = { names: [] as string[], faults: [] as string[], sizes: [] as number[] }
  const object = { chain: ['a.qcow2'], depth: 0, source: bytesSource(bytes), head: bytes.slice(0, 4096) }
  const fault = (name: string, code: string): void => void found.faults.push(`${code} ${name}`)
  for (const { name, source } of qcow2.members(object, {
    budget: new Budget(defaultLimits),
    passwords: [],
    fault,
  })) {
    found.names.push(name)
    found.sizes.push(source.size)
    source.read(0, 65_536)
  }
  return found
}

const sample = Buffer.from(goldenSamples('qcow2')[0]?.bytes ?? [])

function changed(write: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(sample)
  write(copy)
  return copy
}

test('a disk that claims to be huge costs what is stored', () => {
  const started = performance.now()
  const { names, sizes } = disksOf(changed((bytes) => bytes.writeBigUInt64BE(2n ** 50n, 24)))
  assert.deepEqual([names, sizes], [['a.img'], [2 ** 50]])
  assert.ok(performance.now() - started < 500)
})

test('tables that lie anywhere or claim any length do no harm', () => {
  for (const [at, value] of [
    [40, 0xffffffffffffffffn],
    [40, 0n],
    [36, 0xffffffff00000000n],
    [60, 0xffffffff00000000n],
  ] as const) {
    assert.equal(disksOf(changed((bytes) => bytes.writeBigUInt64BE(value, at))).names[0], 'a.img')
  }
})

test('what cannot be read is told: encryption, subclusters, data elsewhere, cluster sizes that do not exist', () => {
  assert.deepEqual(disksOf(changed((bytes) => bytes.writeUInt32BE(2, 32))).faults, ['encrypted a.img'])
  assert.deepEqual(disksOf(changed((bytes) => bytes.writeUInt32BE(16, 76))).faults, [
    'unsupported-method a.img',
  ])
  assert.deepEqual(disksOf(changed((bytes) => bytes.writeUInt32BE(4, 76))).faults, ['missing-volume a.img'])
  assert.deepEqual(disksOf(changed((bytes) => bytes.writeUInt32BE(40, 20))).faults, ['damaged a.img'])
})
