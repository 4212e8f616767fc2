// Archives made to exhaust whoever opens them. Each has to end within its limits and with flat memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'

import { tarOf } from '../support/tar-writer.ts'
import { unpack } from '../support/unpack.ts'
import { centralEntry, endRecord, localHeader, zipOf } from '../support/zip-writer.ts'

const MiB = 1024 * 1024
/** Held output, the window of each level, and what V8 has not collected yet. */
const allowedGrowth = 120 * MiB

/** Runs `task` and says by how much the process grew at its peak, if that is a new one, else at the end. */
function growthOf(task: () => void): number {
  const before = process.memoryUsage.rss()
  const peakBefore = process.resourceUsage().maxRSS
  task()
  const peak = process.resourceUsage().maxRSS
  return Math.max(process.memoryUsage.rss(), peak > peakBefore ? peak * 1024 : 0) - before
}

/** A deflate stream of 1 MiB blocks of zeros, made without making the zeros: about 1 : 1,000. */
function deflatedZeros(mebibytes: number): Uint8Array {
  const block = deflateRawSync(new Uint8Array(MiB), { level: 9, finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([...Array.from({ length: mebibytes }, () => block), Buffer.of(3, 0)])
}

function zipAround(packed: Uint8Array, size: number, name = 'zeros'): Uint8Array {
  const header = { name, method: 8, flags: 0, crc: 0, packed: packed.length, size, extra: new Uint8Array(0) }
  const local = localHeader(header)
  const entry = centralEntry(header, 0)
  return Buffer.concat([local, packed, entry, endRecord(1, entry.length, local.length + packed.length)])
}

const bomb = deflatedZeros(2000)

test('a bomb of 2 MB that unpacks to 2 GB is stopped by the ratio', () => {
  assert.ok(bomb.length < 3 * MiB)
  for (const bytes of [zipAround(bomb, 2000 * MiB), Buffer.concat([gzipSync('').subarray(0, 10), bomb])]) {
    const growth = growthOf(() => {
      const { faults, budget } = unpack(bytes, { keepBytes: 100 })
      assert.match(faults[0] ?? '', /^ratio /)
      assert.ok(budget.elapsedMs < 5000)
    })
    assert.ok(growth < allowedGrowth, `${growth >> 20} MiB`)
  }
})

test('members after a bomb are still read', () => {
  const first = zipAround(bomb, 2000 * MiB)
  const { members } = unpack(Buffer.concat([first, zipOf([{ name: 'after', data: 'found' }])]), {
    keepBytes: 100,
  })
  assert.ok(members.some(({ text }) => text === 'found'))
})

test('without the ratio the same bomb is stopped by the bytes', () => {
  const growth = growthOf(() => {
    const limits = { maxRatio: 1e9, maxBytes: 300 * MiB }
    assert.equal(unpack(zipAround(bomb, 1), { limits, keepBytes: 100 }).limit, 'bytes')
  })
  assert.ok(growth < allowedGrowth, `${growth >> 20} MiB`)
})

test('an archive of 100,000 members is stopped by the number of members', () => {
  const members = Array.from({ length: 100_000 }, (_, i) => ({ name: `${i}`, data: 'x', method: 0 as const }))
  const archives = { zip: zipOf(members), tar: tarOf(members.slice(0, 60_000)) }
  for (const [id, bytes] of Object.entries(archives)) {
    const growth = growthOf(() => {
      let count = 0
      const { limit } = unpack(bytes, { isFlat: true, keepBytes: 0, visit: () => count++ })
      assert.deepEqual([limit, count], ['members', 50_000], id)
    })
    assert.ok(growth < allowedGrowth, `${id}: ${growth >> 20} MiB`)
  }
})

test('100,000 folders and 100,000 encrypted members count as members', () => {
  const folders = Array.from({ length: 100_000 }, (_, i) => ({ name: `${i}/`, data: '', method: 0 as const }))
  assert.equal(unpack(zipOf(folders)).limit, 'members')
  const lies = { flags: 1 }
  const locked = folders.map(({ name }) => ({ name: `f${name}`, data: '', local: lies, central: lies }))
  assert.equal(unpack(zipOf(locked)).limit, 'members')
})

test('overlapping members (zbsm) are stopped by the bytes', () => {
  // David Fifield, "A better zip bomb" (2019): each local header is quoted by a stored block of the one before.
  const kernel = deflatedZeros(20)
  const parts: Uint8Array[] = []
  const count = 2000
  const header = { name: 'k', method: 8, flags: 0, crc: crc32(''), size: 20 * MiB, extra: new Uint8Array(0) }
  const localBytes = 31
  const quote = (): Uint8Array => Buffer.of(0, localBytes, 0, ~localBytes & 0xff, 0xff)
  const entries: Uint8Array[] = []
  let offset = 0
  for (let i = 0; i < count; i++) {
    const packed = kernel.length + (count - 1 - i) * (localBytes + 5)
    const local = localHeader({ ...header, packed })
    parts.push(local, i < count - 1 ? quote() : new Uint8Array(0))
    entries.push(centralEntry({ ...header, packed }, offset))
    offset += localBytes + (i < count - 1 ? 5 : 0)
  }
  const directory = Buffer.concat(entries)
  const end = endRecord(count, directory.length, offset + kernel.length)
  const bytes = Buffer.concat([...parts, kernel, directory, end])
  assert.ok(bytes.length < MiB)
  const growth = growthOf(() => {
    const { limit, members } = unpack(bytes, { keepBytes: 10, limits: { maxBytes: 500 * MiB }, isFlat: true })
    assert.equal(limit, 'bytes')
    assert.ok(members.length >= 10)
  })
  assert.ok(growth < allowedGrowth, `${growth >> 20} MiB`)
})

test('archives of archives of archives (42.zip) are stopped', () => {
  let bytes = zipAround(deflatedZeros(30), 30 * MiB)
  for (let level = 0; level < 5; level++) {
    const data = bytes
    bytes = zipOf(Array.from({ length: 16 }, (_, i) => ({ name: `${level}-${i}`, data })))
  }
  const growth = growthOf(() => {
    const { limit } = unpack(bytes, { keepBytes: 10, limits: { maxBytes: 500 * MiB } })
    assert.equal(limit, 'bytes')
  })
  assert.ok(growth < allowedGrowth, `${growth >> 20} MiB`)
})

test('an archive that contains itself a hundred times over is stopped by the depth', () => {
  let bytes: Uint8Array = Buffer.from('core')
  for (let level = 0; level < 100; level++)
    bytes = level % 2 === 0 ? gzipSync(bytes) : zipOf([{ name: 'n', data: bytes }])
  assert.equal(unpack(bytes).limit, 'depth')
})

test('empty deflate blocks without output are stopped by the time', () => {
  const bytes = zipAround(Buffer.alloc(40 * MiB, Buffer.of(0, 0, 0, 0xff, 0xff)), 0)
  assert.equal(unpack(bytes, { limits: { maxMs: 30 } }).limit, 'time')
})

test('files full of signatures are stopped by the time', () => {
  for (const signature of ['PK\x03\x04', 'PK\x05\x06', 'PK\x01\x02', 'PK\x07\x08']) {
    const bytes = Buffer.concat([
      zipOf([{ name: 'a', data: 'b' }]),
      Buffer.alloc(8 * MiB, signature, 'latin1'),
    ])
    const started = performance.now()
    unpack(bytes, { limits: { maxMs: 300 } })
    assert.ok(performance.now() - started < 1500, JSON.stringify(signature))
  }
})
